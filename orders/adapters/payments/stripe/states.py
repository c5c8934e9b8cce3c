"""The state of a payment at Stripe, and the owner of an object that an event names.

Stripe's events name intents, charges, refunds and disputes. Each of them leads to its intent, whose
metadata has the order ID.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

import stripe

from orders.adapters.payments.stripe.amounts import to_money
from orders.adapters.payments.stripe.connection import PAGE_SIZE, translate_errors
from orders.adapters.payments.stripe.intents import Status
from orders.domain.disputes import Dispute, DisputeStatus
from orders.domain.provider_records import PartnerObject, PaymentState, RefundProgress

#: The bank asks for information, but has taken nothing.
_INQUIRIES: Final = frozenset({"warning_needs_response", "warning_under_review"})
_DECISIONS: Final = {
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    "warning_closed": DisputeStatus.CLOSED,
    "prevented": DisputeStatus.CLOSED,
}
_REFUNDS: Final = {
    "succeeded": RefundProgress.PAID,
    "failed": RefundProgress.FAILED,
    "canceled": RefundProgress.FAILED,
}
#: Of several attempts with one of our IDs, the first of these that there is counts.
_BEST_FIRST: Final = (RefundProgress.PAID, RefundProgress.PENDING, RefundProgress.FAILED)

_WITH_CHARGE: Final = ["latest_charge"]
_WITH_INTENT: Final = ["payment_intent"]


class StripeStates:
    """Look-ups of payments at Stripe that change nothing."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1
        #: By the prefix of an object's ID.
        self._owners: Mapping[str, Callable[[str], Any]] = {
            "pi": self._v1.payment_intents.retrieve,
            "ch": lambda key: self._v1.charges.retrieve(key, {"expand": _WITH_INTENT}),
            "py": lambda key: self._v1.charges.retrieve(key, {"expand": _WITH_INTENT}),
            "re": lambda key: self._v1.refunds.retrieve(key, {"expand": _WITH_INTENT}),
            "pyr": lambda key: self._v1.refunds.retrieve(key, {"expand": _WITH_INTENT}),
            "dp": lambda key: self._v1.disputes.retrieve(key, {"expand": _WITH_INTENT}),
            "du": lambda key: self._v1.disputes.retrieve(key, {"expand": _WITH_INTENT}),
        }

    def state(self, intent_id: str, *, is_undone: bool) -> PaymentState:
        """Return the state of an intent; `is_undone`: this service may have canceled it."""
        with translate_errors():
            intent = self._v1.payment_intents.retrieve(intent_id, {"expand": _WITH_CHARGE})
            charge = cast("stripe.Charge | None", intent.latest_charge)
            has_charge = charge is not None and charge.status == "succeeded"
            is_disputed = charge is not None and charge.disputed
            held = intent.amount if intent.status == Status.REQUIRES_CAPTURE else 0
            # Stripe counts a voided authorization as refunded too.
            refunded = charge.amount_refunded if charge and intent.amount_received else 0
            return PaymentState(
                held=to_money(held, intent.currency).minor,
                captured=to_money(intent.amount_received, intent.currency).minor,
                refunded=to_money(refunded, intent.currency).minor,
                is_lapsed=intent.status == Status.CANCELED and has_charge and not is_undone,
                refunds=self._refunds(intent_id),
                disputes=self._disputes(intent_id) if is_disputed else (),
            )

    def find_object(self, object_id: str) -> PartnerObject | None:
        """Return the owner of an object; None: it is unknown."""
        find = self._owners.get(object_id.partition("_")[0])
        if find is None:
            return PartnerObject(order_id=None)
        with translate_errors():
            try:
                found = find(object_id)
            except stripe.InvalidRequestError as error:
                if error.code == "resource_missing":
                    return None
                raise
        intent = found if object_id.startswith("pi_") else found.payment_intent
        return PartnerObject(order_id=_metadata(intent, "order_id") if intent else None)

    def _refunds(self, intent_id: str) -> dict[str, RefundProgress]:
        refunds = self._v1.refunds.list({"payment_intent": intent_id, "limit": PAGE_SIZE})
        found: dict[str, set[RefundProgress]] = {}
        for refund in refunds.auto_paging_iter():
            refund_id = _metadata(refund, "refund_id")
            if refund_id is not None:
                progress = _REFUNDS.get(refund.status or "", RefundProgress.PENDING)
                found.setdefault(refund_id, set()).add(progress)
        return {
            refund_id: next(item for item in _BEST_FIRST if item in attempts)
            for refund_id, attempts in found.items()
        }

    def _disputes(self, intent_id: str) -> tuple[Dispute, ...]:
        disputes = self._v1.disputes.list({"payment_intent": intent_id, "limit": PAGE_SIZE})
        return tuple(_dispute(item) for item in disputes.auto_paging_iter())


def _metadata(item: stripe.PaymentIntent | stripe.Refund, name: str) -> str | None:
    metadata = item.metadata
    return metadata[name] if metadata is not None and name in metadata else None


def _dispute(item: stripe.Dispute) -> Dispute:
    undecided = DisputeStatus.INQUIRY if item.status in _INQUIRIES else DisputeStatus.OPEN
    return Dispute(
        dispute_id=item.id,
        amount=to_money(item.amount, item.currency),
        status=_DECISIONS.get(item.status, undecided),
        opened_at=datetime.fromtimestamp(item.created, UTC),
    )
