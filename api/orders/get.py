"""Endpoint: one order with its status, prices and steps."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.problems import order_not_found
from api.http.query import Query
from api.http.responses import json_response
from api.orders.views import order_view
from orders.contracts.names import Endpoint
from orders.engine.instances import get_instance
from orders.services import services

bp = df.Blueprint()


@endpoint(bp, Endpoint.GET_ORDER, method="GET", route="api/orders/{order_id}")
async def get_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Return the order."""
    order_id = req.route_params["order_id"]
    query = Query(req, known={"steps"})
    with_steps = query.flag("steps", default=True)
    query.check()
    # The engine is read first: an outcome recorded in between is shown late, never too early.
    instance = await get_instance(client, order_id, with_steps=with_steps)
    record = await asyncio.to_thread(services().order_store.find, order_id)
    if record is None:
        raise order_not_found()
    return json_response(order_view(record, instance))
