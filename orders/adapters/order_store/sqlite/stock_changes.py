"""Stock changes in a table of the order store's file."""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from orders.adapters.order_store.records import time_to_text
from orders.adapters.order_store.stock_changes import (
    change_to_text,
    text_to_change,
    texts_to_changes,
)
from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import StockChangeNotFoundError, StoreUnavailableError
from orders.domain.stock import StockLevel
from orders.domain.stock_changes import StockChange
from orders.ports.stock_changes import MAX_OPEN_CHANGES

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS stock_changes (
    change_id    TEXT PRIMARY KEY,
    sku          TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    applied      INTEGER NOT NULL DEFAULT 0,
    is_open      INTEGER NOT NULL DEFAULT 1,
    change       TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS open_changes ON stock_changes (requested_at) WHERE is_open = 1;
CREATE INDEX IF NOT EXISTS changes_by_product ON stock_changes (sku, applied);
"""
_SCHEMA: Final = Schema(part="stock_changes", versions=(_TABLES,))

_FIND: Final = "SELECT change FROM stock_changes WHERE change_id = ?"
_INSERT: Final = (
    "INSERT INTO stock_changes (change_id, sku, requested_at, change) VALUES (?, ?, ?, ?)"
)
_ANSWER: Final = "UPDATE stock_changes SET change = ?, applied = ? WHERE change_id = ?"
_OPEN: Final = "SELECT change FROM stock_changes WHERE is_open = 1 ORDER BY requested_at LIMIT ?"
_CLOSE: Final = "UPDATE stock_changes SET is_open = 0 WHERE change_id = ?"
_TOTALS: Final = "SELECT sku, sum(applied) AS total FROM stock_changes GROUP BY sku"


class SqliteStockChangeStore:
    """The stock changes of one machine."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _SCHEMA, StoreUnavailableError)

    def place(self, change: StockChange) -> StockChange:
        """Store a new change as open, or return the stored one with its ID."""
        with self._database.writing() as connection:
            stored = _find(connection, change.change_id)
            if stored is not None:
                return stored
            requested_at = time_to_text(change.requested_at)
            row = (change.change_id, change.sku, requested_at, change_to_text(change))
            connection.execute(_INSERT, row)
            return change

    def find(self, change_id: str) -> StockChange | None:
        """Return the change."""
        with self._database.reading() as connection:
            return _find(connection, change_id)

    def store_answer(self, change_id: str, answer: StockLevel) -> StockLevel:
        """Store the first answer in one transaction, and return the stored one."""
        with self._database.writing() as connection:
            stored = _find(connection, change_id)
            if stored is None:
                raise StockChangeNotFoundError
            if stored.answer is not None:
                return stored.answer
            answered = replace(stored, answer=answer)
            row = (change_to_text(answered), answered.applied, change_id)
            connection.execute(_ANSWER, row)
            return answer

    def open_changes(self, limit: int = MAX_OPEN_CHANGES) -> tuple[StockChange, ...]:
        """Return open changes, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_OPEN, (limit,)).fetchall()
        return texts_to_changes(row["change"] for row in rows)

    def close(self, change: StockChange) -> None:
        """Record that nothing remains to be done for the change."""
        with self._database.writing() as connection:
            connection.execute(_CLOSE, (change.change_id,))

    def totals(self) -> Mapping[str, int]:
        """Return the sum of all applied changes of each product."""
        with self._database.reading() as connection:
            rows = connection.execute(_TOTALS).fetchall()
        return {row["sku"]: row["total"] for row in rows}


def _find(connection: sqlite3.Connection, change_id: str) -> StockChange | None:
    row = connection.execute(_FIND, (change_id,)).fetchone()
    return text_to_change(row["change"]) if row else None
