"""Order store in one SQLite file."""

import sqlite3
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orders.adapters.order_store.cursors import cursor_at, page_size
from orders.adapters.order_store.records import (
    customer_to_text,
    text_to_customer,
    text_to_record,
    time_to_text,
)
from orders.adapters.order_store.sqlite.queries import COUNT_ACTIVE, select_page, to_columns
from orders.adapters.order_store.sqlite.references import delete_references
from orders.adapters.order_store.sqlite.schema import SCHEMA
from orders.adapters.sqlite_database import Database
from orders.domain.erasure import erase
from orders.domain.errors import (
    OrderNotFoundError,
    StoreUnavailableError,
    UnreadableRecordError,
)
from orders.domain.order import Customer, Order
from orders.domain.order_record import OrderRecord
from orders.ports.clock import Clock
from orders.ports.order_store import Change, OrderPage, OrderQuery, Placed, T


class SqliteOrderStore:
    """The order store of one machine."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._database = Database(path, SCHEMA, StoreUnavailableError)
        self._clock = clock

    def place(self, order: Order, customer: Customer, fingerprint: str) -> Placed:
        """Store a new order in one write, or return the existing one with its ID."""
        record = OrderRecord(order=order, fingerprint=fingerprint, updated_at=order.placed_at)
        order_id, placed_at = order.order_id, time_to_text(order.placed_at)
        skus = {line.sku for line in order.lines}
        with self._database.writing() as connection:
            existing = _find(connection, order_id)
            if existing is not None:
                return Placed(record=existing, is_new=False)
            _write(connection, record)
            connection.execute(
                "INSERT INTO customers VALUES (?, ?)", (order_id, customer_to_text(customer))
            )
            connection.executemany(
                "INSERT INTO order_products VALUES (?, ?, ?)",
                [(sku, placed_at, order_id) for sku in skus],
            )
        return Placed(record=record, is_new=True)

    def find(self, order_id: str) -> OrderRecord | None:
        """Return the order's record."""
        with self._database.reading() as connection:
            return _find(connection, order_id)

    def update(self, order_id: str, change: Change[T]) -> T:
        """Apply a change to the record in one transaction."""
        with self._database.writing() as connection:
            return self._apply(connection, order_id, change)

    def customer(self, order_id: str) -> Customer | None:
        """Return the order's personal part."""
        query = "SELECT customer FROM customers WHERE order_id = ?"
        with self._database.reading() as connection:
            row = connection.execute(query, (order_id,)).fetchone()
        return text_to_customer(row["customer"]) if row else None

    def page(self, query: OrderQuery) -> OrderPage:
        """Return a page of orders."""
        statement, parameters = select_page(query)
        with self._database.reading() as connection:
            rows = connection.execute(statement, parameters).fetchall()
        shown, records, unreadable = rows[: page_size(query)], [], []
        for row in shown:
            try:
                records.append(text_to_record(row["order_id"], row["record"]))
            except UnreadableRecordError:
                unreadable.append(row["order_id"])
        return OrderPage(
            orders=tuple(records),
            cursor=_cursor_after(shown[-1]) if len(rows) > len(shown) else None,
            unreadable=tuple(unreadable),
        )

    def count_active(self, limit: int) -> int:
        """Return how many orders are being worked, `limit` at most."""
        with self._database.reading() as connection:
            (number,) = connection.execute(COUNT_ACTIVE, (limit,)).fetchone()
        return int(number)

    def is_deleted(self, order_id: str) -> bool:
        """Whether an order with this ID existed and was deleted."""
        query = "SELECT 1 FROM deleted_orders WHERE order_id = ?"
        with self._database.reading() as connection:
            return connection.execute(query, (order_id,)).fetchone() is not None

    def erase(self, order_id: str) -> bool:
        """Erase all personal data, in the file's log too unless a reader still holds it."""
        now = self._clock.now()
        with self._database.writing() as connection:
            connection.execute("DELETE FROM customers WHERE order_id = ?", (order_id,))
            self._apply(connection, order_id, lambda record: erase(record, now))
        return self._database.scrub()

    def delete(self, order_id: str) -> None:
        """Delete the record and all that belongs to it, unless work remains for the order."""
        with self._database.writing() as connection:
            record = _find(connection, order_id)
            if record is not None and not record.can_be_deleted:
                return
            connection.execute("INSERT OR IGNORE INTO deleted_orders VALUES (?)", (order_id,))
            delete_references(connection, order_id)
            connection.execute("DELETE FROM orders WHERE order_id = ?", (order_id,))

    def _apply(self, connection: sqlite3.Connection, order_id: str, change: Change[T]) -> T:
        before = _find(connection, order_id)
        if before is None:
            raise OrderNotFoundError
        after, answer = change(before)
        if after is not before:
            _write(connection, replace(after, updated_at=self._clock.now()))
        return answer


def _find(connection: sqlite3.Connection, order_id: str) -> OrderRecord | None:
    row = connection.execute("SELECT record FROM orders WHERE order_id = ?", (order_id,)).fetchone()
    return text_to_record(order_id, row["record"]) if row else None


def _write(connection: sqlite3.Connection, record: OrderRecord) -> None:
    columns = to_columns(record)
    names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    updates = ", ".join(f"{name} = :{name}" for name in columns if name != "order_id")
    connection.execute(
        f"INSERT INTO orders ({names}) VALUES ({values})"  # noqa: S608 - names are constants
        f" ON CONFLICT (order_id) DO UPDATE SET {updates}",
        columns,
    )


def _cursor_after(row: sqlite3.Row) -> str:
    return cursor_at(datetime.fromisoformat(row["placed_at"]), row["order_id"])
