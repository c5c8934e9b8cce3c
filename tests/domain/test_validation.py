"""Validation: which orders the shop accepts."""

from dataclasses import replace

import pytest

from orders.domain.catalogue import Product
from orders.domain.money import Money
from orders.domain.order import Order, PaymentLimits
from orders.domain.results import Accepted, Invalid, StockLine, ValidationProblem
from orders.domain.validation import validate
from tests.builders import TERMS, a_line, a_stored_order

PRICE = Money(1490, "EUR")
PRODUCTS = {
    "MUG-BLUE": Product(sku="MUG-BLUE", name="Mug", price=PRICE, opening_balance=1),
    "OLD": Product(sku="OLD", name="Old", price=PRICE, opening_balance=0, discontinued=True),
}


def find_invalid(order: Order) -> Invalid:
    """Return the validation of an order that is rejected."""
    validation = validate(order, PRODUCTS.get)
    assert isinstance(validation, Invalid)
    return validation


def test_order_within_the_limits_is_accepted_with_its_amount() -> None:
    """The amount is the total of the order's quote."""
    order = a_stored_order("ord_1", a_line(quantity=100, minor=100))

    assert validate(order, PRODUCTS.get) == Accepted(
        amount=Money(100 * 100 + 500, "EUR"),
        stock_lines=(StockLine(sku="MUG-BLUE", quantity=100, opening_balance=1),),
    )


def test_quantity_above_the_limit_is_rejected() -> None:
    """One unit more than the limit is too many."""
    order = a_stored_order("ord_1", a_line(quantity=101))

    assert find_invalid(order).reason == "quantityAboveLimit"


def test_limits_are_those_of_the_order() -> None:
    """Limits that changed after the order was placed do not apply to it."""
    order = replace(
        a_stored_order("ord_1", a_line(quantity=101)), terms=replace(TERMS, max_quantity=101)
    )

    assert isinstance(validate(order, PRODUCTS.get), Accepted)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (PaymentLimits(minimum=3481), "totalBelowMinimum"),
        (PaymentLimits(step=100), "totalNotPayable"),
        (PaymentLimits(minimum=3481, step=100), "totalBelowMinimum"),
    ],
)
def test_total_that_the_gateway_does_not_take_is_rejected(
    limits: PaymentLimits, reason: str
) -> None:
    """The limits are those of the moment when the order was placed; the total is 34.80 EUR."""
    order = replace(a_stored_order(), terms=replace(TERMS, payment=limits))

    assert find_invalid(order).problems == (ValidationProblem(reason=reason),)


def test_total_within_the_limits_of_the_gateway_is_accepted() -> None:
    """The smallest amount and a multiple of the step."""
    limits = PaymentLimits(minimum=3480, step=10)
    order = replace(a_stored_order(), terms=replace(TERMS, payment=limits))

    assert isinstance(validate(order, PRODUCTS.get), Accepted)


def test_country_outside_the_terms_is_rejected() -> None:
    """The shop ships only to the countries of its terms."""
    assert find_invalid(a_stored_order(country="US")).reason == "countryNotServed"


def test_discontinued_product_is_rejected() -> None:
    """The catalogue still has it, but the shop no longer sells it."""
    order = a_stored_order("ord_1", a_line("OLD"))

    assert find_invalid(order).reason == "discontinued"


def test_product_removed_from_the_catalogue_counts_as_discontinued() -> None:
    """It was in the catalogue when the order was placed."""
    order = a_stored_order("ord_1", a_line("GONE"))

    assert find_invalid(order).reason == "discontinued"


def test_validation_lists_every_problem_with_its_line() -> None:
    """The first problem is the reason."""
    lines = (a_line(quantity=101), a_line(), a_line("OLD", quantity=101))
    order = a_stored_order("ord_1", *lines, country="US")

    validation = find_invalid(order)

    assert validation.reason == "countryNotServed"
    assert [(problem.reason, problem.line, problem.sku) for problem in validation.problems] == [
        ("countryNotServed", None, None),
        ("quantityAboveLimit", 1, "MUG-BLUE"),
        ("discontinued", 3, "OLD"),
        ("quantityAboveLimit", 3, "OLD"),
    ]


def test_invalid_order_has_a_problem() -> None:
    """Its reason is that of the first problem."""
    with pytest.raises(ValueError, match="has a problem"):
        Invalid(problems=())
