"""Settlements of an ended order, as its orchestration sends them and retention repeats them."""

from collections.abc import Iterable, Iterator

from orders.contracts.payloads import StockSettlement
from orders.domain.outcome import Outcome, StockSale
from orders.domain.results import StockLine
from orders.domain.settlement import sale_of, units_after


def settlements_of(
    order_id: str, outcome: Outcome | None, lines: Iterable[StockLine], sales: Iterable[StockSale]
) -> Iterator[tuple[StockLine, StockSettlement]]:
    """Yield each line with its settlement; none if the outcome does not decide about the units."""
    units = units_after(outcome) if outcome else None
    if units is None:
        return
    for line in lines:
        settlement = StockSettlement(
            order_id=order_id,
            opening_balance=line.opening_balance,
            status=units,
            quantity=line.quantity,
            reservation=sale_of(sales, line.sku),
        )
        yield line, settlement
