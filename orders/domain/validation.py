"""Validation: the shop's rules that no form can check (limits, countries, products sold)."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from orders.domain.catalogue import Product
from orders.domain.order import Order, PaymentLimits, Terms
from orders.domain.outcome import Reason
from orders.domain.pricing import Quote
from orders.domain.results import Accepted, Invalid, StockLine, Validation, ValidationProblem

#: Returns the product of a SKU, if the catalogue has it.
FindProduct: TypeAlias = Callable[[str], Product | None]


def validate(order: Order, find_product: FindProduct) -> Validation:
    """Accept the order with its amount, or reject it with every problem."""
    problems = tuple(find_problems(order.quote, order.country, order.terms, find_product))
    if problems:
        return Invalid(problems=problems)
    return Accepted(amount=order.total, stock_lines=_stock_lines(order, find_product))


def find_problems(
    quote: Quote, country: str, terms: Terms, find_product: FindProduct
) -> Iterator[ValidationProblem]:
    """Yield every problem: first those of the whole order, then line by line."""
    if country not in terms.countries:
        yield ValidationProblem(reason=Reason.COUNTRY_NOT_SERVED)
    reason = _payment_reason(quote.total.minor, terms.payment)
    if reason is not None:
        yield ValidationProblem(reason=reason)
    for number, line in enumerate(quote.lines, start=1):
        if not _is_sold(find_product(line.sku)):
            yield ValidationProblem(reason=Reason.DISCONTINUED, line=number, sku=line.sku)
        if line.quantity > terms.max_quantity:
            yield ValidationProblem(reason=Reason.QUANTITY_ABOVE_LIMIT, line=number, sku=line.sku)


def _payment_reason(total: int, limits: PaymentLimits) -> Reason | None:
    """Return why the payment gateway would not take the total."""
    if total < limits.minimum:
        return Reason.TOTAL_BELOW_MINIMUM
    return Reason.TOTAL_NOT_PAYABLE if total % limits.step else None


def _is_sold(product: Product | None) -> bool:
    # A product that left the catalogue after the order was placed counts as discontinued.
    return product is not None and not product.discontinued


def _stock_lines(order: Order, find_product: FindProduct) -> tuple[StockLine, ...]:
    return tuple(
        StockLine(sku=line.sku, quantity=line.quantity, opening_balance=product.opening_balance)
        for line in sorted(order.lines, key=lambda line: line.sku)
        if (product := find_product(line.sku))
    )
