"""Endpoint: a page of orders, without personal data."""

from enum import StrEnum
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.paging import page_links, read_page
from api.http.query import Query
from api.http.responses import json_response, money, timestamp
from api.orders.views import order_url
from orders.contracts.names import Endpoint
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.ports.order_store import MAX_PAGE_SIZE, OrderQuery

bp = df.Blueprint()

_PARAMETERS: Final = ("status", "from", "to", "sku", "order", "limit", "cursor")


class SortOrder(StrEnum):
    """Order of the list."""

    NEWEST = "newest"
    OLDEST = "oldest"


@endpoint(bp, Endpoint.LIST_ORDERS, method="GET", route="api/orders")
async def list_orders(req: func.HttpRequest) -> func.HttpResponse:
    """Return a page of orders with a link to the next one."""
    query = Query(req, known=_PARAMETERS)
    page = await read_page(_order_query(query))
    body = {
        "orders": [_list_view(record) for record in page.orders],
        "links": page_links("/api/orders", query, page),
    }
    return json_response(body)


def _order_query(query: Query) -> OrderQuery:
    order_query = OrderQuery(
        status=query.choice("status", OrderStatus),
        placed_from=query.time("from"),
        placed_before=query.time("to", end_of_day=True),
        sku=query.text("sku"),
        newest_first=query.choice("order", SortOrder) is not SortOrder.OLDEST,
        cursor=query.text("cursor"),
        limit=query.number("limit", default=MAX_PAGE_SIZE, limit=MAX_PAGE_SIZE),
    )
    query.check()
    return order_query


def _list_view(record: OrderRecord) -> dict[str, Any]:
    order = record.order
    return {
        "orderId": order.order_id,
        "status": record.status,
        "placedAt": timestamp(order.placed_at),
        "endedAt": timestamp(record.ended_at),
        "total": money(order.total),
        "skus": sorted({line.sku for line in order.lines}),
        "reference": order.reference,
        "links": {"self": order_url(order.order_id)},
    }
