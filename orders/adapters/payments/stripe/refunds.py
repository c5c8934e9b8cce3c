"""Refunds at Stripe: parts of a captured amount.

Stripe does not keep a part from being refunded twice. So a refund carries our ID, is looked up by
it before it is paid, and has idempotency keys of its own. A key changes only when its refund
certainly paid nothing: Stripe stored a failure under it, or the bank returned the money. A refund
that the bank returns fails, perhaps days later; it stays in Stripe's list and its amount is
refundable again.
"""

from dataclasses import dataclass
from typing import Final

import stripe

from orders.adapters.payments.stripe.amounts import to_units
from orders.adapters.payments.stripe.connection import (
    PAGE_SIZE,
    StripeRefusedError,
    StripeStoredError,
    translate_errors,
)
from orders.adapters.payments.stripe.intents import StripeIntents
from orders.domain.money import Money
from orders.domain.outcome import Reason
from orders.domain.results import Refunded, RefundResult, Refused
from orders.ports.partner_references import PartnerReferences

#: Statuses of a refund that pays nothing.
_NOT_PAID: Final = frozenset({"failed", "canceled"})

#: Prefixes of error codes for requests that are wrong in themselves, not refused.
_INVALID_REQUEST: Final = ("parameter_", "resource_")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempts:
    """Stripe's refunds with one of our IDs."""

    #: One of them is paid or being paid.
    paid: bool
    #: Number of refunds that failed.
    failed: int


class StripeRefunds:
    """Stripe's refunds of PaymentIntents, each paid once per ID."""

    def __init__(
        self, client: stripe.StripeClient, intents: StripeIntents, references: PartnerReferences
    ) -> None:
        self._refunds = client.v1.refunds
        self._intents = intents
        self._references = references

    def refund(self, order_id: str, intent_id: str, refund_id: str, amount: Money) -> RefundResult:
        """Refund a part of the captured amount, unless it is refunded already."""
        result, failed = self._look_up(intent_id, refund_id, amount)
        if result:
            return result
        reference_key = f"{order_id}:refund:{refund_id}"
        attempt = self._references.find(reference_key).attempt
        try:
            self.pay(intent_id, amount, refund_id, f"{reference_key}:{attempt}:{failed}")
        except StripeStoredError as error:
            result, _ = self._look_up(intent_id, refund_id, amount)
            if isinstance(result, Refunded):
                return result
            self._references.next_attempt(reference_key, attempt)
            if isinstance(error, StripeRefusedError):
                return result or Refused(reason=Reason.REFUND_REFUSED)
            raise
        return Refunded()

    def pay(self, intent_id: str, amount: Money, refund_id: str, key: str) -> None:
        """Create a refund with our ID.

        Raises:
            StripeRefusedError: the refund is refused or has failed.
        """
        with translate_errors():
            try:
                refund = self._refunds.create(
                    {
                        "payment_intent": intent_id,
                        "amount": to_units(amount),
                        "metadata": {"refund_id": refund_id},
                    },
                    {"idempotency_key": key},
                )
            except stripe.InvalidRequestError as error:
                if (error.code or "").startswith(_INVALID_REQUEST):
                    raise
                # A dispute, an empty balance, or a concurrent refund that left too little.
                raise StripeRefusedError(f"Stripe refused the refund (code {error.code})") from None
        if refund.status in _NOT_PAID:
            raise StripeRefusedError(f"the refund is {refund.status}")

    def _look_up(
        self, intent_id: str, refund_id: str, amount: Money
    ) -> tuple[RefundResult | None, int]:
        """Return the result, unless the refund has to be paid, and how often it failed."""
        # The intent first: a concurrent call that pays in between is then found by the refund ID.
        intent = self._intents.find(intent_id)
        attempts = self._attempts(intent_id, refund_id)
        result: RefundResult | None = None
        if attempts.paid:
            result = Refunded()
        elif not intent.captured:
            result = Refused(reason=Reason.NOT_CAPTURED)
        elif amount.minor > intent.refundable:
            result = Refused(reason=Reason.EXCEEDS_CAPTURED)
        return result, attempts.failed

    def _attempts(self, intent_id: str, refund_id: str) -> _Attempts:
        with translate_errors():
            refunds = self._refunds.list({"payment_intent": intent_id, "limit": PAGE_SIZE})
            statuses = [
                refund.status for refund in refunds.auto_paging_iter() if _has_id(refund, refund_id)
            ]
        failed = sum(status in _NOT_PAID for status in statuses)
        return _Attempts(paid=len(statuses) > failed, failed=failed)


def _has_id(refund: stripe.Refund, refund_id: str) -> bool:
    metadata = refund.metadata
    return metadata is not None and "refund_id" in metadata and metadata["refund_id"] == refund_id
