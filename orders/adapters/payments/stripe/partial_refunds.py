"""How is a part of what Stripe took paid back once?

Nothing at Stripe keeps a part from being paid back twice. So a refund carries our id, is looked up
by it before it is paid, and has idempotency keys of its own. They change where nothing came of a
refund for sure: an answer kept under the key was of no use, or the bank sent the money back.
"""

from orders.adapters.payments.stripe.connection import StripeKeptError, StripeRefusedError
from orders.adapters.payments.stripe.intents import StripeIntents
from orders.domain.money import Money
from orders.domain.outcome import Reason
from orders.domain.results import RefundResult
from orders.ports.partner_references import PartnerReferences


class StripePartRefunds:
    """Refunds of parts, each once per id."""

    def __init__(self, intents: StripeIntents, references: PartnerReferences) -> None:
        self._intents = intents
        self._references = references

    def refund(self, order_id: str, intent_id: str, refund_id: str, amount: Money) -> RefundResult:
        """Pay back some of what was taken, unless it is paid back already."""
        known, failed = self._look_up(intent_id, refund_id, amount)
        if known:
            return known
        name = f"{order_id}:refund:{refund_id}"
        attempt = self._references.find(name).attempt
        try:
            key = f"{name}:{attempt}:{failed}"
            self._intents.refunds.pay(intent_id, amount.minor, refund_id, key)
        except StripeKeptError as fault:
            known, _ = self._look_up(intent_id, refund_id, amount)
            if known and known.refunded:
                return known
            self._references.next_attempt(name, attempt)
            if isinstance(fault, StripeRefusedError):
                return known or _no(Reason.REFUND_REFUSED)
            raise
        return RefundResult(refunded=True)

    def _look_up(
        self, intent_id: str, refund_id: str, amount: Money
    ) -> tuple[RefundResult | None, int]:
        """The answer, unless the refund is still to be paid, and how often it was sent back."""
        # The intent first: what a twin of this call pays in between is then found by its id.
        intent = self._intents.find(intent_id)
        tries = self._intents.refunds.tries(intent_id, refund_id)
        known = None
        if tries.paid:
            known = RefundResult(refunded=True)
        elif not intent.received:
            known = _no(Reason.NOT_CAPTURED)
        elif amount.minor > intent.left:
            known = _no(Reason.EXCEEDS_CAPTURED)
        return known, tries.failed


def _no(reason: Reason) -> RefundResult:
    return RefundResult(refunded=False, reason=reason)
