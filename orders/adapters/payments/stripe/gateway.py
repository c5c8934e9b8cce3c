"""Payments by Stripe: one PaymentIntent for each order, authorized first and captured later.

An intent is created unconfirmed, its ID is stored, and only then it is confirmed. So no amount is
ever authorized under an unknown ID. Before each action the intent is looked up by that ID.

Stripe stores the first response under an idempotency key, failures included. After such a failure
the intent is looked up again, and the next attempt gets another key only if nothing has happened.
No action can happen twice, whatever the keys: an intent is confirmed, captured or canceled once,
and Stripe refunds no more than it captured. Partial refunds need more care: see `refunds`.

A reversal stores a tombstone first and then cancels the intent. A late authorization finds one or
the other.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final

from orders.adapters.payments.stripe.amounts import limits_of
from orders.adapters.payments.stripe.connection import (
    TIMEOUT_SECONDS,
    StripeRefusedError,
    StripeStoredError,
    connect,
)
from orders.adapters.payments.stripe.intents import EXPIRED, Intent, Status, StripeIntents
from orders.adapters.payments.stripe.refunds import StripeRefunds
from orders.adapters.payments.stripe.refusals import StripeRejectedError
from orders.adapters.payments.stripe.states import StripeStates
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.order import PaymentLimits
from orders.domain.outcome import Reason
from orders.domain.provider_records import PartnerObject, PaymentRecord, PaymentState
from orders.domain.results import (
    Authorization,
    Authorized,
    Capture,
    Captured,
    RefundResult,
    Refused,
    Reversal,
)
from orders.ports.partner_references import PartnerReference, PartnerReferences

_DECLINES: Final[dict[str | None, Reason]] = {
    "insufficient_funds": Reason.INSUFFICIENT_FUNDS,
    "expired_card": Reason.EXPIRED_CARD,
    "incorrect_cvc": Reason.INCORRECT_CVC,
    "invalid_cvc": Reason.INCORRECT_CVC,
    "processing_error": Reason.PROCESSING_ERROR,
    "authentication_required": Reason.CUSTOMER_ACTION_REQUIRED,
}


class StripePayments:
    """Stripe as a payment gateway."""

    def __init__(
        self,
        api_key: str,
        references: PartnerReferences,
        api_base: str | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        client = connect(api_key, api_base, timeout)
        self._intents = StripeIntents(client)
        self._refunds = StripeRefunds(client, self._intents, references)
        self._states = StripeStates(client)
        self._references = references

    def limits(self, currency: str) -> PaymentLimits:
        """Return which amounts of a currency Stripe takes."""
        return limits_of(currency)

    def authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        """Authorize the amount. A decline is returned, not raised."""
        try:
            return self._authorize(order_id, amount, payment_method)
        except StripeRejectedError as rejected:
            return Refused(reason=rejected.reason)

    def capture(self, order_id: str) -> Capture:
        """Capture the authorized amount. A refusal is returned, not raised."""
        reference = self._references.find(order_id)
        if reference.has_tombstone:
            return Refused(reason=Reason.ALREADY_UNDONE)
        if reference.partner_id is None:
            return Refused(reason=Reason.NO_AUTHORIZATION)
        intent = self._intents.find(reference.partner_id)
        if intent.status == Status.REQUIRES_CAPTURE:
            capture = partial(self._intents.capture, intent.intent_id)
            try:
                intent = self._change(capture, order_id, "capture", intent)
            except StripeRefusedError:
                return Refused(reason=Reason.CAPTURE_REFUSED)
        if intent.status == Status.SUCCEEDED:
            return Captured()
        if intent.cancellation_reason in EXPIRED:
            return Refused(reason=Reason.CAPTURE_REFUSED)
        is_undone = self._references.find(order_id).has_tombstone
        return Refused(reason=Reason.ALREADY_UNDONE if is_undone else Reason.NO_AUTHORIZATION)

    def refund(self, order_id: str, refund_id: str, amount: Money) -> RefundResult:
        """Refund a part of the captured amount, once per refund ID."""
        intent_id = self._references.find(order_id).partner_id
        if intent_id is None:
            return Refused(reason=Reason.NOT_CAPTURED)
        return self._refunds.refund(order_id, intent_id, refund_id, amount)

    def reverse(self, order_id: str) -> Reversal:
        """Void or refund the payment and leave a tombstone."""
        reference = self._references.leave_tombstone(order_id)
        if reference.partner_id is None:
            return Reversal.NOTHING
        intent = self._intents.find(reference.partner_id)
        while intent.status not in {Status.SUCCEEDED, Status.CANCELED}:
            void = partial(self._intents.cancel, intent.intent_id, "requested_by_customer")
            intent = self._change(void, order_id, "void", intent)
        try:
            while intent.refundable:
                refund = partial(self._refund_remaining, order_id, intent)
                # The amount is part of the key: a smaller remainder is another request.
                intent = self._change(refund, order_id, f"reverse:{intent.refundable}", intent)
        except StripeRefusedError:
            return Reversal.REFUSED
        if intent.captured:
            return Reversal.REFUNDED
        return Reversal.VOIDED if intent.was_authorized else Reversal.NOTHING

    def state(self, order_id: str) -> PaymentState:
        """Return the state of the order's intent at Stripe."""
        reference = self._references.find(order_id)
        if reference.partner_id is None:
            return PaymentState()
        return self._states.state(reference.partner_id, is_undone=reference.has_tombstone)

    def find_object(self, object_id: str) -> PartnerObject | None:
        """Return the owner of an intent, a charge, a refund or a dispute."""
        return self._states.find_object(object_id)

    def is_available(self) -> bool:
        """Whether Stripe answers a look-up."""
        try:
            self._intents.probe()
        except PaymentsUnavailableError:
            return False
        return True

    def list_payments(self, since: datetime) -> Iterator[PaymentRecord]:
        """Return the intents that Stripe lists."""
        return self._intents.list_payments(since)

    def _authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        reference = self._create_intent(order_id, amount, payment_method)
        if reference.has_tombstone or reference.partner_id is None:
            return Refused(reason=Reason.ALREADY_UNDONE)
        intent = self._intents.find(reference.partner_id)
        if intent.status == Status.REQUIRES_CONFIRMATION:
            confirm = partial(self._intents.confirm, intent.intent_id)
            intent = self._change(confirm, order_id, "authorize", intent)
        if intent.status == Status.REQUIRES_ACTION:
            abandon = partial(self._intents.cancel, intent.intent_id, "abandoned")
            intent = self._change(abandon, order_id, "abandon", intent)
        return _authorization(intent)

    def _create_intent(self, order_id: str, amount: Money, payment_method: str) -> PartnerReference:
        """Create the order's intent unless there is one, and return its reference."""
        reference = self._references.find(order_id)
        if reference.partner_id or reference.has_tombstone:
            return reference
        key = f"{order_id}:create:{reference.attempt}"
        try:
            intent_id = self._intents.create(order_id, amount, payment_method, key)
        except StripeStoredError:
            # There is nothing to look up: an intent with an unknown ID is never confirmed.
            self._references.next_attempt(order_id, reference.attempt)
            raise
        return self._references.store(order_id, intent_id)

    def _change(
        self, action: Callable[[str], Intent], order_id: str, step: str, before: Intent
    ) -> Intent:
        """Apply an action and return the changed intent; raise if it has not changed."""
        attempt = self._references.find(order_id).attempt
        error = PaymentsUnavailableError("Stripe accepted the request, but nothing has changed yet")
        try:
            after = action(f"{order_id}:{step}:{attempt}")
        except StripeStoredError as stored:
            after, error = self._intents.find(before.intent_id), stored
        if after == before:
            self._references.next_attempt(order_id, attempt)
            raise error
        return after

    def _refund_remaining(self, order_id: str, intent: Intent, key: str) -> Intent:
        amount = Money(intent.refundable, intent.currency)
        self._refunds.pay(intent.intent_id, amount, f"{order_id}:reverse", key)
        return self._intents.find(intent.intent_id)


def _authorization(intent: Intent) -> Authorization:
    match intent.status:
        case Status.REQUIRES_CAPTURE | Status.SUCCEEDED:
            return Authorized()
        case Status.REQUIRES_PAYMENT_METHOD:
            return Refused(reason=_DECLINES.get(intent.decline_code, Reason.CARD_DECLINED))
        case Status.CANCELED if intent.cancellation_reason == "abandoned":
            return Refused(reason=Reason.CUSTOMER_ACTION_REQUIRED)
        case Status.CANCELED:
            return Refused(reason=Reason.ALREADY_UNDONE)
        case _:
            raise PaymentsUnavailableError(f"the payment is still {intent.status}")
