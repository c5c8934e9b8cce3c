"""What does an order cost?

All prices contain tax, so the total is a plain sum. The tax in it is summed exactly over the lines
and the shipping, and rounded once, half up. Shipping is taxed at the country's general rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add

from domain.article import Article
from domain.money import Money
from domain.tariff import Category, ShippingMethod, Tariff

#: A rate of 100 %.
_WHOLE = 100_00


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """Some units of one article, at the price of the moment when the order was placed."""

    sku: str
    name: str
    quantity: int
    unit_price: Money
    #: Of the tax that the price contains, in hundredths of a percent.
    tax_rate: int = 0

    @property
    def total(self) -> Money:
        """The price of the whole line."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What an order costs, and why."""

    #: One for each article.
    lines: tuple[OrderLine, ...]
    shipping_method: ShippingMethod
    shipping: Money
    #: Contained in the total.
    tax: Money

    @property
    def total(self) -> Money:
        """What the customer owes."""
        return reduce(add, (line.total for line in self.lines), self.shipping)

    @property
    def net(self) -> Money:
        """What is left of the total without the tax."""
        return self.total - self.tax


def price(
    wanted: Iterable[tuple[Article, int]], tariff: Tariff | None, method: ShippingMethod
) -> Quote:
    """The quote for some units of some articles; an article that is named twice is one line.

    Without a tariff, tax and shipping are nothing: an order to such a country is refused later.
    """
    articles, units = _merged(wanted)
    currency = next(iter(articles.values())).price.currency
    tax, shipping = (tariff.tax, tariff.shipping[method]) if tariff else ({}, Money(0, currency))
    lines = tuple(
        OrderLine(
            sku=sku,
            name=article.name,
            quantity=units[sku],
            unit_price=article.price,
            tax_rate=tax.get(article.category, 0),
        )
        for sku, article in articles.items()
    )
    contained = sum(_tax_in(line.total, line.tax_rate) for line in lines)
    contained += _tax_in(shipping, tax.get(Category.GENERAL, 0))
    return Quote(
        lines=lines,
        shipping_method=method,
        shipping=shipping,
        tax=Money(_half_up(contained), currency),
    )


def _merged(wanted: Iterable[tuple[Article, int]]) -> tuple[dict[str, Article], dict[str, int]]:
    articles: dict[str, Article] = {}
    units: dict[str, int] = {}
    for article, quantity in wanted:
        articles[article.sku] = article
        units[article.sku] = units.get(article.sku, 0) + quantity
    return articles, units


def _tax_in(price: Money, rate: int) -> Fraction:
    return Fraction(price.minor * rate, _WHOLE + rate)


def _half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))
