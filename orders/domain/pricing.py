"""Prices of an order: lines, shipping, tax and total.

All prices include tax, so the total is a plain sum. The tax is summed exactly over the lines and
the shipping and rounded once, half up. Shipping is taxed at the country's general rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add

from orders.domain.catalogue import Category, Product, ShippingMethod, Tariff
from orders.domain.money import Money

#: A tax rate of 100 %, in hundredths of a percent.
_FULL_RATE = 100_00


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """Units of one product, at its price when the order was placed."""

    sku: str
    name: str
    quantity: int
    unit_price: Money
    #: Rate of the included tax, in hundredths of a percent.
    tax_rate: int = 0

    @property
    def total(self) -> Money:
        """The price of the whole line."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What an order costs."""

    #: One line for each product.
    lines: tuple[OrderLine, ...]
    shipping_method: ShippingMethod
    shipping: Money
    #: Included in the total.
    tax: Money

    @property
    def total(self) -> Money:
        """The amount that the customer pays."""
        return reduce(add, (line.total for line in self.lines), self.shipping)

    @property
    def net(self) -> Money:
        """The total without tax."""
        return self.total - self.tax


def quote_for(
    items: Iterable[tuple[Product, int]], tariff: Tariff | None, method: ShippingMethod
) -> Quote:
    """Price products and quantities; a product that appears twice becomes one line.

    Without a tariff, tax and shipping are zero: validation rejects an order to such a country.
    """
    products, quantities = _merge(items)
    currency = next(iter(products.values())).price.currency
    tax, shipping = (tariff.tax, tariff.shipping[method]) if tariff else ({}, Money(0, currency))
    lines = tuple(
        OrderLine(
            sku=sku,
            name=product.name,
            quantity=quantities[sku],
            unit_price=product.price,
            tax_rate=tax.get(product.category, 0),
        )
        for sku, product in products.items()
    )
    exact_tax = sum(_included_tax(line.total, line.tax_rate) for line in lines)
    exact_tax += _included_tax(shipping, tax.get(Category.GENERAL, 0))
    return Quote(
        lines=lines,
        shipping_method=method,
        shipping=shipping,
        tax=Money(_round_half_up(exact_tax), currency),
    )


def _merge(items: Iterable[tuple[Product, int]]) -> tuple[dict[str, Product], dict[str, int]]:
    products: dict[str, Product] = {}
    quantities: dict[str, int] = {}
    for product, quantity in items:
        products[product.sku] = product
        quantities[product.sku] = quantities.get(product.sku, 0) + quantity
    return products, quantities


def _included_tax(price: Money, rate: int) -> Fraction:
    return Fraction(price.minor * rate, _FULL_RATE + rate)


def _round_half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))
