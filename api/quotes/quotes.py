"""Endpoint: what an order would cost, and whether it would be accepted. Nothing is stored."""

import asyncio
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.http.body import read_json
from api.http.endpoint import endpoint
from api.http.responses import json_response
from api.quotes.pricing import offer_view, quote_request
from api.quotes.request import QUOTE_SCHEMA, sku_context
from orders.contracts.names import Endpoint
from orders.services import services

bp = df.Blueprint()


@endpoint(bp, Endpoint.GET_QUOTE, method="POST", route="api/quotes")
async def get_quote(req: func.HttpRequest) -> func.HttpResponse:
    """Return the current price of an order."""
    return json_response(await asyncio.to_thread(_offer, req))


def _offer(req: func.HttpRequest) -> dict[str, Any]:
    app = services()
    context = sku_context(lambda sku: app.catalogue.product(sku) is not None)
    request = QUOTE_SCHEMA.validate(read_json(req), context=context)
    return offer_view(request, quote_request(request, app), app)
