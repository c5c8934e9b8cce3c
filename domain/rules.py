"""May the shop take this order? What no form can tell: limits, countries, what is still sold."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from domain.answers import StockNeed, Verdict
from domain.article import Article
from domain.order import Order
from domain.outcome import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The limits within which the shop sells."""

    max_quantity: int
    countries: frozenset[str]


def judge(order: Order, terms: Terms, article: Callable[[str], Article | None]) -> Verdict:
    """Accept the order with its amount, or reject it with the first rule that it breaks."""
    if order.country not in terms.countries:
        return Verdict(accepted=False, reason=Reason.COUNTRY_NOT_SERVED)
    if any(not _is_sold(article(line.sku)) for line in order.lines):
        return Verdict(accepted=False, reason=Reason.DISCONTINUED)
    if max(_units_by_sku(order).values()) > terms.max_quantity:
        return Verdict(accepted=False, reason=Reason.QUANTITY_ABOVE_LIMIT)
    return Verdict(accepted=True, amount=order.total, needs=_needs(order, article))


def _is_sold(article: Article | None) -> bool:
    # An article that left the catalogue after the order was placed is no longer sold either.
    return article is not None and not article.discontinued


def _needs(order: Order, article: Callable[[str], Article | None]) -> tuple[StockNeed, ...]:
    return tuple(
        StockNeed(sku=sku, quantity=quantity, opening_balance=known.opening_balance)
        for sku, quantity in sorted(_units_by_sku(order).items())
        if (known := article(sku))
    )


def _units_by_sku(order: Order) -> Counter[str]:
    # By article, not by line: two lines of one SKU must not get round the limit, nor oversell.
    units: Counter[str] = Counter()
    for line in order.lines:
        units[line.sku] += line.quantity
    return units
