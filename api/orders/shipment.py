"""Endpoint: the order's shipment, as the carrier reports it at this moment."""

import asyncio
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.problems import not_found, order_not_found
from api.http.responses import json_response
from orders.contracts.codec import encode
from orders.contracts.names import Endpoint
from orders.services import services

bp = df.Blueprint()


@endpoint(bp, Endpoint.GET_SHIPMENT, method="GET", route="api/orders/{order_id}/shipment")
async def get_shipment(req: func.HttpRequest) -> func.HttpResponse:
    """Return status and tracking number of the shipment."""
    return json_response(await asyncio.to_thread(_shipment_view, req.route_params["order_id"]))


def _shipment_view(order_id: str) -> dict[str, Any]:
    if services().order_store.find(order_id) is None:
        raise order_not_found()
    shipment = services().carrier.track(order_id)
    if shipment is None:
        raise not_found("shipment-not-found", "The order has no shipment.")
    return {"orderId": order_id, **encode(shipment)}
