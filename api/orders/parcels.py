"""Where is the order's parcel? Asked of the carrier at that moment; the book does not follow it."""

import asyncio
from http import HTTPStatus
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.http.json_answers import NO_STORE, json_answer
from api.http.problems import Problem, answer, no_such_order
from bootstrap import services
from contracts.codec import encode
from contracts.names import Endpoint

bp = df.Blueprint()


@bp.function_name(Endpoint.GET_PARCEL.value)
@bp.route(route="api/orders/{order_id}/parcel", methods=["GET"])
async def get_parcel(req: func.HttpRequest) -> func.HttpResponse:
    """Tell where the parcel is."""
    return await answer(_get_parcel(req.route_params["order_id"]))


async def _get_parcel(order_id: str) -> func.HttpResponse:
    view = await asyncio.to_thread(_parcel_view, order_id)
    return json_answer(view, headers=NO_STORE)


def _parcel_view(order_id: str) -> dict[str, Any]:
    if services().order_book.find(order_id) is None:
        raise no_such_order()
    parcel = services().carrier.track(order_id)
    if parcel is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no-parcel", "There is no parcel of this order.")
    return {"orderId": order_id, **encode(parcel)}
