"""How is one order found in the tables, and changed?

Everything that is known of an order lies in one partition: its page, its personal part in a row of
its own so that it can be erased, and what was written of its dealings with each partner. No
transaction spans two partitions. A page is read with its ETag, the change is made up, and the page
is written only if nobody wrote it meanwhile; otherwise it is read again.
"""

import time
from collections.abc import Iterator
from secrets import randbelow
from typing import Final

from adapters.book.changes import Change, Columns, T
from adapters.book.rows import moment_to_text, order_to_row, person_to_text
from adapters.tables.lists import TableLists
from adapters.tables.queries import ListName, lists_of
from adapters.tables.rows import columns_to_record, key_of
from adapters.tables.service import Row, Tables
from domain.errors import BookUnavailable, UnknownOrder
from domain.order import Order, Person
from domain.record import OrderRecord
from ports.clock import Clock
from ports.order_book import Placed

TABLE: Final = "orders"
PAGE: Final = "page"
PERSON: Final = "person"
MARK: Final = "mark"

_ATTEMPTS: Final = 30


def mark_of(order_id: str) -> str:
    """The partition of the mark that an order of this id was forgotten."""
    return key_of(f"forgotten:{order_id}")


def attempts() -> Iterator[None]:
    """As many attempts as make sense where others write at the same time, with growing pauses."""
    for number in range(_ATTEMPTS):
        yield
        time.sleep(randbelow(5 + 5 * number) / 1000)
    raise BookUnavailable("too many write the same order")


class TableOrders:
    """The orders in the tables, one by one."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self.tables = tables
        self.lists = TableLists(tables, clock)
        self._clock = clock

    def find(self, order_id: str) -> OrderRecord | None:
        """The order's page, if there is one."""
        row = self.tables.get(TABLE, key_of(order_id), PAGE)
        return columns_to_record(row.columns) if row else None

    def place(self, order: Order, person: Person, fingerprint: str) -> Placed:
        """Write a new order, or find the one that already has its id."""
        page: Columns = {**order_to_row(order, fingerprint)}
        page["updated_at"] = page["placed_at"]
        rows: dict[str, Columns] = {PAGE: page, PERSON: {"person": person_to_text(person)}}
        for _ in attempts():
            known = self.find(order.order_id)
            if known is not None:
                return Placed(record=known, is_new=False)
            # A list that names an order too many harms nobody; an order in no list would be lost.
            self.lists.enter(order, ListName)
            if self.tables.insert(TABLE, key_of(order.order_id), rows):
                break
        return Placed(record=columns_to_record(page), is_new=True)

    def change(self, order_id: str, change: Change[T]) -> T:
        """Change the order's page, and note when; raises UnknownOrder."""
        for _ in attempts():
            row = self.tables.get(TABLE, key_of(order_id), PAGE)
            if row is None:
                raise UnknownOrder
            answer, columns = change(columns_to_record(row.columns))
            if not columns or self._write(order_id, row, columns):
                break
        return answer

    def _write(self, order_id: str, row: Row, changed: Columns) -> bool:
        written = {**row.columns, **changed, "updated_at": moment_to_text(self._clock.now())}
        before, after = columns_to_record(row.columns), columns_to_record(written)
        self.lists.enter(after.order, lists_of(after) - lists_of(before))
        left = self.lists.rows_of(after.order, lists_of(before) - lists_of(after))
        if not self.tables.replace(TABLE, key_of(order_id), row, written):
            return False
        self.lists.delete(left)
        return True
