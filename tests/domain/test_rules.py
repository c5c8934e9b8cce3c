"""Which orders does the shop take?"""

from dataclasses import replace

from orders.domain.results import StockLine, ValidationResult
from orders.domain.catalogue import Product
from orders.domain.money import Money
from orders.domain.validation import judge
from tests.builders import TERMS, a_booked_order, a_line

PRICE = Money(1490, "EUR")
SHELF = {
    "MUG-BLUE": Product(sku="MUG-BLUE", name="Mug", price=PRICE, opening_balance=1),
    "OLD": Product(sku="OLD", name="Old", price=PRICE, opening_balance=0, discontinued=True),
}


def test_an_order_within_the_limits_is_accepted_with_its_amount() -> None:
    """The amount is the total of the order's quote."""
    order = a_booked_order("ord_1", a_line(quantity=100, minor=100))

    assert judge(order, SHELF.get) == ValidationResult(
        accepted=True,
        amount=Money(100 * 100 + 500, "EUR"),
        stock_lines=(StockLine(sku="MUG-BLUE", quantity=100, opening_balance=1),),
    )


def test_a_quantity_above_the_limit_is_refused() -> None:
    """One more than the limit is too many."""
    order = a_booked_order("ord_1", a_line(quantity=101))

    assert judge(order, SHELF.get).reason == "quantityAboveLimit"


def test_the_limits_are_those_of_the_order() -> None:
    """What the shop allows by now does not matter to an order that was placed before."""
    order = replace(
        a_booked_order("ord_1", a_line(quantity=101)), terms=replace(TERMS, max_quantity=101)
    )

    assert judge(order, SHELF.get).accepted


def test_a_country_that_is_not_served_is_refused() -> None:
    """The shop ships to the countries of its terms only."""
    assert judge(a_booked_order(country="US"), SHELF.get).reason == "countryNotServed"


def test_a_discontinued_product_is_refused() -> None:
    """The catalogue still knows it, the shop sells it no more."""
    order = a_booked_order("ord_1", a_line("OLD"))

    assert judge(order, SHELF.get).reason == "discontinued"


def test_an_product_that_left_the_catalogue_is_discontinued() -> None:
    """It was there when the order was placed."""
    order = a_booked_order("ord_1", a_line("GONE"))

    assert judge(order, SHELF.get).reason == "discontinued"


def test_every_broken_rule_is_told_with_its_line() -> None:
    """So that one round is enough; the first of them is the reason."""
    lines = (a_line(quantity=101), a_line(), a_line("OLD", quantity=101))
    order = a_booked_order("ord_1", *lines, country="US")

    validation = judge(order, SHELF.get)

    assert validation.reason == "countryNotServed"
    assert [(problem.reason, problem.line, problem.sku) for problem in validation.problems] == [
        ("countryNotServed", None, None),
        ("quantityAboveLimit", 1, "MUG-BLUE"),
        ("discontinued", 3, "OLD"),
        ("quantityAboveLimit", 3, "OLD"),
    ]
    assert validation.stock_lines == ()
