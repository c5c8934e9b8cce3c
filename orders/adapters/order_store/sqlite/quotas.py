"""Counters of orders in a table of the order store's file."""

from datetime import datetime
from pathlib import Path
from typing import Final

from orders.adapters.order_store.records import time_to_text
from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import StoreUnavailableError

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS quotas (
    ends_at TEXT NOT NULL,
    key     TEXT NOT NULL,
    used    INTEGER NOT NULL,
    PRIMARY KEY (ends_at, key)
) STRICT, WITHOUT ROWID;
"""
_SCHEMA: Final = Schema(part="quotas", versions=(_TABLES,))

_USE: Final = (
    "INSERT INTO quotas VALUES (?, ?, 1)"
    " ON CONFLICT (ends_at, key) DO UPDATE SET used = used + 1 WHERE used < ?"
)


class SqliteQuotaCounters:
    """The counters of one machine."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _SCHEMA, StoreUnavailableError)

    def use(self, key: str, limit: int, ends_at: datetime) -> bool:
        """Count one more order, unless as many as the limit are counted."""
        with self._database.writing() as connection:
            return connection.execute(_USE, (time_to_text(ends_at), key, limit)).rowcount == 1

    def delete_ended(self, now: datetime) -> None:
        """Delete the counters of periods that have ended."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM quotas WHERE ends_at <= ?", (time_to_text(now),))
