"""Quotes: the endpoint, and the prices of a requested order."""

import asyncio
from dataclasses import replace
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.http.body import read_json
from api.http.endpoint import endpoint
from api.http.problems import conflict
from api.http.responses import json_response, money
from api.quotes.request import QUOTE_SCHEMA, QuoteBody, sku_context
from orders.contracts.codec import encode
from orders.contracts.names import Endpoint
from orders.domain.catalogue import Product
from orders.domain.errors import InvalidCatalogueError
from orders.domain.money import Money
from orders.domain.order import Terms
from orders.domain.pricing import Quote, quote_for
from orders.domain.validation import find_problems
from orders.services import Services, services

bp = df.Blueprint()


@endpoint(bp, Endpoint.GET_QUOTE, method="POST", route="api/quotes")
async def get_quote(req: func.HttpRequest) -> func.HttpResponse:
    """Return the current price of an order."""
    return json_response(await asyncio.to_thread(_offer, req))


def quote_request(request: QuoteBody, app: Services) -> Quote:
    """Price the request with the current catalogue.

    Raises:
        ProblemError: the total differs from the expected one.
    """
    items = [(_product(line.sku, app), line.quantity) for line in request.lines]
    tariff = app.catalogue.tariff(request.shipping_address.country)
    quote = quote_for(items, tariff, request.shipping_method)
    expected = request.expected_total
    if expected is not None and Money(expected.minor, expected.currency) != quote.total:
        detail = f"The order now costs {quote.total}. Nothing was ordered; see quote."
        raise conflict("total-changed", detail, {"quote": offer_view(request, quote, app)})
    return quote


def terms_for(country: str, currency: str, app: Services) -> Terms:
    """Return the current limits. A country without a tariff is not served."""
    terms = replace(app.settings.terms, payment=app.payments.limits(currency))
    return terms if app.catalogue.tariff(country) else terms.without(country)


def offer_view(request: QuoteBody, quote: Quote, app: Services) -> dict[str, Any]:
    """Return a quote with the problems for which the order would be rejected."""
    country = request.shipping_address.country
    terms = terms_for(country, quote.total.currency, app)
    problems = find_problems(quote, country, terms, app.catalogue.product)
    return {**quote_view(quote), "problems": [encode(problem) for problem in problems]}


def quote_view(quote: Quote) -> dict[str, Any]:
    """Return a quote as customers see it."""
    return {
        "lines": [{**encode(line), "total": money(line.total)} for line in quote.lines],
        "shippingMethod": quote.shipping_method.value,
        "shipping": money(quote.shipping),
        "net": money(quote.net),
        "tax": money(quote.tax),
        "total": money(quote.total),
    }


def _product(sku: str, app: Services) -> Product:
    product = app.catalogue.product(sku)
    if product is None:
        raise InvalidCatalogueError(f"{sku} has disappeared from the catalogue")
    return product


def _offer(req: func.HttpRequest) -> dict[str, Any]:
    app = services()
    context = sku_context(lambda sku: app.catalogue.product(sku) is not None)
    request = QUOTE_SCHEMA.validate(read_json(req), context=context)
    return offer_view(request, quote_request(request, app), app)
