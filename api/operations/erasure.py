"""Endpoint: erase the personal data of an order."""

import asyncio
from http import HTTPStatus
from typing import Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.problems import conflict, read_order_id
from api.http.responses import json_response
from api.orders.views import order_url
from orders import retention
from orders.contracts.names import Endpoint
from orders.domain.order_record import OrderRecord
from orders.lookups import get_record

bp = df.Blueprint()

_PENDING: Final = (
    "The data is erased, but the log of a database file still holds it, because somebody reads the"
    " file. Repeat the request later; retention repeats it every night."
)
_RETRY_LATER: Final = {"Retry-After": "10"}


@endpoint(bp, Endpoint.ERASE_ORDER, method="POST", route="api/operations/orders/{order_id}/erase")
async def erase_order(req: func.HttpRequest) -> func.HttpResponse:
    """Erase the personal data of an ended order; repeating the request is harmless."""
    order_id = read_order_id(req)
    record = await asyncio.to_thread(get_record, order_id)
    if not record.can_be_erased:
        raise conflict("order-not-ended", _refusal(record))
    is_erased = await retention.erase(record)
    view = {"orderId": order_id, "erased": is_erased, "links": {"self": order_url(order_id)}}
    if is_erased:
        return json_response(view)
    return json_response(view | {"detail": _PENDING}, HTTPStatus.ACCEPTED, _RETRY_LATER)


def _refusal(record: OrderRecord) -> str:
    if record.has_unsettled_refund:
        return "A refund is not closed yet, or awaits approval. Repeat the request when it is."
    return (
        f"The order is {record.status} and needs the customer's name and address until it ends."
        " Cancel it, or resolve it in the attention queue."
    )
