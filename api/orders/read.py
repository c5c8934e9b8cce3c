"""Endpoints that read orders: one order, a page of orders, an order's shipment."""

import asyncio
from enum import StrEnum
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.paging import page_response, read_page
from api.http.problems import not_found, read_order_id
from api.http.query import Query
from api.http.responses import json_response, money, timestamp
from api.orders.views import order_url, order_view
from orders.contracts.codec import encode
from orders.contracts.names import Endpoint
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.engine.instances import get_instance
from orders.lookups import get_record
from orders.ports.order_store import MAX_PAGE_SIZE, OrderQuery
from orders.services import services

bp = df.Blueprint()

_LIST_PARAMETERS: Final = ("status", "from", "to", "sku", "order", "limit", "cursor")


class SortOrder(StrEnum):
    """Order of the list."""

    NEWEST = "newest"
    OLDEST = "oldest"


@endpoint(bp, Endpoint.GET_ORDER, method="GET", route="api/orders/{order_id}")
async def get_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Return the order."""
    order_id = read_order_id(req)
    query = Query(req, known={"steps"})
    with_steps = query.flag("steps", default=True)
    query.check()
    # The engine is read first: an outcome recorded in between is shown late, never too early.
    instance = await get_instance(client, order_id, with_steps=with_steps)
    record = await asyncio.to_thread(get_record, order_id)
    return json_response(order_view(record, instance))


@endpoint(bp, Endpoint.LIST_ORDERS, method="GET", route="api/orders")
async def list_orders(req: func.HttpRequest) -> func.HttpResponse:
    """Return a page of orders with a link to the next one."""
    query = Query(req, known=_LIST_PARAMETERS)
    page = await read_page(_order_query(query))
    return page_response("/api/orders", query, page, _list_view)


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


@endpoint(bp, Endpoint.GET_SHIPMENT, method="GET", route="api/orders/{order_id}/shipment")
async def get_shipment(req: func.HttpRequest) -> func.HttpResponse:
    """Return status and tracking number of the shipment."""
    return json_response(await asyncio.to_thread(_shipment_view, read_order_id(req)))


def _shipment_view(order_id: str) -> dict[str, Any]:
    get_record(order_id)  # an unknown order is not a shipment that is missing
    shipment = services().carrier.track(order_id)
    if shipment is None:
        raise not_found("shipment-not-found", "The order has no shipment.")
    return {"orderId": order_id, **encode(shipment)}
