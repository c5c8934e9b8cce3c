"""Prices of a requested order, and the comparison with the caller's expected total."""

from typing import Any

from api.http.problems import conflict
from api.http.responses import money
from api.quotes.request import QuoteBody
from orders.contracts.codec import encode
from orders.domain.catalogue import Product
from orders.domain.errors import InvalidCatalogueError
from orders.domain.money import Money
from orders.domain.order import Terms
from orders.domain.pricing import Quote, quote_for
from orders.domain.validation import find_problems
from orders.services import Services


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


def terms_for(country: str, app: Services) -> Terms:
    """Return the current limits. A country without a tariff is not served."""
    terms = app.settings.terms
    return terms if app.catalogue.tariff(country) else terms.without(country)


def offer_view(request: QuoteBody, quote: Quote, app: Services) -> dict[str, Any]:
    """Return a quote with the problems for which the order would be rejected."""
    country = request.shipping_address.country
    problems = find_problems(quote, country, terms_for(country, app), app.catalogue.product)
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
