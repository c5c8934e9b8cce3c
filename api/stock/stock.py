"""Endpoints: stock level, restock and adjustment of one product."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import azure.durable_functions as df
import azure.functions as func

from api.http.body import read_json
from api.http.endpoint import endpoint
from api.http.idempotency import require_idempotency_key
from api.http.problems import conflict, not_found
from api.http.responses import accepted, json_response
from api.stock.changes import apply_change
from api.stock.request import ADJUSTMENT_SCHEMA, RESTOCK_SCHEMA
from orders.contracts.names import Endpoint
from orders.domain.catalogue import Product
from orders.domain.stock import Stock, StockLevel
from orders.domain.stock_changes import StockChange
from orders.engine.client import read_stock
from orders.order_ids import stock_change_id
from orders.services import services

bp = df.Blueprint()


@endpoint(bp, Endpoint.GET_STOCK, method="GET", route="api/stock/{sku}")
async def get_stock(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Return the stock level; before its first operation it is the opening balance."""
    product = _product(req)
    stock = await read_stock(client, product.sku) or Stock.opened(product.opening_balance)
    return json_response(_view(product, stock.level()))


@endpoint(bp, Endpoint.RESTOCK, method="POST", route="api/stock/{sku}/restock")
async def restock(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Add delivered units."""
    product, key = _product(req), require_idempotency_key(req)
    body = RESTOCK_SCHEMA.validate(read_json(req))
    return await _change(client, product, key, body.quantity, body.note)


@endpoint(bp, Endpoint.ADJUST_STOCK, method="POST", route="api/stock/{sku}/adjust")
async def adjust_stock(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Add or take units for a reason such as breakage or a count."""
    product, key = _product(req), require_idempotency_key(req)
    body = ADJUSTMENT_SCHEMA.validate(read_json(req))
    return await _change(client, product, key, body.units, body.reason)


async def _change(
    client: df.DurableOrchestrationClient, product: Product, key: str, units: int, note: str
) -> func.HttpResponse:
    change = StockChange(
        change_id=stock_change_id(services().settings.id_secret, product.sku, key),
        sku=product.sku,
        units=units,
        note=note,
        opening_balance=product.opening_balance,
        requested_at=services().clock.now(),
    )
    level = await apply_change(client, change, key)
    if level is None:
        return accepted(_view(product, None), _url(product))
    if not level.done:
        raise conflict(
            "insufficient-stock",
            f"Only {level.available} units are available; reserved units cannot be taken.",
        )
    return json_response(_view(product, level), HTTPStatus.OK)


def _product(req: func.HttpRequest) -> Product:
    product = services().catalogue.product(req.route_params["sku"])
    if product is None:
        raise not_found("product-not-found", "No product with this SKU.")
    return product


def _view(product: Product, level: StockLevel | None) -> dict[str, Any]:
    units = {
        "available": level.available if level else None,
        "reserved": level.reserved if level else None,
        "sold": level.sold if level else None,
    }
    return {"sku": product.sku, "name": product.name, **units, "links": {"self": _url(product)}}


def _url(product: Product) -> str:
    return f"/api/stock/{quote(product.sku)}"
