"""Order store in Azure Tables."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Final

from orders.adapters.order_store.cursors import cursor_at, page_size
from orders.adapters.order_store.records import text_to_customer
from orders.adapters.order_store.tables.lists import Listed
from orders.adapters.order_store.tables.queries import ListName, matches
from orders.adapters.order_store.tables.records import (
    CUSTOMER,
    RECORD,
    TABLE,
    TOMBSTONE,
    TableRecords,
    row_to_record,
    tombstone_partition,
)
from orders.adapters.order_store.tables.references import delete_references
from orders.adapters.order_store.tables.rows import Columns, key_of
from orders.adapters.order_store.tables.service import Tables
from orders.domain.erasure import erase
from orders.domain.errors import UnreadableRecordError
from orders.domain.order import Customer, Order
from orders.domain.order_record import OrderRecord
from orders.ports.clock import Clock
from orders.ports.order_store import Change, OrderPage, OrderQuery, Placed, T

#: Most records read for one page, however few of them match.
MAX_RECORDS_READ: Final = 2000

_MIN_BATCH: Final = 25
#: Records are read one by one, since no query spans partitions at a reasonable price.
_CONCURRENT_READS: Final = 8


class TableOrderStore:
    """The order store of many machines."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._orders = TableRecords(tables, clock)
        self._clock = clock

    def place(self, order: Order, customer: Customer, fingerprint: str) -> Placed:
        """Store a new order in one write, or return the existing one with its ID."""
        return self._orders.place(order, customer, fingerprint)

    def find(self, order_id: str) -> OrderRecord | None:
        """Return the order's record."""
        return self._orders.find(order_id)

    def update(self, order_id: str, change: Change[T]) -> T:
        """Apply a change to the record; start again if it has changed since it was read."""
        return self._orders.update(order_id, change)

    def customer(self, order_id: str) -> Customer | None:
        """Return the order's personal part."""
        row = self._tables.get(TABLE, key_of(order_id), CUSTOMER)
        return text_to_customer(str(row.columns["customer"])) if row else None

    def page(self, query: OrderQuery) -> OrderPage:
        """Return a page of orders; it may be short if few of the listed orders match."""
        size = page_size(query)
        listed = self._orders.lists.find(query)
        entries: list[tuple[Listed, OrderRecord | UnreadableRecordError]] = []
        read = 0
        cursor = None
        while len(entries) <= size:
            batch = list(islice(listed, max(size + 1, _MIN_BATCH)))
            if not batch:
                break
            entries += self._matching(query, batch)
            read += len(batch)
            if read >= MAX_RECORDS_READ and len(entries) <= size:
                cursor = cursor_at(batch[-1].placed_at, batch[-1].order_id)
                break
        shown = entries[:size]
        if len(entries) > size:
            last, _ = shown[-1]
            cursor = cursor_at(last.placed_at, last.order_id)
        return OrderPage(
            orders=tuple(record for _, record in shown if isinstance(record, OrderRecord)),
            cursor=cursor,
            unreadable=tuple(
                item.order_id for item, record in shown if not isinstance(record, OrderRecord)
            ),
        )

    def count_active(self, limit: int) -> int:
        """Return how many orders are being worked, `limit` at most, by the list of open ones."""
        return self._orders.lists.count_active(limit)

    def is_deleted(self, order_id: str) -> bool:
        """Whether an order with this ID existed and was deleted."""
        return self._tables.get(TABLE, tombstone_partition(order_id), TOMBSTONE) is not None

    def erase(self, order_id: str) -> bool:
        """Erase all personal data."""
        now = self._clock.now()
        # The record last: once it says "erased", the personal part is not looked for again.
        customer = self._tables.get(TABLE, key_of(order_id), CUSTOMER)
        if customer is not None:
            self._tables.delete(TABLE, key_of(order_id), customer)
        self._orders.update(order_id, lambda record: erase(record, now))
        return True

    def delete(self, order_id: str) -> None:
        """Delete the record and all that belongs to it, unless work remains for the order."""
        row = self._tables.get(TABLE, key_of(order_id), RECORD)
        record = row_to_record(order_id, row) if row else None
        if record is not None and not record.can_be_deleted:
            return
        # The tombstone first, in its own partition: an interrupted deletion is repeated later.
        tombstone: dict[str, Columns] = {TOMBSTONE: {"order_id": order_id}}
        self._tables.upsert(TABLE, tombstone_partition(order_id), tombstone)
        listed = self._orders.lists.rows_of(record.order, ListName) if record else []
        delete_references(self._tables, order_id)
        self._tables.delete_partition(TABLE, key_of(order_id), row)
        self._orders.lists.delete(listed)

    def _matching(
        self, query: OrderQuery, batch: Sequence[Listed]
    ) -> list[tuple[Listed, OrderRecord | UnreadableRecordError]]:
        """Return the matching records of a batch, and the errors of unreadable ones."""
        candidates = [item for item in batch if query.sku is None or query.sku in item.skus]
        with ThreadPoolExecutor(_CONCURRENT_READS) as pool:
            records = list(pool.map(partial(self._read, query), candidates))
        entries = zip(candidates, records, strict=True)
        return [(item, record) for item, record in entries if record is not None]

    def _read(self, query: OrderQuery, item: Listed) -> OrderRecord | UnreadableRecordError | None:
        try:
            record = self._orders.find(item.order_id)
        except UnreadableRecordError as error:
            return error
        is_confirmed = self._orders.lists.confirm(item, record)
        return record if is_confirmed and record and matches(query, record) else None
