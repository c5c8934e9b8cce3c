"""Prices of an order: total, tax and rounding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain.catalogue import Category, Product, ShippingMethod, Tariff
from orders.domain.money import Money
from orders.domain.pricing import quote_for

STANDARD, EXPRESS = ShippingMethod
GERMANY = Tariff(
    tax={Category.GENERAL: 1900, Category.FOOD: 700},
    shipping={STANDARD: Money(490, "EUR"), EXPRESS: Money(990, "EUR")},
)
FREE_SHIPPING = Tariff(
    tax={Category.GENERAL: 1900, Category.FOOD: 700}, shipping={STANDARD: Money(0, "EUR")}
)


def a_product(sku: str, minor: int, category: Category = Category.GENERAL) -> Product:
    """Return a product with this price."""
    return Product(
        sku=sku, name=sku, price=Money(minor, "EUR"), opening_balance=1, category=category
    )


MUG = a_product("MUG", 1490)
TEA = a_product("TEA", 1250, Category.FOOD)


def test_total_is_sum_of_lines_and_shipping() -> None:
    """Tax is included and adds nothing."""
    quote = quote_for([(MUG, 2), (TEA, 1)], GERMANY, STANDARD)

    assert quote.total == Money(2 * 1490 + 1250 + 490, "EUR")


def test_each_product_is_taxed_at_the_rate_of_its_category() -> None:
    """Shipping has the general rate: 19/119 of 34.70 and 7/107 of 12.50 are 6.358."""
    quote = quote_for([(MUG, 2), (TEA, 1)], GERMANY, STANDARD)

    assert [line.tax_rate for line in quote.lines] == [1900, 700]
    assert (quote.tax, quote.net) == (Money(636, "EUR"), Money(4720 - 636, "EUR"))


def test_shipping_price_depends_on_method() -> None:
    """Express costs its own price."""
    assert quote_for([(MUG, 1)], GERMANY, EXPRESS).shipping == Money(990, "EUR")


def test_repeated_product_becomes_one_line() -> None:
    """Otherwise the limit of a quantity could be evaded, and a product oversold."""
    quote = quote_for([(MUG, 2), (TEA, 1), (MUG, 3)], GERMANY, STANDARD)

    assert [(line.sku, line.quantity) for line in quote.lines] == [("MUG", 5), ("TEA", 1)]


def test_tax_is_rounded_once() -> None:
    """Rounded line by line, three times 0.4 cents would be nothing."""
    products = [(a_product(f"A{n}", 6, Category.FOOD), 1) for n in range(3)]

    assert quote_for(products, FREE_SHIPPING, STANDARD).tax == Money(1, "EUR")


@pytest.mark.parametrize(("minor", "tax"), [(1, 1), (2, 1), (3, 2)])
def test_tax_of_half_a_cent_is_rounded_up(minor: int, tax: int) -> None:
    """At a rate of 100 % half of every price is tax."""
    tariff = Tariff(tax={Category.GENERAL: 10_000}, shipping=FREE_SHIPPING.shipping)

    assert quote_for([(a_product("A", minor), 1)], tariff, STANDARD).tax == Money(tax, "EUR")


def test_quote_without_tariff_counts_products_only() -> None:
    """Validation rejects an order to a country without a tariff."""
    quote = quote_for([(MUG, 2)], None, STANDARD)

    assert (quote.total, quote.tax, quote.shipping.minor) == (
        Money(2980, "EUR"),
        Money(0, "EUR"),
        0,
    )


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 1000)), min_size=1, max_size=20))
def test_net_and_tax_add_up_to_total(items: list[tuple[int, int]]) -> None:
    """Rounding loses nothing, and no tax exceeds its rate, for any order."""
    products = [(a_product(f"A{n}", minor), units) for n, (minor, units) in enumerate(items)]

    quote = quote_for(products, GERMANY, STANDARD)

    assert quote.net + quote.tax == quote.total
    assert abs(quote.tax.minor - Fraction(quote.total.minor * 19, 119)) <= Fraction(1, 2)
