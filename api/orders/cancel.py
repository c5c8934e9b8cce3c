"""Endpoint: cancel an order, or preview what a cancellation would undo."""

import asyncio
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.problems import conflict, read_order_id
from api.http.query import Query
from api.http.responses import accepted, json_response, money
from api.orders.views import order_url, receipt_view
from orders.contracts.names import Activity, Endpoint
from orders.contracts.steps import STEPS, Step, StepGroup, StepName
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.domain.recovery import Phase
from orders.domain.results import Accepted
from orders.engine.instances import Instance, continue_order, get_instance
from orders.engine.step_history import StepResult
from orders.lookups import get_record
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
    instance = await get_instance(client, order_id, with_steps=is_preview)
    if is_preview:
        record = await asyncio.to_thread(get_record, order_id)
        return json_response(_preview(record, instance))
    # Recorded first: the running orchestration reads it before payment, booking, capture and
    # dispatch.
    record = await asyncio.to_thread(_request_cancel, order_id)
    if not (record.is_being_canceled or _is_canceled(record)):
        raise conflict("too-late-to-cancel", _refusal(record))
    if record.outcome is None and (record.waiting or not instance.phase.is_active):
        # A sleeping or suspended orchestration would not notice the cancellation, and an ended one
        # cannot.
        await continue_order(client, record)
        instance = Instance(phase=Phase.PENDING)
    return accepted(receipt_view(record, instance), order_url(order_id))


def _request_cancel(order_id: str) -> OrderRecord:
    app = services()
    now = app.clock.now()
    return app.order_store.update(order_id, lambda record: record.request_cancel(now))


def _preview(record: OrderRecord, instance: Instance) -> dict[str, Any]:
    """Return what a cancellation would undo at this moment, as far as it is known.

    `undo` has every step that may have been done. `amountReturned` is the amount that the step
    history shows to be held or captured. If that is unknown (an attempt has no result, or only an
    earlier orchestration made one), it is `amountAtMost`.
    """
    order_id = record.order_id
    if not (record.can_be_canceled or _is_canceled(record)):
        return {"orderId": order_id, "cancelable": False, "detail": _refusal(record)}
    steps = _steps_to_undo(record, instance)
    view = {
        "orderId": order_id,
        "cancelable": True,
        "undo": [step.undo for step in reversed(steps)],
    }
    if any(step.name == Activity.PROCESS_PAYMENT for step in steps):
        is_held = StepResult.DONE in _results(instance, Activity.PROCESS_PAYMENT)
        view["amountReturned" if is_held else "amountAtMost"] = money(record.order.total)
    return view


def _steps_to_undo(record: OrderRecord, instance: Instance) -> tuple[Step, ...]:
    """Return the steps that may have been done and are not known to be undone."""
    if record.outcome is not None or not isinstance(record.validation, Accepted):
        return ()
    steps = (step for step in _begun_steps(record, instance) if step.undo)
    is_first = record.runs == 1
    return tuple(
        step
        for step in steps
        if step.undo not in record.resolved_steps
        # The stock of one product says nothing of the others.
        and (step.operation or not _has_no_effect(step, instance, is_first=is_first))
    )


def _begun_steps(record: OrderRecord, instance: Instance) -> tuple[Step, ...]:
    """Return the steps that may have begun: all of them if an earlier orchestration ran."""
    names: list[str] = [step.name for step in _STEPS]
    # The record may be newer than the instance, which is read first.
    is_behind = instance.step is None or instance.step == names[0]
    if record.runs > 1 or is_behind:
        return _STEPS
    if instance.step in names:
        return _STEPS[: names.index(instance.step) + 1]
    return tuple(step for step in _STEPS if _results(instance, step.name))


def _has_no_effect(step: Step, instance: Instance, *, is_first: bool) -> bool:
    """Whether the step is known to be undone, refused or not tried."""
    results = _results(instance, step.name)
    is_undone = step.undo is not None and StepResult.DONE in _results(instance, step.undo)
    never_tried = is_first and results == {StepResult.NOT_TRIED}
    return is_undone or never_tried or StepResult.REFUSED in results


def _results(instance: Instance, name: StepName) -> set[StepResult]:
    """Return the results of all attempts of a step in the latest orchestration."""
    return {attempt.result for attempt in instance.steps if attempt.step == name}


def _is_canceled(record: OrderRecord) -> bool:
    """Whether the order has ended as canceled, or its undo leads there."""
    goal = record.outcome or record.undoing
    return goal is not None and goal.status is OrderStatus.CANCELED


def _refusal(record: OrderRecord) -> str:
    if record.status is OrderStatus.NEEDS_ATTENTION:
        return "The order needs attention. An operator decides how it continues."
    if record.outcome is not None and not record.outcome.is_completed:
        return f"The order has already ended: {record.outcome.status}."
    if record.undoing is not None:
        return f"The order is already being undone. It ends as {record.undoing.status}."
    # The dispatch is recorded before the carrier is called.
    progress = "is dispatched" if record.outcome else "is being dispatched"
    return f"The shipment {progress}, so the order can no longer be canceled. Return it instead."
