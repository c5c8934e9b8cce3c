"""Who clears away what nobody needs any more? A timer at night, or a person who asks for it."""

import asyncio
from datetime import timedelta
from functools import partial
from http import HTTPStatus

import azure.durable_functions as df
import azure.functions as func

from api.http.responses import json_response
from api.http.problems import ProblemError, answer, order_not_found
from orders.order_scan import for_each_order
from orders.retention import erase, forget, purge
from api.orders.views import order_url
from orders.services import services
from orders.contracts.names import Endpoint, Timer
from orders.domain.order_record import OrderRecord
from orders.ports.order_store import OrderQuery

bp = df.Blueprint()


@bp.function_name(Timer.APPLY_RETENTION.value)
@bp.timer_trigger(arg_name="timer", schedule="0 0 4 * * *")
@bp.durable_client_input(client_name="client")
async def apply_retention(
    timer: func.TimerRequest,  # noqa: ARG001 - whenever it is
    client: df.DurableOrchestrationClient,
) -> None:
    """Purge, erase and forget orders that ended long ago; what lies on the desk stays."""
    retention = services().settings.retention
    to_purge = _ended(retention.purge_after, is_purged=False)
    await for_each_order(to_purge, partial(purge, client))
    to_erase = _ended(retention.erase_after, is_erased=False)
    await for_each_order(to_erase, erase)
    to_forget = _ended(retention.delete_after, is_purged=True, is_erased=True)
    await for_each_order(to_forget, partial(forget, client))


@bp.function_name(Endpoint.ERASE_ORDER.value)
@bp.route(route="api/operations/orders/{order_id}/erase", methods=["POST"])
async def erase_order(req: func.HttpRequest) -> func.HttpResponse:
    """Erase what an order says about a person; repeating it is harmless."""
    return await answer(_erase_order(req))


async def _erase_order(req: func.HttpRequest) -> func.HttpResponse:
    order_id = req.route_params["order_id"]
    record = await asyncio.to_thread(services().order_store.find, order_id)
    if record is None:
        raise order_not_found()
    if not record.can_be_erased:
        raise ProblemError(HTTPStatus.CONFLICT, "not-ended", _why_not(record))
    await erase(record)
    body = {"orderId": order_id, "erased": True, "links": {"self": order_url(order_id)}}
    return json_response(body)


def _why_not(record: OrderRecord) -> str:
    if record.open_refunds:
        return "The customer is still to be told of a refund. Repeat the request when it is paid."
    return (
        f"The order is {record.status}: it needs the customer's name and address until its end."
        " Cancel it, or settle it at the desk."
    )


def _ended(
    ago: timedelta, *, is_purged: bool | None = None, is_erased: bool | None = None
) -> OrderQuery:
    return OrderQuery(
        is_open=False,
        needs_attention=False,
        has_open_refund=False,
        is_purged=is_purged,
        is_erased=is_erased,
        ended_before=services().clock.now() - ago,
    )
