"""Orders in Azure Tables, one by one.

Everything stored about an order is in one partition: its record, its personal part in a row of
its own so that it can be erased, and its references at each partner. No transaction spans two
partitions. An update reads the record with its ETag and writes it only if it has not changed since;
otherwise it starts again.
"""

import time
from collections.abc import Iterator
from secrets import randbelow
from typing import Final

from orders.adapters.order_store.columns import (
    Columns,
    customer_to_text,
    order_to_columns,
    time_to_text,
)
from orders.adapters.order_store.tables.lists import TableLists
from orders.adapters.order_store.tables.queries import ListName, lists_of
from orders.adapters.order_store.tables.rows import columns_to_record, key_of
from orders.adapters.order_store.tables.service import Row, Tables
from orders.adapters.order_store.transitions import T, Transition
from orders.domain.errors import OrderNotFoundError, StoreUnavailableError
from orders.domain.order import Customer, Order
from orders.domain.order_record import OrderRecord
from orders.ports.clock import Clock
from orders.ports.order_store import Placed

TABLE: Final = "orders"
#: Row keys in an order's partition.
RECORD: Final = "record"
CUSTOMER: Final = "customer"
#: Row key in the partition of a deleted order.
TOMBSTONE: Final = "tombstone"

_MAX_ATTEMPTS: Final = 30


def tombstone_partition(order_id: str) -> str:
    """Return the partition of the tombstone of a deleted order."""
    return key_of(f"deleted:{order_id}")


def attempts() -> Iterator[None]:
    """Yield once per attempt of an optimistic update, with growing pauses in between.

    Raises:
        StoreUnavailableError: too many callers write the same order.
    """
    for number in range(_MAX_ATTEMPTS):
        yield
        time.sleep(randbelow(5 + 5 * number) / 1000)
    raise StoreUnavailableError("too many concurrent updates of one order")


class TableRecords:
    """The records of all orders."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self.tables = tables
        self.lists = TableLists(tables, clock)
        self._clock = clock

    def find(self, order_id: str) -> OrderRecord | None:
        """Return the order's record."""
        row = self.tables.get(TABLE, key_of(order_id), RECORD)
        return columns_to_record(row.columns) if row else None

    def place(self, order: Order, customer: Customer, fingerprint: str) -> Placed:
        """Store a new order, or return the existing one with its ID."""
        record: Columns = {**order_to_columns(order, fingerprint)}
        record["updated_at"] = record["placed_at"]
        rows: dict[str, Columns] = {
            RECORD: record,
            CUSTOMER: {"customer": customer_to_text(customer)},
        }
        for _ in attempts():
            existing = self.find(order.order_id)
            if existing is not None:
                return Placed(record=existing, is_new=False)
            # A list may name an order that does not exist; an order in no list would be lost.
            self.lists.enter(order, ListName)
            if self.tables.insert(TABLE, key_of(order.order_id), rows):
                break
        return Placed(record=columns_to_record(record), is_new=True)

    def update(self, order_id: str, transition: Transition[T]) -> T:
        """Apply a transition to the record."""
        for _ in attempts():
            row = self.tables.get(TABLE, key_of(order_id), RECORD)
            if row is None:
                raise OrderNotFoundError
            answer, columns = transition(columns_to_record(row.columns))
            if not columns or self._write(order_id, row, columns):
                break
        return answer

    def _write(self, order_id: str, row: Row, changed: Columns) -> bool:
        columns = {**row.columns, **changed, "updated_at": time_to_text(self._clock.now())}
        before, after = columns_to_record(row.columns), columns_to_record(columns)
        self.lists.enter(after.order, lists_of(after) - lists_of(before))
        outdated = self.lists.rows_of(after.order, lists_of(before) - lists_of(after))
        if not self.tables.replace(TABLE, key_of(order_id), row, columns):
            return False
        self.lists.delete(outdated)
        return True
