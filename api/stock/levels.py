"""How much is there of an article, and how does a person change it?"""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import azure.durable_functions as df
import azure.functions as func

from api.engine.stocks import read_stock
from api.http.idempotency import required_key
from api.http.json_answers import NO_STORE, json_answer
from api.http.problems import Problem, answer
from api.http.request_body import read_json
from api.stock.changes import changed
from api.stock.request import Parse, parse_adjustment, parse_restock
from bootstrap import services
from contracts.names import Endpoint
from contracts.stock import StockChange, StockLevel
from domain.article import Article
from domain.stock import Change, Stock

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
    article = _article(req)
    untouched = Stock.opened(article.opening_balance)
    stock = await read_stock(client, article.sku) or untouched
    level = StockLevel(available=stock.available, reserved=stock.reserved, sold=stock.sold)
    return _json(HTTPStatus.OK, article, level)


async def _change(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, parse: Parse
) -> func.HttpResponse:
    article = _article(req)
    key = required_key(req, "A change of stock")
    units, note = parse(read_json(req))
    asked = StockChange(
        sku=article.sku,
        opening_balance=article.opening_balance,
        change=Change(key=key, units=units, note=note),
    )
    level = await changed(client, asked)
    if level is None:
        return _json(HTTPStatus.ACCEPTED, article, None)
    if not level.done:
        raise Problem(
            HTTPStatus.CONFLICT,
            "not-enough-stock",
            f"Only {level.available} units are available; what is reserved cannot be taken.",
        )
    return _json(HTTPStatus.OK, article, level)


def _article(req: func.HttpRequest) -> Article:
    sku = req.route_params["sku"]
    article = services().catalogue.article(sku)
    if article is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-article", "There is no article of this SKU.")
    return article


def _json(status: HTTPStatus, article: Article, level: StockLevel | None) -> func.HttpResponse:
    body: dict[str, Any] = {"sku": article.sku, "name": article.name}
    if level is not None:
        body |= {
            "available": level.available,
            "reserved": level.reserved,
            "sold": level.sold,
        }
    body["links"] = {"self": _url(article)}
    headers = NO_STORE
    if status is HTTPStatus.ACCEPTED:
        headers = headers | {"Location": _url(article), "Retry-After": "1"}
    return json_answer(body, status, headers)


def _url(article: Article) -> str:
    return f"/api/stock/{quote(article.sku)}"
