"""PaymentIntents at Stripe, authorized first and captured later.

No card data comes here: a payment method is a token made by Stripe. Of the order only its ID is
sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, cast

import stripe

from orders.adapters.payments.stripe.amounts import to_money, to_units
from orders.adapters.payments.stripe.connection import PAGE_SIZE, translate_errors
from orders.adapters.payments.stripe.refusals import translate_refusals
from orders.domain.money import Money
from orders.domain.provider_records import PaymentRecord

#: Why we cancel an intent: the order is undone, or the bank requires an action of the customer.
CancelReason = Literal["requested_by_customer", "abandoned"]

#: Why Stripe cancels an intent by itself: the authorization has expired.
EXPIRED: Final = frozenset({"automatic", "expired"})


class Status(StrEnum):
    """The statuses of an intent that the adapter handles, as Stripe names them."""

    #: Created; nothing is authorized.
    REQUIRES_CONFIRMATION = "requires_confirmation"
    #: The bank declined.
    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    #: The bank requires an action of the customer.
    REQUIRES_ACTION = "requires_action"
    #: The amount is authorized.
    REQUIRES_CAPTURE = "requires_capture"
    #: The amount was captured.
    SUCCEEDED = "succeeded"
    #: Nothing is authorized, and nothing can be.
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A PaymentIntent."""

    intent_id: str
    #: A `Status`, or one that the adapter does not handle.
    status: str
    #: Stripe's code of the decline.
    decline_code: str | None
    cancellation_reason: str | None
    #: Whether the amount was authorized at any time.
    was_authorized: bool
    #: Captured minor units, and those that are refunded or being refunded.
    captured: int
    refunded: int
    currency: str
    #: There was a dispute at any time.
    is_disputed: bool

    @property
    def refundable(self) -> int:
        """Minor units that were captured and not refunded."""
        return max(0, self.captured - self.refunded)


class StripeIntents:
    """Stripe's PaymentIntents."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._intents = client.v1.payment_intents

    def create(self, order_id: str, amount: Money, payment_method: str, key: str) -> str:
        """Create an unconfirmed intent and return its ID.

        Raises:
            StripeRejectedError: the payment method or the amount is refused.
        """
        with translate_errors(), translate_refusals():
            intent = self._intents.create(
                {
                    "amount": to_units(amount),
                    "currency": amount.currency.lower(),
                    "payment_method": payment_method,
                    "allowed_payment_method_types": ["card"],
                    "capture_method": "manual",
                    "metadata": {"order_id": order_id},
                },
                {"idempotency_key": key},
            )
        return intent.id

    def probe(self) -> None:
        """Raise if Stripe does not answer."""
        with translate_errors():
            self._intents.list({"limit": 1})

    def find(self, intent_id: str) -> Intent:
        """Return the intent in its current state."""
        with translate_errors():
            return _to_intent(self._intents.retrieve(intent_id, {"expand": ["latest_charge"]}))

    def confirm(self, intent_id: str, key: str) -> Intent:
        """Authorize the amount.

        Raises:
            StripeRejectedError: the payment method or the amount is refused.
        """
        with translate_errors(), translate_refusals():
            return _to_intent(
                self._intents.confirm(
                    intent_id, {"expand": ["latest_charge"]}, {"idempotency_key": key}
                )
            )

    def capture(self, intent_id: str, key: str) -> Intent:
        """Capture the whole authorized amount."""
        with translate_errors():
            return _to_intent(
                self._intents.capture(
                    intent_id, {"expand": ["latest_charge"]}, {"idempotency_key": key}
                )
            )

    def cancel(self, intent_id: str, reason: CancelReason, key: str) -> Intent:
        """Void the authorization for good."""
        with translate_errors():
            return _to_intent(
                self._intents.cancel(
                    intent_id,
                    {"expand": ["latest_charge"], "cancellation_reason": reason},
                    {"idempotency_key": key},
                )
            )

    def list_payments(self, since: datetime) -> Iterator[PaymentRecord]:
        """Yield every intent of an order that was created since then."""
        with translate_errors():
            intents = self._intents.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "expand": ["data.latest_charge"],
                    "limit": PAGE_SIZE,
                }
            )
            for item in intents.auto_paging_iter():
                if "order_id" in (item.metadata or {}):
                    yield _to_record(item)


def _to_record(item: stripe.PaymentIntent) -> PaymentRecord:
    intent = _to_intent(item)
    return PaymentRecord(
        order_id=item.metadata["order_id"],
        held=_minor(item, item.amount) if intent.status == Status.REQUIRES_CAPTURE else 0,
        captured=intent.captured,
        # Stripe counts a voided authorization as refunded too.
        refunded=intent.refunded if intent.captured else 0,
        is_disputed=intent.is_disputed,
    )


def _to_intent(item: stripe.PaymentIntent) -> Intent:
    charge = cast("stripe.Charge | None", item.latest_charge)  # every request expands it
    error = item.last_payment_error
    return Intent(
        intent_id=item.id,
        status=item.status,
        decline_code=(error.decline_code or error.code) if error else None,
        cancellation_reason=item.cancellation_reason,
        was_authorized=charge is not None and charge.status == "succeeded",
        captured=_minor(item, item.amount_received),
        refunded=_minor(item, charge.amount_refunded) if charge else 0,
        currency=item.currency.upper(),
        is_disputed=charge is not None and charge.disputed,
    )


def _minor(item: stripe.PaymentIntent, units: int) -> int:
    return to_money(units, item.currency).minor
