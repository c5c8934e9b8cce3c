"""What would this order cost, and would the shop take it? Nothing is written down."""

import asyncio
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.http.responses import NO_STORE, json_response
from api.http.problems import answer
from api.http.body import read_json
from api.orders.pricing import offer_view, priced, require_expected
from api.orders.request import parse_quote
from orders.services import services
from orders.contracts.names import Endpoint

bp = df.Blueprint()


@bp.function_name(Endpoint.GET_QUOTE.value)
@bp.route(route="api/quote", methods=["POST"])
async def get_quote(req: func.HttpRequest) -> func.HttpResponse:
    """Tell what the order would cost now."""
    return await answer(_get_quote(req))


async def _get_quote(req: func.HttpRequest) -> func.HttpResponse:
    view = await asyncio.to_thread(_quote, req)
    return json_response(view, headers=NO_STORE)


def _quote(req: func.HttpRequest) -> dict[str, Any]:
    bound = services()
    request = parse_quote(read_json(req), lambda sku: bound.catalogue.product(sku) is not None)
    quote = priced(request, bound)
    require_expected(request, quote, bound)
    return offer_view(request, quote, bound)
