"""What would this order cost, and would the shop take it? Nothing is written down."""

import asyncio
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.http.json_answers import NO_STORE, json_answer
from api.http.problems import answer
from api.http.request_body import read_json
from api.orders.pricing import offer_view, priced, require_expected
from api.orders.request import parse_quote
from bootstrap import services
from contracts.names import Endpoint

bp = df.Blueprint()


@bp.function_name(Endpoint.GET_QUOTE.value)
@bp.route(route="api/quote", methods=["POST"])
async def get_quote(req: func.HttpRequest) -> func.HttpResponse:
    """Tell what the order would cost now."""
    return await answer(_get_quote(req))


async def _get_quote(req: func.HttpRequest) -> func.HttpResponse:
    view = await asyncio.to_thread(_quote, req)
    return json_answer(view, headers=NO_STORE)


def _quote(req: func.HttpRequest) -> dict[str, Any]:
    bound = services()
    request = parse_quote(read_json(req), lambda sku: bound.catalogue.article(sku) is not None)
    quote = priced(request, bound)
    require_expected(request, quote, bound)
    return offer_view(request, quote, bound)
