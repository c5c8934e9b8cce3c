"""What does Stripe pay back?

A refund that the bank sends back fails, perhaps days later. It stays in Stripe's list, and what it
was to pay back counts as not paid back again.
"""

from dataclasses import dataclass
from typing import Final

import stripe

from orders.adapters.payments.stripe.connection import PAGE, StripeRefusedError, translated

#: Statuses of a refund that pays nothing back.
_NOT_PAID: Final = frozenset({"failed", "canceled"})

#: How the codes begin with which Stripe says that a request makes no sense.
_OUR_FAULT: Final = ("parameter_", "resource_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What became of the refunds under one of our ids."""

    #: One is paid back, or on its way.
    paid: bool
    #: How many were sent back.
    failed: int


class StripeRefunds:
    """Stripe's refunds of PaymentIntents."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._refunds = client.v1.refunds

    def tries(self, intent_id: str, refund_id: str) -> Tries:
        """What was tried under this id of ours."""
        with translated():
            listed = self._refunds.list({"payment_intent": intent_id, "limit": PAGE})
            statuses = [
                refund.status
                for refund in listed.auto_paging_iter()
                if _is_under(refund, refund_id)
            ]
        failed = sum(status in _NOT_PAID for status in statuses)
        return Tries(paid=len(statuses) > failed, failed=failed)

    def pay(self, intent_id: str, minor: int, refund_id: str, key: str) -> None:
        """Pay back some of what was taken, under this id of ours."""
        with translated():
            try:
                refund = self._refunds.create(
                    {
                        "payment_intent": intent_id,
                        "amount": minor,
                        "metadata": {"refund_id": refund_id},
                    },
                    {"idempotency_key": key},
                )
            except stripe.InvalidRequestError as error:
                if (error.code or "").startswith(_OUR_FAULT):
                    raise
                # A dispute, an empty balance, an amount that another refund took meanwhile.
                raise StripeRefusedError(f"Stripe refunds nothing (code {error.code})") from None
        if refund.status in _NOT_PAID:
            raise StripeRefusedError(f"the refund is {refund.status}")


def _is_under(refund: stripe.Refund, refund_id: str) -> bool:
    given = refund.metadata
    return given is not None and "refund_id" in given and given["refund_id"] == refund_id
