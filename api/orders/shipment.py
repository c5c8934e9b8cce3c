"""Where is the order's parcel? Asked of the carrier at that moment; the book does not follow it."""

import asyncio
from http import HTTPStatus
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.http.responses import NO_STORE, json_response
from api.http.problems import ProblemError, answer, order_not_found
from orders.services import services
from orders.contracts.codec import encode
from orders.contracts.names import Endpoint

bp = df.Blueprint()


@bp.function_name(Endpoint.GET_SHIPMENT.value)
@bp.route(route="api/orders/{order_id}/parcel", methods=["GET"])
async def get_shipment(req: func.HttpRequest) -> func.HttpResponse:
    """Tell where the parcel is."""
    return await answer(_get_shipment(req.route_params["order_id"]))


async def _get_shipment(order_id: str) -> func.HttpResponse:
    view = await asyncio.to_thread(_shipment_view, order_id)
    return json_response(view, headers=NO_STORE)


def _shipment_view(order_id: str) -> dict[str, Any]:
    if services().order_store.find(order_id) is None:
        raise order_not_found()
    shipment = services().carrier.track(order_id)
    if shipment is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "no-parcel", "There is no parcel of this order.")
    return {"orderId": order_id, **encode(shipment)}
