"""How are the orders found whose ids nobody told? By lists of them, in a table of its own.

An order's row in a list is written before its page says that it belongs there, and deleted after
the page says that it does not. So wherever a program is cut off, a list may name an order too many,
never one too few; and whoever reads a list reads the page as well.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from orders.adapters.order_store.columns import Columns, time_to_text
from orders.adapters.order_store.tables.queries import (
    ListName,
    bounds,
    list_for,
    lists_of,
    place_in,
)
from orders.adapters.order_store.tables.service import Row, Tables
from orders.domain.order import Order
from orders.domain.order_record import OrderRecord
from orders.ports.clock import Clock
from orders.ports.order_store import OrderQuery

LISTS: Final = "orderlists"
_PARTITION: Final = "orders"
#: Nobody takes that long between writing a row and the page that it stands for.
_LEFT_OVER_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An order's row in a list."""

    row: Row
    order_id: str
    placed_at: datetime
    skus: frozenset[str]
    listed_at: datetime


class TableLists:
    """The lists of all orders."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    def enter(self, order: Order, names: Iterable[ListName]) -> None:
        """Write the order down in these lists, in one transaction."""
        columns: Columns = {
            "order_id": order.order_id,
            "placed_at": time_to_text(order.placed_at),
            "skus": json.dumps(sorted({line.sku for line in order.lines})),
            "listed_at": time_to_text(self._clock.now()),
        }
        rows = {place_in(name, order.placed_at, order.order_id): columns for name in names}
        if rows:
            self._tables.upsert(LISTS, _PARTITION, rows)

    def rows_of(self, order: Order, names: Iterable[ListName]) -> list[Row]:
        """The order's rows in these lists, as they are now."""
        keys = (place_in(name, order.placed_at, order.order_id) for name in names)
        rows = (self._tables.get(LISTS, _PARTITION, key) for key in keys)
        return [row for row in rows if row is not None]

    def delete(self, rows: Iterable[Row]) -> None:
        """Delete rows that are true no longer, but those that were written anew since."""
        for row in rows:
            self._tables.delete(LISTS, _PARTITION, row)

    def find(self, query: OrderQuery) -> Iterator[Listed]:
        """The orders among which are all that are looked for, one after another."""
        rows = self._tables.rows(LISTS, _PARTITION, bounds(query))
        if query.newest_first and list_for(query) is not ListName.NEWEST:
            rows = iter(list(rows)[::-1])  # the list of the open ones is short
        return (_listed(row) for row in rows)

    def confirm(self, listed: Listed, record: OrderRecord | None) -> bool:
        """Whether the page agrees with the list. A row that was left over is deleted."""
        name = ListName(listed.row.key.partition(":")[0])
        if record and record.order.placed_at == listed.placed_at and name in lists_of(record):
            return True
        if listed.listed_at < self._clock.now() - _LEFT_OVER_AFTER:
            self.delete([listed.row])
        return False


def _listed(row: Row) -> Listed:
    return Listed(
        row=row,
        order_id=str(row.columns["order_id"]),
        placed_at=datetime.fromisoformat(str(row.columns["placed_at"])),
        skus=frozenset(json.loads(str(row.columns["skus"]))),
        listed_at=datetime.fromisoformat(str(row.columns["listed_at"])),
    )
