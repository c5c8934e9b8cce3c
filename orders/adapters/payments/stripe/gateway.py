"""Payments by Stripe: one PaymentIntent an order, held first and captured later.

An intent is created unconfirmed, its id is written down, and only then it is confirmed: so no money
is ever held under an id that we do not know. Before each act the intent is looked up by that id.
Stripe keeps the first answer of an idempotency key, faults included, so after an answer that does
not help the intent is looked up again, and only if nothing has happened the next try gets another
key. No act can happen twice whatever the keys: an intent is confirmed, captured or canceled once,
and Stripe refunds no more than it took. (Parts of it could be: see `part_refunds`.)

Giving back writes down that the order is withdrawn, then cancels the intent. An authorization that
comes late finds the one or the other.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final

from orders.adapters.payments.stripe.connection import StripeKeptError, StripeRefusedError
from orders.adapters.payments.stripe.intents import LAPSED, Intent, Status, StripeIntents
from orders.adapters.payments.stripe.partial_refunds import StripePartRefunds
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.outcome import Reason
from orders.domain.provider_records import PaymentRecord
from orders.domain.results import Authorization, Capture, RefundResult, Reversal
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
    """A payment gateway: Stripe."""

    def __init__(self, intents: StripeIntents, references: PartnerReferences) -> None:
        self._intents = intents
        self._references = references
        self._parts = StripePartRefunds(intents, references)

    def authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        """Hold the amount. A decline is an answer."""
        reference = self._begun(order_id, amount, payment_method)
        if reference.has_tombstone:
            return _refused(Reason.ALREADY_UNDONE)
        if reference.partner_id is None:
            return _refused(Reason.UNKNOWN_PAYMENT_METHOD)
        intent = self._intents.find(reference.partner_id)
        if intent.status == Status.REQUIRES_CONFIRMATION:
            confirm = partial(self._intents.confirm, intent.intent_id)
            intent = self._do(confirm, order_id, "authorize", intent)
        if intent.status == Status.REQUIRES_ACTION:
            abandon = partial(self._intents.cancel, intent.intent_id, "abandoned")
            intent = self._do(abandon, order_id, "abandon", intent)
        return _authorization(intent)

    def capture(self, order_id: str) -> Capture:
        """Take the held amount. A refusal is an answer."""
        reference = self._references.find(order_id)
        if reference.has_tombstone:
            return _not_captured(Reason.ALREADY_UNDONE)
        if reference.partner_id is None:
            return _not_captured(Reason.NO_AUTHORIZATION)
        intent = self._intents.find(reference.partner_id)
        if intent.status == Status.REQUIRES_CAPTURE:
            capture = partial(self._intents.capture, intent.intent_id)
            try:
                intent = self._do(capture, order_id, "capture", intent)
            except StripeRefusedError:
                return _not_captured(Reason.CAPTURE_REFUSED)
        if intent.status == Status.SUCCEEDED:
            return Capture(captured=True)
        if intent.canceled_for in LAPSED:
            return _not_captured(Reason.CAPTURE_REFUSED)
        is_undone = self._references.find(order_id).has_tombstone
        return _not_captured(Reason.ALREADY_UNDONE if is_undone else Reason.NO_AUTHORIZATION)

    def refund(self, order_id: str, refund_id: str, amount: Money) -> RefundResult:
        """Pay back some of what was taken, once per refund id."""
        intent_id = self._references.find(order_id).partner_id
        if intent_id is None:
            return RefundResult(refunded=False, reason=Reason.NOT_CAPTURED)
        return self._parts.refund(order_id, intent_id, refund_id, amount)

    def reverse(self, order_id: str) -> Reversal:
        """Give back what is held or taken still; from now on nothing more is taken."""
        reference = self._references.leave_tombstone(order_id)
        if reference.partner_id is None:
            return Reversal.NOTHING
        intent = self._intents.find(reference.partner_id)
        while intent.status not in {Status.SUCCEEDED, Status.CANCELED}:
            void = partial(self._intents.cancel, intent.intent_id, "requested_by_customer")
            intent = self._do(void, order_id, "void", intent)
        try:
            while intent.left:
                refund = partial(self._refund_rest, order_id, intent)
                intent = self._do(refund, order_id, f"rest:{intent.left}", intent)
        except StripeRefusedError:
            return Reversal.REFUSED
        if intent.received:
            return Reversal.REFUNDED
        return Reversal.VOIDED if intent.was_held else Reversal.NOTHING

    def list_payments(self, since: datetime) -> Iterator[PaymentRecord]:
        """The intents that Stripe lists."""
        return self._intents.listed(since)

    def _begun(self, order_id: str, amount: Money, payment_method: str) -> PartnerReference:
        reference = self._references.find(order_id)
        if reference.partner_id or reference.has_tombstone:
            return reference
        key = f"{order_id}:create:{reference.attempt}"
        try:
            intent_id = self._intents.create(order_id, amount, payment_method, key)
        except StripeKeptError:
            # Nothing to look up: an intent whose id we never learned is never confirmed.
            self._references.next_attempt(order_id, reference.attempt)
            raise
        return self._references.store(order_id, intent_id) if intent_id else reference

    def _do(self, act: Callable[[str], Intent], order_id: str, step: str, before: Intent) -> Intent:
        """Act, and answer with the intent as it is then: another one than before, or it raises."""
        attempt = self._references.find(order_id).attempt
        problem = PaymentsUnavailableError("Stripe agreed, but nothing has happened yet")
        try:
            after = act(f"{order_id}:{step}:{attempt}")
        except StripeKeptError as kept:
            after, problem = self._intents.find(before.intent_id), kept
        if after == before:
            self._references.next_attempt(order_id, attempt)
            raise problem
        return after

    def _refund_rest(self, order_id: str, intent: Intent, key: str) -> Intent:
        rest = f"{order_id}:reverse"
        self._intents.refunds.pay(intent.intent_id, intent.left, rest, key)
        return self._intents.find(intent.intent_id)


def _authorization(intent: Intent) -> Authorization:
    match intent.status:
        case Status.REQUIRES_CAPTURE | Status.SUCCEEDED:
            return Authorization(approved=True)
        case Status.REQUIRES_PAYMENT_METHOD:
            return _refused(_DECLINES.get(intent.decline, Reason.CARD_DECLINED))
        case Status.CANCELED if intent.canceled_for == "abandoned":
            return _refused(Reason.CUSTOMER_ACTION_REQUIRED)
        case Status.CANCELED:
            return _refused(Reason.ALREADY_UNDONE)
        case _:
            raise PaymentsUnavailableError(f"the payment is still {intent.status}")


def _refused(reason: Reason) -> Authorization:
    return Authorization(approved=False, reason=reason)


def _not_captured(reason: Reason) -> Capture:
    return Capture(captured=False, reason=reason)
