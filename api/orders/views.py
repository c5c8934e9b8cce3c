"""What customers see of an order: an outcome only when it is final.

No name, address, email, phone or payment method is shown; `reference` is returned as it was sent.
"""

from typing import Any, Final

from api.http.responses import money, timestamp
from api.quotes.quotes import quote_view
from orders.contracts.codec import encode
from orders.domain.attention import Resolution
from orders.domain.disputes import Dispute
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome
from orders.domain.recovery import Phase
from orders.domain.refund import Refund
from orders.domain.reported import Reported
from orders.domain.results import Invalid
from orders.domain.waits import Expiry, Waiting, WaitingFor
from orders.engine.instances import Instance

_WAITING_TEXTS: Final = {
    WaitingFor.PAYMENT_GATEWAY: "The payment gateway is not available at the moment.",
    WaitingFor.CARRIER: "The carrier is not available at the moment.",
    WaitingFor.SHOP: "The shop has switched this step off for the moment.",
}
_EXPIRY_TEXTS: Final = {
    Expiry.UNDO: "If this does not change in time, the order is undone.",
    Expiry.ATTENTION: "If this does not change in time, an operator decides.",
}


def order_url(order_id: str) -> str:
    """Return the path of an order."""
    return f"/api/orders/{order_id}"


def order_status(record: OrderRecord, instance: Instance) -> OrderStatus:
    """Return the status of an order, from the record and its orchestration together."""
    if record.outcome is not None and final_outcome(record, instance) is None:
        return OrderStatus.PROCESSING
    has_begun = instance.phase not in {Phase.ABSENT, Phase.PENDING}
    if record.status is OrderStatus.PLACED and has_begun:
        return OrderStatus.PROCESSING
    return record.status


def final_outcome(record: OrderRecord, instance: Instance) -> Outcome | None:
    """Return the outcome, once the orchestration that recorded it has ended too."""
    return record.outcome if instance.phase in {Phase.ENDED, Phase.ABSENT} else None


def receipt_view(record: OrderRecord, instance: Instance) -> dict[str, Any]:
    """Return the short view of an order: ID, status and link."""
    order_id = record.order.order_id
    return {
        "orderId": order_id,
        "status": order_status(record, instance),
        "links": {"self": order_url(order_id)},
    }


def order_view(record: OrderRecord, instance: Instance) -> dict[str, Any]:
    """Return the full view of an order."""
    order = record.order
    return {
        **receipt_view(record, instance),
        "waiting": _waiting_view(record.waiting if record.is_waiting else None),
        **_progress_view(record, instance),
        **quote_view(order.quote),
        "placedAt": timestamp(order.placed_at),
        "steps": [encode(step) for step in instance.steps] or None,
        "cancelRequestedAt": timestamp(record.cancel_requested_at),
        "refunds": [refund_view(refund) for refund in record.refunds] or None,
        **reported_view(record.reported),
        "resolutions": [resolution_view(item) for item in record.resolutions] or None,
        "reference": order.reference,
    }


def _waiting_view(waiting: Waiting | None) -> dict[str, Any] | None:
    if waiting is None:
        return None
    return {
        "waitingFor": waiting.waiting_for,
        "step": waiting.step,
        "since": timestamp(waiting.since),
        "until": timestamp(waiting.until),
        "then": waiting.expiry,
        "text": f"{_WAITING_TEXTS[waiting.waiting_for]} {_EXPIRY_TEXTS[waiting.expiry]}",
    }


def refund_view(refund: Refund) -> dict[str, Any]:
    """Return a refund; operator and note are shown to operators only."""
    return {
        "refundId": refund.refund_id,
        "amount": money(refund.amount),
        "status": refund.status,
        "requestedAt": timestamp(refund.requested_at),
        "endedAt": timestamp(refund.ended_at),
        "reason": refund.reason,
    }


def reported_view(reported: Reported) -> dict[str, Any]:
    """Return what partners have reported: disputes, and how the transport ended."""
    delivery = reported.delivery
    return {
        "disputes": [_dispute_view(dispute) for dispute in reported.disputes] or None,
        "delivery": {"status": delivery.status, "at": timestamp(delivery.at)} if delivery else None,
    }


def _dispute_view(dispute: Dispute) -> dict[str, Any]:
    return {
        "disputeId": dispute.dispute_id,
        "amount": money(dispute.amount),
        "status": dispute.status,
        "openedAt": timestamp(dispute.opened_at),
        "closedAt": timestamp(dispute.closed_at),
    }


def resolution_view(resolution: Resolution) -> dict[str, Any]:
    """Return a resolution; operator and note are shown to operators only."""
    return {
        "action": resolution.action,
        "steps": list(resolution.steps),
        "at": timestamp(resolution.at),
        "refunds": list(resolution.refunds) or None,
    }


def _progress_view(record: OrderRecord, instance: Instance) -> dict[str, Any]:
    outcome = final_outcome(record, instance)
    if outcome is None:
        return {"step": instance.step, "text": instance.text}
    problems = record.validation.problems if isinstance(record.validation, Invalid) else ()
    return {
        **encode(outcome),  # trackingNumber or reason, notes, failedSteps
        "endedAt": timestamp(record.ended_at),
        "problems": [encode(problem) for problem in problems] or None,
    }
