"""Endpoint: erase the personal data of an order."""

import asyncio

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


@endpoint(bp, Endpoint.ERASE_ORDER, method="POST", route="api/operations/orders/{order_id}/erase")
async def erase_order(req: func.HttpRequest) -> func.HttpResponse:
    """Erase the personal data of an ended order; repeating the request is harmless."""
    order_id = read_order_id(req)
    record = await asyncio.to_thread(get_record, order_id)
    if not record.can_be_erased:
        raise conflict("order-not-ended", _refusal(record))
    await retention.erase(record)
    return json_response(
        {"orderId": order_id, "erased": True, "links": {"self": order_url(order_id)}}
    )


def _refusal(record: OrderRecord) -> str:
    if record.has_unsettled_refund:
        return "A refund is not closed yet, or awaits approval. Repeat the request when it is."
    return (
        f"The order is {record.status} and needs the customer's name and address until it ends."
        " Cancel it, or resolve it in the attention queue."
    )
