"""References to a partner, in a table of the order book's file."""

import sqlite3
from pathlib import Path
from typing import Final

from adapters.sqlite.database import Database, Schema
from domain.errors import BookUnavailable
from ports.references import Reference

_TABLES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '*_references'"


class SqliteReferences:
    """What the order book knows of one partner: a table of its own, `…_references`."""

    def __init__(self, path: Path, table: str) -> None:
        rows = (
            f"CREATE TABLE IF NOT EXISTS {table} (order_id TEXT PRIMARY KEY, partner_id TEXT,"
            " withdrawn INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 1) STRICT"
        )
        self._table = table
        schema = Schema(part=table, versions=(rows,))
        self._database = Database(path, schema, BookUnavailable)

    def find(self, order_id: str) -> Reference:
        """What is written of this order."""
        with self._database.reading() as book:
            return self._get(book, order_id)

    def kept(self) -> list[str]:
        """The orders that have a partner's id."""
        query = f"SELECT order_id FROM {self._table} WHERE partner_id IS NOT NULL"  # noqa: S608 - ours
        with self._database.reading() as book:
            return [row["order_id"] for row in book.execute(query)]

    def keep(self, order_id: str, partner_id: str) -> Reference:
        """Write the partner's id down, unless there is one."""
        return self._set(order_id, "partner_id = coalesce(partner_id, ?)", partner_id)

    def withdraw(self, order_id: str) -> Reference:
        """Write down that the order is withdrawn."""
        return self._set(order_id, "withdrawn = ?", 1)

    def next_attempt(self, order_id: str, after: int) -> None:
        """Use other keys than those of the attempt `after`."""
        self._set(order_id, "attempt = max(attempt, ?)", after + 1)

    def _set(self, order_id: str, change: str, value: str | int) -> Reference:
        insert = f"INSERT OR IGNORE INTO {self._table} (order_id) VALUES (?)"  # noqa: S608 - ours
        update = f"UPDATE {self._table} SET {change} WHERE order_id = ?"  # noqa: S608 - ours
        with self._database.writing() as book:
            book.execute(insert, (order_id,))
            book.execute(update, (value, order_id))
            return self._get(book, order_id)

    def _get(self, book: sqlite3.Connection, order_id: str) -> Reference:
        query = f"SELECT * FROM {self._table} WHERE order_id = ?"  # noqa: S608 - the name is ours
        row = book.execute(query, (order_id,)).fetchone()
        if row is None:
            return Reference()
        return Reference(
            partner_id=row["partner_id"],
            withdrawn=bool(row["withdrawn"]),
            attempt=row["attempt"],
        )


def forget_references(book: sqlite3.Connection, order_id: str) -> None:
    """Drop what is written of an order's dealings with all partners; some have several of them."""
    # ";" is the character after ":".
    of_order = "order_id = :id OR (order_id > :id || ':' AND order_id < :id || ';')"
    for table in book.execute(_TABLES).fetchall():
        book.execute(f"DELETE FROM {table['name']} WHERE {of_order}", {"id": order_id})  # noqa: S608 - ours
