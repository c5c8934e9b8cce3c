"""How is one order found in the book's tables, and changed?"""

import sqlite3
from pathlib import Path

from adapters.book.changes import Change, Columns, T
from adapters.book.rows import moment_to_text, row_to_record
from adapters.sqlite.database import Database
from adapters.sqlite.schema import SCHEMA
from domain.errors import BookUnavailable, UnknownOrder
from domain.record import OrderRecord
from ports.clock import Clock


def find_order(book: sqlite3.Connection, order_id: str) -> OrderRecord | None:
    """The order's page, if there is one."""
    row = book.execute("SELECT * FROM orders WHERE order_id = ?", (order_id,)).fetchone()
    return row_to_record(row) if row else None


def get_order(book: sqlite3.Connection, order_id: str) -> OrderRecord:
    """The order's page; raises UnknownOrder."""
    record = find_order(book, order_id)
    if record is None:
        raise UnknownOrder
    return record


class SqlitePages:
    """The pages of all orders, in the order book's file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.database = Database(path, SCHEMA, BookUnavailable)
        self._clock = clock

    def change(self, order_id: str, change: Change[T]) -> T:
        """Change the order's page, and note when; raises UnknownOrder."""
        with self.database.writing() as book:
            return self.change_in(book, order_id, change)

    def change_in(self, book: sqlite3.Connection, order_id: str, change: Change[T]) -> T:
        """The same, inside a transaction that does more."""
        answer, columns = change(get_order(book, order_id))
        if columns:
            _write(book, order_id, {**columns, "updated_at": moment_to_text(self._clock.now())})
        return answer


def _write(book: sqlite3.Connection, order_id: str, written: Columns) -> None:
    assignments = ", ".join(f"{column} = :{column}" for column in written)
    statement = f"UPDATE orders SET {assignments} WHERE order_id = :id"  # noqa: S608 - ours
    book.execute(statement, {**written, "id": order_id})
