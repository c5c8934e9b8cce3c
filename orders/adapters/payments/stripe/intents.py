"""What does Stripe say of a payment, in our words?

No card ever comes here: a payment method is a token that Stripe made, and all that is sent along is
the order's id.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, cast

import stripe

from orders.adapters.payments.stripe.connection import PAGE, TIMEOUT_SECONDS, connect, translated
from orders.adapters.payments.stripe.refunds import StripeRefunds
from orders.domain.money import Money
from orders.domain.provider_records import PaymentRecord

#: Why an intent is canceled: the order is undone, or the customer would have had to act.
Cause = Literal["requested_by_customer", "abandoned"]


class Status(StrEnum):
    """Where an intent stands: Stripe's words, as far as we act on them."""

    #: Created; the bank was not asked.
    REQUIRES_CONFIRMATION = "requires_confirmation"
    #: The bank said no.
    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    #: The bank wants to hear from the customer.
    REQUIRES_ACTION = "requires_action"
    #: The amount is held.
    REQUIRES_CAPTURE = "requires_capture"
    #: The amount was taken.
    SUCCEEDED = "succeeded"
    #: Nothing is held, and nothing can be held any more.
    CANCELED = "canceled"


#: Why Stripe canceled an intent by itself: the bank let the hold go.
LAPSED: Final = frozenset({"automatic", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A PaymentIntent."""

    intent_id: str
    #: A `Status`, or one that we do not act on.
    status: str
    #: Why the bank said no, in Stripe's codes.
    decline: str | None
    canceled_for: str | None
    #: Whether the bank held the amount at any time.
    was_held: bool
    #: Minor units taken, and those of them that were paid back or are on their way.
    received: int
    refunded: int

    @property
    def left(self) -> int:
        """Minor units that were taken and not paid back yet."""
        return max(0, self.received - self.refunded)


class StripeIntents:
    """Stripe's PaymentIntents, held first and captured later."""

    def __init__(
        self, api_key: str, api_base: str | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        client = connect(api_key, api_base, timeout)
        self._intents = client.v1.payment_intents
        self.refunds = StripeRefunds(client)

    def create(self, order_id: str, amount: Money, payment_method: str, key: str) -> str | None:
        """The id of a new intent that holds nothing yet. None: there is no such payment method."""
        with translated():
            try:
                intent = self._intents.create(
                    {
                        "amount": amount.minor,
                        "currency": amount.currency.lower(),
                        "payment_method": payment_method,
                        "allowed_payment_method_types": ["card"],
                        "capture_method": "manual",
                        "metadata": {"order_id": order_id},
                    },
                    {"idempotency_key": key},
                )
            except stripe.InvalidRequestError as error:
                if (error.code, error.param) == ("resource_missing", "payment_method"):
                    return None
                raise
        return intent.id

    def find(self, intent_id: str) -> Intent:
        """The intent as it stands now."""
        with translated():
            return _intent(self._intents.retrieve(intent_id, {"expand": ["latest_charge"]}))

    def confirm(self, intent_id: str, key: str) -> Intent:
        """Ask the bank to hold the amount."""
        with translated():
            return _intent(
                self._intents.confirm(
                    intent_id, {"expand": ["latest_charge"]}, {"idempotency_key": key}
                )
            )

    def capture(self, intent_id: str, key: str) -> Intent:
        """Take all that is held."""
        with translated():
            return _intent(
                self._intents.capture(
                    intent_id, {"expand": ["latest_charge"]}, {"idempotency_key": key}
                )
            )

    def cancel(self, intent_id: str, cause: Cause, key: str) -> Intent:
        """Give back what is held, and hold nothing any more."""
        with translated():
            return _intent(
                self._intents.cancel(
                    intent_id,
                    {"expand": ["latest_charge"], "cancellation_reason": cause},
                    {"idempotency_key": key},
                )
            )

    def listed(self, since: datetime) -> Iterator[PaymentRecord]:
        """Every intent of an order that was created since then."""
        with translated():
            intents = self._intents.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "expand": ["data.latest_charge"],
                    "limit": PAGE,
                }
            )
            for found in intents.auto_paging_iter():
                if "order_id" in (found.metadata or {}):
                    yield _fact(found)


def _fact(found: stripe.PaymentIntent) -> PaymentRecord:
    intent = _intent(found)
    return PaymentRecord(
        order_id=found.metadata["order_id"],
        held=found.amount if intent.status == Status.REQUIRES_CAPTURE else 0,
        captured=intent.received,
        # Stripe also calls a hold refunded that was given back.
        refunded=intent.refunded if intent.received else 0,
    )


def _intent(found: stripe.PaymentIntent) -> Intent:
    charge = cast("stripe.Charge | None", found.latest_charge)  # we always ask for all of it
    refused = found.last_payment_error
    return Intent(
        intent_id=found.id,
        status=found.status,
        decline=(refused.decline_code or refused.code) if refused else None,
        canceled_for=found.cancellation_reason,
        was_held=charge is not None and charge.status == "succeeded",
        received=found.amount_received,
        refunded=charge.amount_refunded if charge else 0,
    )
