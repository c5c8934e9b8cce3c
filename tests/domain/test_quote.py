"""What does an order cost?"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain.catalogue import Product
from orders.domain.money import Money
from orders.domain.pricing import price
from orders.domain.catalogue import Category, ShippingMethod, Tariff

STANDARD, EXPRESS = ShippingMethod
GERMANY = Tariff(
    tax={Category.GENERAL: 1900, Category.FOOD: 700},
    shipping={STANDARD: Money(490, "EUR"), EXPRESS: Money(990, "EUR")},
)
FREE = Tariff(
    tax={Category.GENERAL: 1900, Category.FOOD: 700}, shipping={STANDARD: Money(0, "EUR")}
)


def an_product(sku: str, minor: int, category: Category = Category.GENERAL) -> Product:
    """An article of the catalogue."""
    return Product(
        sku=sku, name=sku, price=Money(minor, "EUR"), opening_balance=1, category=category
    )


MUG = an_product("MUG", 1490)
TEA = an_product("TEA", 1250, Category.FOOD)


def test_the_total_is_the_sum_of_lines_and_shipping() -> None:
    """Tax is contained in it and adds nothing."""
    quote = price([(MUG, 2), (TEA, 1)], GERMANY, STANDARD)

    assert quote.total == Money(2 * 1490 + 1250 + 490, "EUR")


def test_each_product_is_taxed_at_its_own_rate() -> None:
    """Shipping at the general one: 19/119 of 34.70 and 7/107 of 12.50 are 6.358."""
    quote = price([(MUG, 2), (TEA, 1)], GERMANY, STANDARD)

    assert [line.tax_rate for line in quote.lines] == [1900, 700]
    assert (quote.tax, quote.net) == (Money(636, "EUR"), Money(4720 - 636, "EUR"))


def test_a_faster_shipment_costs_more() -> None:
    """The method decides."""
    assert price([(MUG, 1)], GERMANY, EXPRESS).shipping == Money(990, "EUR")


def test_an_product_that_is_named_twice_is_one_line() -> None:
    """So that a limit cannot be got round, nor an article oversold."""
    quote = price([(MUG, 2), (TEA, 1), (MUG, 3)], GERMANY, STANDARD)

    assert [(line.sku, line.quantity) for line in quote.lines] == [("MUG", 5), ("TEA", 1)]


def test_tax_is_rounded_once() -> None:
    """Rounded line by line, three times 0.4 cents would be nothing."""
    products = [(an_product(f"A{n}", 6, Category.FOOD), 1) for n in range(3)]

    assert price(products, FREE, STANDARD).tax == Money(1, "EUR")


@pytest.mark.parametrize(("minor", "tax"), [(1, 1), (2, 1), (3, 2)])
def test_half_a_cent_is_rounded_up(minor: int, tax: int) -> None:
    """At a rate of 100 % half of every price is tax."""
    tariff = Tariff(tax={Category.GENERAL: 10_000}, shipping=FREE.shipping)

    assert price([(an_product("A", minor), 1)], tariff, STANDARD).tax == Money(tax, "EUR")


def test_where_the_shop_does_not_ship_only_the_products_are_counted() -> None:
    """The rules refuse such an order."""
    quote = price([(MUG, 2)], None, STANDARD)

    assert (quote.total, quote.tax, quote.shipping.minor) == (
        Money(2980, "EUR"),
        Money(0, "EUR"),
        0,
    )


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 1000)), min_size=1, max_size=20))
def test_net_and_tax_are_the_total(wanted: list[tuple[int, int]]) -> None:
    """Whatever is ordered, nothing is lost by rounding, and no tax is above its rate."""
    products = [(an_product(f"A{n}", minor), units) for n, (minor, units) in enumerate(wanted)]

    quote = price(products, GERMANY, STANDARD)

    assert quote.net + quote.tax == quote.total
    assert abs(quote.tax.minor - Fraction(quote.total.minor * 19, 119)) <= Fraction(1, 2)
