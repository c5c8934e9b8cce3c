"""Order store in one SQLite file."""

import sqlite3
from pathlib import Path
from typing import Final

from orders.adapters.order_store import transitions
from orders.adapters.order_store.base import BaseOrderStore
from orders.adapters.order_store.columns import (
    Columns,
    customer_to_text,
    order_to_columns,
    row_to_record,
    text_to_customer,
    time_to_text,
)
from orders.adapters.order_store.cursors import cursor_after, page_size
from orders.adapters.order_store.sqlite.queries import select_page
from orders.adapters.order_store.sqlite.references import delete_references
from orders.adapters.order_store.sqlite.schema import SCHEMA
from orders.adapters.order_store.transitions import T, Transition
from orders.adapters.sqlite_database import Database
from orders.domain.errors import OrderNotFoundError, StoreUnavailableError
from orders.domain.order import Customer, Order
from orders.domain.order_record import OrderRecord
from orders.ports.clock import Clock
from orders.ports.order_store import OrderPage, OrderQuery, Placed

_INSERT_ORDER: Final = """
INSERT INTO orders (order_id, placed_at, updated_at, fingerprint, quote, terms, country,
    payment_method, reference)
VALUES (:order_id, :placed_at, :placed_at, :fingerprint, :quote, :terms, :country,
    :payment_method, :reference)
"""


class SqliteOrderStore(BaseOrderStore):
    """The order store of one machine."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._database = Database(path, SCHEMA, StoreUnavailableError)
        super().__init__(_SqliteRecords(self._database, clock), clock)

    def place(self, order: Order, customer: Customer, fingerprint: str) -> Placed:
        """Store a new order in one write, or return the existing one with its ID."""
        with self._database.writing() as connection:
            existing = _find(connection, order.order_id)
            if existing is not None:
                return Placed(record=existing, is_new=False)
            connection.execute(_INSERT_ORDER, order_to_columns(order, fingerprint))
            connection.execute(
                "INSERT INTO customers (order_id, customer) VALUES (?, ?)",
                (order.order_id, customer_to_text(customer)),
            )
            placed_at = time_to_text(order.placed_at)
            connection.executemany(
                "INSERT INTO order_products (sku, placed_at, order_id) VALUES (?, ?, ?)",
                [(sku, placed_at, order.order_id) for sku in {line.sku for line in order.lines}],
            )
            return Placed(record=_get(connection, order.order_id), is_new=True)

    def find(self, order_id: str) -> OrderRecord | None:
        """Return the order's record."""
        with self._database.reading() as connection:
            return _find(connection, order_id)

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
            records = [row_to_record(row) for row in connection.execute(statement, parameters)]
        orders = tuple(records[: page_size(query)])
        has_more = len(records) > len(orders)
        return OrderPage(orders=orders, cursor=cursor_after(orders[-1]) if has_more else None)

    def is_deleted(self, order_id: str) -> bool:
        """Whether an order with this ID existed and was deleted."""
        query = "SELECT 1 FROM deleted_orders WHERE order_id = ?"
        with self._database.reading() as connection:
            return connection.execute(query, (order_id,)).fetchone() is not None

    def erase(self, order_id: str) -> None:
        """Erase all personal data, in the file's log too."""
        now = self._clock.now()
        with self._database.writing() as connection:
            connection.execute("DELETE FROM customers WHERE order_id = ?", (order_id,))
            _apply(connection, order_id, lambda record: transitions.erase(record, now), self._clock)
        self._database.scrub()

    def delete(self, order_id: str) -> None:
        """Delete the record and all that belongs to it, unless work remains for the order."""
        with self._database.writing() as connection:
            record = _find(connection, order_id)
            if record is not None and not record.can_be_deleted:
                return
            connection.execute("INSERT OR IGNORE INTO deleted_orders VALUES (?)", (order_id,))
            delete_references(connection, order_id)
            connection.execute("DELETE FROM orders WHERE order_id = ?", (order_id,))


class _SqliteRecords:
    """Atomic updates: one write transaction each."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def update(self, order_id: str, transition: Transition[T]) -> T:
        """Apply a transition in one transaction."""
        with self._database.writing() as connection:
            return _apply(connection, order_id, transition, self._clock)


def _find(connection: sqlite3.Connection, order_id: str) -> OrderRecord | None:
    row = connection.execute("SELECT * FROM orders WHERE order_id = ?", (order_id,)).fetchone()
    return row_to_record(row) if row else None


def _get(connection: sqlite3.Connection, order_id: str) -> OrderRecord:
    record = _find(connection, order_id)
    if record is None:
        raise OrderNotFoundError
    return record


def _apply(
    connection: sqlite3.Connection, order_id: str, transition: Transition[T], clock: Clock
) -> T:
    answer, columns = transition(_get(connection, order_id))
    if columns:
        _write(connection, order_id, {**columns, "updated_at": time_to_text(clock.now())})
    return answer


def _write(connection: sqlite3.Connection, order_id: str, columns: Columns) -> None:
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    statement = f"UPDATE orders SET {assignments} WHERE order_id = :id"  # noqa: S608 - constants
    connection.execute(statement, {**columns, "id": order_id})
