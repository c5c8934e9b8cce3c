"""What does a customer see? Nothing personal, and an end only when nothing moves any more."""

from typing import Any

from orders.engine.instances import Instance, Phase
from api.orders.pricing import quote_view
from orders.contracts.codec import encode
from orders.domain.attention import Resolution
from orders.domain.outcome import OrderStatus, Outcome
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund


def order_url(order_id: str) -> str:
    """Where the order can be seen."""
    return f"/api/orders/{order_id}"


def order_status(record: OrderRecord, instance: Instance) -> OrderStatus:
    """Where the order stands, from the book and the engine together."""
    end = settled_end(record, instance)
    if end is not None:
        return end.status
    if record.attention is not None and record.outcome is None:
        return OrderStatus.NEEDS_ATTENTION
    if record.runs == 0 and instance.phase in {Phase.ABSENT, Phase.PENDING}:
        return OrderStatus.PLACED
    # Also when the engine lost the order's orchestration: the order is unfinished, and can be taken
    # up again.
    return OrderStatus.PROCESSING


def settled_end(record: OrderRecord, instance: Instance) -> Outcome | None:
    """The order's end, once the orchestration that wrote it is over too."""
    return record.outcome if instance.phase in {Phase.OVER, Phase.ABSENT} else None


def receipt(record: OrderRecord, instance: Instance) -> dict[str, Any]:
    """The answer to whoever placed the order."""
    order_id = record.order.order_id
    return {
        "orderId": order_id,
        "status": order_status(record, instance),
        "links": {"self": order_url(order_id)},
    }


def order_view(record: OrderRecord, instance: Instance) -> dict[str, Any]:
    """The order as it stands."""
    order = record.order
    view = {
        **receipt(record, instance),
        **_progress(record, instance),
        **quote_view(order.quote),
        "placedAt": order.placed_at.isoformat(),
    }
    if instance.steps:
        view["steps"] = [encode(step) for step in instance.steps]
    if record.cancel_requested_at:
        view["cancelRequestedAt"] = record.cancel_requested_at.isoformat()
    if record.refunds:
        view["refunds"] = [refund_view(refund) for refund in record.refunds]
    if record.resolutions:
        view["decisions"] = [resolution_view(resolution) for resolution in record.resolutions]
    if order.reference:
        view["reference"] = order.reference
    return view


def refund_view(refund: Refund) -> dict[str, Any]:
    """A refund as it stands; who wanted it, and in which words, is shown at the desk alone."""
    view = {
        "refundId": refund.refund_id,
        "amount": encode(refund.amount),
        "status": refund.status,
        "requestedAt": refund.requested_at.isoformat(),
    }
    if refund.ended_at:
        view["endedAt"] = refund.ended_at.isoformat()
    return view | ({"reason": refund.reason} if refund.reason else {})


def resolution_view(resolution: Resolution) -> dict[str, Any]:
    """A decision; who took it, and in which words, is shown at the desk alone."""
    view = {
        "action": resolution.action,
        "steps": list(resolution.steps),
        "at": resolution.at.isoformat(),
    }
    return view | ({"refunds": list(resolution.refunds)} if resolution.refunds else {})


def _progress(record: OrderRecord, instance: Instance) -> dict[str, Any]:
    end = settled_end(record, instance)
    if end is None:
        return {"step": instance.step, "text": instance.text}
    # The outcome's own fields: trackingNumber or reason, notes, failedSteps.
    ended_at = record.ended_at.isoformat() if record.ended_at else None
    problems = record.validation.problems if record.validation else ()
    view = {"step": None, **encode(end), "endedAt": ended_at}
    return view | ({"problems": [encode(problem) for problem in problems]} if problems else {})
