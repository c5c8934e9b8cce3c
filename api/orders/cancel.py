"""Can this order still be stopped, and what would that undo?"""

import asyncio
from http import HTTPStatus
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from orders.engine.instances import Instance, Phase, start_order, get_instance
from api.http.query import flag
from api.http.responses import json_response
from api.http.problems import ProblemError, answer, order_not_found
from api.orders.views import order_url, receipt
from orders.services import services
from orders.contracts.codec import encode
from orders.contracts.names import Activity, Endpoint, StockStep
from orders.domain.outcome import OrderStatus
from orders.domain.order_record import OrderRecord

bp = df.Blueprint()

#: From which step on something of this kind may have been done.
_MAY_BE_DONE: Final[dict[str, str]] = {
    StockStep.RESERVE_STOCK: StockStep.RELEASE_STOCK,
    Activity.PROCESS_PAYMENT: Activity.VOID_PAYMENT,
    Activity.SHIP_ORDER: Activity.CANCEL_SHIPMENT,
}
_STEPS: Final = (
    *(Activity.OPEN_ORDER, Activity.VALIDATE_ORDER, StockStep.RESERVE_STOCK),
    *(Activity.PROCESS_PAYMENT, Activity.SHIP_ORDER, Activity.CAPTURE_PAYMENT),
)


@bp.function_name(Endpoint.CANCEL_ORDER.value)
@bp.route(route="api/orders/{order_id}/cancel", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def cancel_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Stop the order and undo what was done; with `?preview=true` only tell what that would be."""
    return await answer(_cancel(req, client))


async def _cancel(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    order_id, only_tell = req.route_params["order_id"], flag(req, "preview", default=False)
    instance = await get_instance(client, order_id)
    record = await asyncio.to_thread(services().order_store.find, order_id)
    if record is None:
        raise order_not_found()
    if only_tell:
        return json_response(_preview(record, instance))
    # Written down first: the run that is under way reads it before each step that takes something.
    record = await asyncio.to_thread(services().order_store.request_cancel, order_id)
    if not (record.is_being_canceled or _is_canceled(record)):
        raise ProblemError(HTTPStatus.CONFLICT, "too-late-to-cancel", _why_not(record))
    if record.outcome is None and instance.phase in {Phase.ABSENT, Phase.OVER}:
        await start_order(client, record.order)
        instance = Instance(phase=Phase.PENDING)
    headers = {"Location": order_url(order_id), "Retry-After": "1"}
    return json_response(receipt(record, instance), HTTPStatus.ACCEPTED, headers)


def _preview(record: OrderRecord, instance: Instance) -> dict[str, Any]:
    """What a request to stop would bring about, as far as can be told now."""
    possible = record.can_be_canceled or _is_canceled(record)
    view: dict[str, Any] = {"orderId": record.order.order_id, "possible": possible}
    if not possible:
        return view | {"why": _why_not(record)}
    begun = _begun(record, instance)
    return view | {
        "undo": [undo for step, undo in reversed(_MAY_BE_DONE.items()) if step in begun],
        "givenBack": encode(record.order.total) if Activity.PROCESS_PAYMENT in begun else None,
    }


def _begun(record: OrderRecord, instance: Instance) -> tuple[str, ...]:
    """The steps that have begun; all of them where an earlier run may have done any."""
    if record.runs == 0 or record.outcome is not None:
        return ()
    if record.runs > 1 or instance.step not in _STEPS[1:]:
        return _STEPS
    return _STEPS[: _STEPS.index(instance.step) + 1]


def _is_canceled(record: OrderRecord) -> bool:
    return record.outcome is not None and record.outcome.status is OrderStatus.CANCELED


def _why_not(record: OrderRecord) -> str:
    if record.status is OrderStatus.NEEDS_ATTENTION:
        return "The order waits for somebody of the shop, who decides what becomes of it."
    if record.outcome is not None and not record.outcome.is_completed:
        return f"The order has ended already: {record.outcome.status}."
    return (
        "The parcel has left or is about to, so the order cannot be canceled any more."
        " Return it instead."
    )
