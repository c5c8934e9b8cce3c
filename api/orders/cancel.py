"""Endpoint: cancel an order, or preview what a cancellation would undo."""

import asyncio
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.problems import conflict, order_not_found, read_order_id
from api.http.query import Query
from api.http.responses import accepted, json_response, money
from api.orders.views import order_url, receipt_view
from orders.contracts.names import Activity, Endpoint
from orders.contracts.steps import STEPS, Step, StepGroup
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.domain.recovery import Phase
from orders.engine.instances import Instance, continue_order, get_instance
from orders.services import services

bp = df.Blueprint()

#: The steps before the dispatch, in order.
_STEPS: Final = tuple(step for step in STEPS if step.group is StepGroup.BEFORE_DISPATCH)


@endpoint(bp, Endpoint.CANCEL_ORDER, method="POST", route="api/orders/{order_id}/cancel")
async def cancel_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Stop the order and undo what was done; `?preview=true` changes nothing."""
    order_id = read_order_id(req)
    query = Query(req, known={"preview"})
    is_preview = query.flag("preview", default=False)
    query.check()
    instance = await get_instance(client, order_id)
    record = await asyncio.to_thread(services().order_store.find, order_id)
    if record is None:
        raise order_not_found()
    if is_preview:
        return json_response(_preview(record, instance))
    # Recorded first: the running orchestration reads the record before every step that takes
    # something.
    record = await asyncio.to_thread(_request_cancel, order_id)
    if not (record.is_being_canceled or _is_canceled(record)):
        raise conflict("too-late-to-cancel", _refusal(record))
    if record.outcome is None and not instance.phase.is_active:
        # A suspended orchestration would not notice the cancellation, and an ended one cannot.
        await continue_order(client, order_id)
        instance = Instance(phase=Phase.PENDING)
    return accepted(receipt_view(record, instance), order_url(order_id))


def _request_cancel(order_id: str) -> OrderRecord:
    app = services()
    now = app.clock.now()
    return app.order_store.update(order_id, lambda record: record.request_cancel(now))


def _preview(record: OrderRecord, instance: Instance) -> dict[str, Any]:
    """Return what a cancellation would undo at this moment."""
    order_id = record.order.order_id
    if not (record.can_be_canceled or _is_canceled(record)):
        return {"orderId": order_id, "cancelable": False, "detail": _refusal(record)}
    begun = _begun_steps(record, instance)
    has_payment = any(step.name == Activity.PROCESS_PAYMENT for step in begun)
    return {
        "orderId": order_id,
        "cancelable": True,
        "undo": [step.undo for step in reversed(begun) if step.undo],
        "amountReturned": money(record.order.total) if has_payment else None,
    }


def _begun_steps(record: OrderRecord, instance: Instance) -> tuple[Step, ...]:
    """Return the steps that may have begun: all of them if an earlier orchestration ran."""
    if record.runs == 0 or record.outcome is not None:
        return ()
    names: list[str] = [step.name for step in _STEPS]
    if record.runs > 1 or instance.step not in names[1:]:
        return _STEPS
    return _STEPS[: names.index(instance.step) + 1]


def _is_canceled(record: OrderRecord) -> bool:
    return record.outcome is not None and record.outcome.status is OrderStatus.CANCELED


def _refusal(record: OrderRecord) -> str:
    if record.status is OrderStatus.NEEDS_ATTENTION:
        return "The order needs attention. An operator decides how it continues."
    if record.outcome is not None and not record.outcome.is_completed:
        return f"The order has already ended: {record.outcome.status}."
    # The dispatch is recorded before the carrier is called.
    is_dispatched = "is dispatched" if record.outcome else "is being dispatched"
    return (
        f"The shipment {is_dispatched}, so the order can no longer be canceled. Return it instead."
    )
