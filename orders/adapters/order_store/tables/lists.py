"""Lists of orders in a table of their own, so that orders are found without their IDs.

An order's row enters a list before its record says that it belongs there, and is deleted after the
record says that it does not. So after a crash at any point a list may have an order too many, never
one too few. Readers of a list therefore confirm each row with the order's record. Rows of open
orders have columns by which the service leaves out most of them: see `filters`.
"""

import heapq
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from orders.adapters.order_store.records import time_to_text
from orders.adapters.order_store.tables.filters import (
    ACTIVE,
    cautious_columns,
    filter_columns,
    row_filter,
    would_hide,
)
from orders.adapters.order_store.tables.queries import (
    ListName,
    bounds,
    key_in,
    list_for,
    lists_of,
)
from orders.adapters.order_store.tables.rows import Columns
from orders.adapters.order_store.tables.service import Row, Tables
from orders.domain.order import Order
from orders.domain.order_record import OrderRecord
from orders.ports.clock import Clock
from orders.ports.order_store import OrderQuery

LISTS: Final = "orderlists"
#: Partitions of the lists. One partition takes about 2,000 writes a second.
_SHARDS: Final = 16
#: A write takes less time between the row and its record.
_STALE_AFTER: Final = timedelta(hours=1)
#: Keys of the list of open orders lie between these two.
_OPEN_ROWS: Final = (f"{ListName.OPEN}:", f"{ListName.OPEN};")


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

    def enter_new(self, record: OrderRecord) -> None:
        """Add a new order to all lists in one transaction."""
        rows = _rows(record, ListName, self._columns(record, filter_columns(record)))
        if not self._tables.insert(LISTS, _shard_of(record.order_id), rows):
            # The rows may be those of a concurrent call, and the order may wait by now.
            self.enter(record, ListName)

    def enter(self, record: OrderRecord, names: Iterable[ListName]) -> None:
        """Add the order to these lists in one transaction, or replace its rows."""
        rows = _rows(record, names, self._columns(record, cautious_columns(record)))
        if rows:
            self._tables.upsert(LISTS, _shard_of(record.order_id), rows)

    def prepare(self, before: OrderRecord, after: OrderRecord) -> list[Row]:
        """Write the rows that a change requires; return those to settle once it is written."""
        entered, left = lists_of(after) - lists_of(before), lists_of(before) - lists_of(after)
        filtered = lists_of(after) & {ListName.OPEN}
        if would_hide(before, after):
            entered |= filtered
        self.enter(after, entered)
        columns = cautious_columns(after) if filtered <= entered else filter_columns(before)
        outdated = filtered if columns != filter_columns(after) else frozenset[ListName]()
        return self.rows_of(after.order, left | outdated)

    def settle(self, rows: Iterable[Row], record: OrderRecord) -> None:
        """Delete rows of lists that the order has left; give the others the record's columns.

        A row that was written again since it was read stays as it is.
        """
        for row in rows:
            if _name_of(row) in lists_of(record):
                columns = self._columns(record, filter_columns(record))
                self._tables.replace(LISTS, _shard_of(record.order_id), row, columns)
            else:
                self.delete([row])

    def rows_of(self, order: Order, names: Iterable[ListName]) -> list[Row]:
        """Return the order's current rows in these lists."""
        keys = (key_in(name, order.placed_at, order.order_id) for name in names)
        rows = (self._tables.get(LISTS, _shard_of(order.order_id), key) for key in keys)
        return [row for row in rows if row is not None]

    def delete(self, rows: Iterable[Row]) -> None:
        """Delete outdated rows, except those written again since they were read."""
        for row in rows:
            self._tables.delete(LISTS, _shard_of(str(row.columns["order_id"])), row)

    def find(self, query: OrderQuery) -> Iterator[Listed]:
        """Yield the candidates for a query: every match is among them."""
        between = bounds(query)
        condition = row_filter(query)
        shards = [self._tables.rows(LISTS, _shard(n), between, condition) for n in range(_SHARDS)]
        rows: Iterable[Row] = heapq.merge(*shards, key=lambda row: row.key)
        if query.newest_first and list_for(query) is not ListName.NEWEST:
            rows = list(rows)[::-1]  # the list of open orders is short
        return (_listed(row) for row in rows)

    def count_active(self, limit: int) -> int:
        """Return how many open orders are marked as being worked, `limit` at most."""
        number = 0
        for shard in range(_SHARDS):
            left = limit - number
            number += self._tables.count(LISTS, _shard(shard), _OPEN_ROWS, ACTIVE, left)
            if number >= limit:
                break
        return number

    def confirm(self, listed: Listed, record: OrderRecord | None) -> bool:
        """Whether the record agrees with the list. Delete or correct an outdated row."""
        is_old = listed.listed_at < self._clock.now() - _STALE_AFTER
        name = _name_of(listed.row)
        if record and record.order.placed_at == listed.placed_at and name in lists_of(record):
            is_exact = filter_columns(record).items() <= listed.row.columns.items()
            if is_old and name is ListName.OPEN and not is_exact:
                self.settle([listed.row], record)
            return True
        if is_old:
            self.delete([listed.row])
        return False

    def _columns(self, record: OrderRecord, filtered_by: Columns) -> Columns:
        order = record.order
        return {
            "order_id": order.order_id,
            "placed_at": time_to_text(order.placed_at),
            "skus": json.dumps(sorted({line.sku for line in order.lines})),
            "listed_at": time_to_text(self._clock.now()),
            **filtered_by,
        }


def _shard(number: int) -> str:
    return f"orders-{number:02}"


def _shard_of(order_id: str) -> str:
    return _shard(zlib.crc32(order_id.encode()) % _SHARDS)


def _rows(record: OrderRecord, names: Iterable[ListName], columns: Columns) -> dict[str, Columns]:
    return {key_in(name, record.order.placed_at, record.order_id): columns for name in names}


def _name_of(row: Row) -> ListName:
    return ListName(row.key.partition(":")[0])


def _listed(row: Row) -> Listed:
    return Listed(
        row=row,
        order_id=str(row.columns["order_id"]),
        placed_at=datetime.fromisoformat(str(row.columns["placed_at"])),
        skus=frozenset(json.loads(str(row.columns["skus"]))),
        listed_at=datetime.fromisoformat(str(row.columns["listed_at"])),
    )
