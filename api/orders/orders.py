"""Placing an order and looking at it."""

import asyncio
from http import HTTPStatus
from typing import Final

import azure.durable_functions as df
import azure.functions as func

from api.engine.instances import Instance, Phase, ensure_started, look_up
from api.http.flags import flag
from api.http.json_answers import NO_STORE, json_answer
from api.http.problems import answer, no_such_order
from api.orders.new_order import write_down
from api.orders.view import order_url, order_view, receipt
from bootstrap import services
from contracts.names import Endpoint
from domain.record import OrderRecord

bp = df.Blueprint()

#: An ordinary order is through by then.
_RETRY_AFTER_SECONDS: Final = 1


@bp.function_name(Endpoint.PLACE_ORDER.value)
@bp.route(route="api/orders", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def place_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Write the order down, then start its orchestration; repeating the request is harmless."""
    return await answer(_place_order(req, client))


@bp.function_name(Endpoint.GET_ORDER.value)
@bp.route(route="api/orders/{order_id}", methods=["GET"])
@bp.durable_client_input(client_name="client")
async def get_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Tell where the order stands."""
    return await answer(_get_order(req, client))


async def _place_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    placed = await asyncio.to_thread(write_down, req)
    order_id = placed.record.order.order_id
    headers = {"Location": order_url(order_id), "Retry-After": str(_RETRY_AFTER_SECONDS)}
    if placed.is_new:
        await ensure_started(client, placed.record.order)
        instance = Instance(phase=Phase.PENDING)
    else:
        headers["Idempotent-Replayed"] = "true"
        instance = await _taken_up(client, placed.record)
    return json_answer(receipt(placed.record, instance), HTTPStatus.ACCEPTED, headers)


async def _taken_up(client: df.DurableOrchestrationClient, record: OrderRecord) -> Instance:
    """The order's orchestration, started now if whoever wrote the order down could not start it."""
    instance = await look_up(client, record.order.order_id)
    if record.outcome is None and instance.phase is Phase.ABSENT:
        await ensure_started(client, record.order)
        return Instance(phase=Phase.PENDING)
    return instance


async def _get_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    order_id = req.route_params["order_id"]
    with_steps = flag(req, "steps", default=True)  # telling them takes reading the history
    # The engine first: an end that the book gets in between is then shown a moment later, never too
    # early.
    instance = await look_up(client, order_id, with_steps=with_steps)
    record = await asyncio.to_thread(services().order_book.find, order_id)
    if record is None:
        raise no_such_order()
    return json_answer(order_view(record, instance), headers=NO_STORE)
