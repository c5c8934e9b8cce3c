"""May the shop take this order? What no form can tell: limits, countries, what is still sold."""

from collections.abc import Callable, Iterator

from domain.answers import BrokenRule, StockNeed, Verdict
from domain.article import Article
from domain.order import Order
from domain.outcome import Reason
from domain.quote import Quote
from domain.terms import Terms

Articles = Callable[[str], Article | None]


def judge(order: Order, article: Articles) -> Verdict:
    """Accept the order with its amount, or reject it with every rule that it breaks."""
    problems = tuple(broken_rules(order.quote, order.country, order.terms, article))
    if problems:
        return Verdict(accepted=False, reason=problems[0].reason, problems=problems)
    return Verdict(accepted=True, amount=order.total, needs=_needs(order, article))


def broken_rules(
    quote: Quote, country: str, terms: Terms, article: Articles
) -> Iterator[BrokenRule]:
    """Every rule that an order breaks: first those about the order, then line by line."""
    if country not in terms.countries:
        yield BrokenRule(reason=Reason.COUNTRY_NOT_SERVED)
    for number, line in enumerate(quote.lines, start=1):
        if not _is_sold(article(line.sku)):
            yield BrokenRule(reason=Reason.DISCONTINUED, line=number, sku=line.sku)
        if line.quantity > terms.max_quantity:
            yield BrokenRule(reason=Reason.QUANTITY_ABOVE_LIMIT, line=number, sku=line.sku)


def _is_sold(article: Article | None) -> bool:
    # An article that left the catalogue after the order was placed is no longer sold either.
    return article is not None and not article.discontinued


def _needs(order: Order, article: Articles) -> tuple[StockNeed, ...]:
    return tuple(
        StockNeed(sku=line.sku, quantity=line.quantity, opening_balance=known.opening_balance)
        for line in sorted(order.lines, key=lambda line: line.sku)
        if (known := article(line.sku))
    )
