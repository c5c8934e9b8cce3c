"""What does the requested order cost, and is it what the caller expects?"""

from http import HTTPStatus
from typing import Any

from api.http.problems import ProblemError
from api.orders.request import QuoteRequest
from orders.services import Services
from orders.contracts.codec import encode
from orders.domain.catalogue import Product
from orders.domain.errors import InvalidCatalogueError
from orders.domain.money import Money
from orders.domain.pricing import Quote, price
from orders.domain.validation import find_problems
from orders.domain.order import Terms


def priced(request: QuoteRequest, bound: Services) -> Quote:
    """The quote at this moment's prices."""
    wanted = [(_product(line.sku, bound), line.quantity) for line in request.lines]
    tariff = bound.catalogue.tariff(request.shipping_address.country)
    return price(wanted, tariff, request.shipping_method)


def terms_for(country: str, bound: Services) -> Terms:
    """The limits at this moment; a country without a tariff is not served, whatever is set."""
    terms = bound.settings.terms
    return terms if bound.catalogue.tariff(country) else terms.without(country)


def require_expected(request: QuoteRequest, quote: Quote, bound: Services) -> None:
    """Raise the Problem with the new quote, where the caller expects another total."""
    expected = request.expected_total
    if expected is None or Money(expected.minor, expected.currency) == quote.total:
        return
    raise ProblemError(
        HTTPStatus.CONFLICT,
        "total-changed",
        f"The order costs {quote.total} now. Nothing was ordered: see quote.",
        more={"quote": offer_view(request, quote, bound)},
    )


def offer_view(request: QuoteRequest, quote: Quote, bound: Services) -> dict[str, Any]:
    """The quote of an order that is not placed yet, with all for which it would be rejected."""
    country = request.shipping_address.country
    problems = find_problems(quote, country, terms_for(country, bound), bound.catalogue.product)
    return {**quote_view(quote), "problems": [encode(problem) for problem in problems]}


def quote_view(quote: Quote) -> dict[str, Any]:
    """The quote as a customer sees it."""
    return {
        "lines": [{**encode(line), "total": encode(line.total)} for line in quote.lines],
        "shippingMethod": quote.shipping_method.value,
        "shipping": encode(quote.shipping),
        "net": encode(quote.net),
        "tax": encode(quote.tax),
        "total": encode(quote.total),
    }


def _product(sku: str, bound: Services) -> Product:
    product = bound.catalogue.product(sku)
    if product is None:
        raise InvalidCatalogueError(f"{sku} was there a moment ago")
    return product
