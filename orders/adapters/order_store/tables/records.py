"""Orders in Azure Tables, one by one.

Everything stored about an order is in one partition: its record, its personal part in a row of
its own so that it can be erased, and its references at each partner. No transaction spans two
partitions. An update reads the record with its ETag and writes it only if it has not changed since;
otherwise it starts again.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from secrets import randbelow
from typing import Final

from orders.adapters.order_store.records import (
    customer_to_text,
    record_to_text,
    text_to_record,
)
from orders.adapters.order_store.tables.lists import TableLists
from orders.adapters.order_store.tables.rows import Columns, key_of
from orders.adapters.order_store.tables.service import Row, Tables
from orders.domain.errors import OrderNotFoundError, StoreUnavailableError
from orders.domain.order import Customer, Order
from orders.domain.order_record import OrderRecord
from orders.ports.clock import Clock
from orders.ports.order_store import Change, Placed, T

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
        StoreUnavailableError: too many callers write the same row.
    """
    for number in range(_MAX_ATTEMPTS):
        yield
        time.sleep(randbelow(5 + 5 * number) / 1000)
    raise StoreUnavailableError("too many concurrent updates of one row")


class TableRecords:
    """The records of all orders."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self.tables = tables
        self.lists = TableLists(tables, clock)
        self._clock = clock

    def find(self, order_id: str) -> OrderRecord | None:
        """Return the order's record."""
        row = self.tables.get(TABLE, key_of(order_id), RECORD)
        return row_to_record(order_id, row) if row else None

    def place(self, order: Order, customer: Customer, fingerprint: str) -> Placed:
        """Store a new order, or return the existing one with its ID."""
        record = OrderRecord(order=order, fingerprint=fingerprint, updated_at=order.placed_at)
        rows: dict[str, Columns] = {
            RECORD: {"record": record_to_text(record)},
            CUSTOMER: {"customer": customer_to_text(customer)},
        }
        for _ in attempts():
            existing = self.find(order.order_id)
            if existing is not None:
                return Placed(record=existing, is_new=False)
            # A list may name an order that does not exist; an order in no list would be lost.
            self.lists.enter_new(record)
            if self.tables.insert(TABLE, key_of(order.order_id), rows):
                break
        return Placed(record=record, is_new=True)

    def update(self, order_id: str, change: Change[T]) -> T:
        """Apply a change to the record."""
        for _ in attempts():
            row = self.tables.get(TABLE, key_of(order_id), RECORD)
            if row is None:
                raise OrderNotFoundError
            before = row_to_record(order_id, row)
            after, answer = change(before)
            if after is before or self._write(row, before, after):
                break
        return answer

    def _write(self, row: Row, before: OrderRecord, after: OrderRecord) -> bool:
        after = replace(after, updated_at=self._clock.now())
        outdated = self.lists.prepare(before, after)
        columns: Columns = {"record": record_to_text(after)}
        if not self.tables.replace(TABLE, key_of(after.order_id), row, columns):
            return False
        self.lists.settle(outdated, after)
        return True


def row_to_record(order_id: str, row: Row) -> OrderRecord:
    """Return the record in a row."""
    return text_to_record(order_id, str(row.columns.get("record", "")))
