"""How much is there of an article, and how does a person change it?"""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import azure.durable_functions as df
import azure.functions as func

from orders.engine.client import read_stock
from api.http.idempotency import require_idempotency_key
from api.http.responses import NO_STORE, json_response
from api.http.problems import ProblemError, answer
from api.http.body import read_json
from api.stock.changes import changed
from api.stock.request import Parse, parse_adjustment, parse_restock
from orders.services import services
from orders.contracts.names import Endpoint
from orders.contracts.payloads import StockChangeRequest, StockLevel
from orders.domain.catalogue import Product
from orders.domain.stock import StockAdjustment, Stock

bp = df.Blueprint()


@bp.function_name(Endpoint.GET_STOCK.value)
@bp.route(route="api/stock/{sku}", methods=["GET"])
@bp.durable_client_input(client_name="client")
async def get_stock(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Tell how much there is; an article that nobody touched shows its opening balance."""
    return await answer(_get_stock(req, client))


@bp.function_name(Endpoint.RESTOCK.value)
@bp.route(route="api/stock/{sku}/restock", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def restock(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Add units that came in."""
    return await answer(_change(req, client, parse_restock))


@bp.function_name(Endpoint.ADJUST_STOCK.value)
@bp.route(route="api/stock/{sku}/adjust", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def adjust_stock(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Add or take units, with the reason: breakage, a count."""
    return await answer(_change(req, client, parse_adjustment))


async def _get_stock(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    product = _product(req)
    untouched = Stock.opened(product.opening_balance)
    stock = await read_stock(client, product.sku) or untouched
    level = StockLevel(available=stock.available, reserved=stock.reserved, sold=stock.sold)
    return _json(HTTPStatus.OK, product, level)


async def _change(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, parse: Parse
) -> func.HttpResponse:
    product = _product(req)
    key = require_idempotency_key(req, "A change of stock")
    units, note = parse(read_json(req))
    asked = StockChangeRequest(
        sku=product.sku,
        opening_balance=product.opening_balance,
        change=StockAdjustment(key=key, units=units, note=note),
    )
    level = await changed(client, asked)
    if level is None:
        return _json(HTTPStatus.ACCEPTED, product, None)
    if not level.done:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "not-enough-stock",
            f"Only {level.available} units are available; what is reserved cannot be taken.",
        )
    return _json(HTTPStatus.OK, product, level)


def _product(req: func.HttpRequest) -> Product:
    sku = req.route_params["sku"]
    product = services().catalogue.product(sku)
    if product is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "no-such-article", "There is no article of this SKU.")
    return product


def _json(status: HTTPStatus, product: Product, level: StockLevel | None) -> func.HttpResponse:
    body: dict[str, Any] = {"sku": product.sku, "name": product.name}
    if level is not None:
        body |= {
            "available": level.available,
            "reserved": level.reserved,
            "sold": level.sold,
        }
    body["links"] = {"self": _url(product)}
    headers = NO_STORE
    if status is HTTPStatus.ACCEPTED:
        headers = headers | {"Location": _url(product), "Retry-After": "1"}
    return json_response(body, status, headers)


def _url(product: Product) -> str:
    return f"/api/stock/{quote(product.sku)}"
