"""What does a customer see? Nothing personal, and an end only when nothing moves any more."""

from typing import Any

from api.instances import Instance, Phase
from contracts.codec import encode
from domain.outcome import OrderStatus, Outcome
from domain.record import OrderRecord


def order_url(order_id: str) -> str:
    """Where the order can be seen."""
    return f"/api/orders/{order_id}"


def order_status(record: OrderRecord, instance: Instance) -> OrderStatus:
    """Where the order stands, from the book and the engine together."""
    end = settled_end(record, instance)
    if end is not None:
        return end.status
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
    order, end = record.order, settled_end(record, instance)
    going_on = end is None
    view: dict[str, Any] = {
        **receipt(record, instance),
        "step": instance.step if going_on else None,
        "text": instance.text if going_on else None,
        "total": encode(order.total),
        "lines": [encode(line) for line in order.lines],
        "placedAt": order.placed_at.isoformat(),
    }
    if order.reference:
        view["reference"] = order.reference
    if end is not None:
        # The outcome's own fields: trackingNumber or reason, notes, failedSteps.
        view |= encode(end)
        view["endedAt"] = record.ended_at.isoformat() if record.ended_at else None
    return view
