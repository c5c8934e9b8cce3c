"""Partner references in a table of the order store's file."""

import sqlite3
from pathlib import Path
from typing import Final

from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import StoreUnavailableError
from orders.ports.partner_references import PartnerReference

_TABLES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '*_references'"


class SqlitePartnerReferences:
    """The references at one partner, in a table named `…_references`."""

    def __init__(self, path: Path, table: str) -> None:
        rows = (
            f"CREATE TABLE IF NOT EXISTS {table} (key TEXT PRIMARY KEY, partner_id TEXT,"
            " tombstone INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 1) STRICT"
        )
        self._table = table
        schema = Schema(part=table, versions=(rows,))
        self._database = Database(path, schema, StoreUnavailableError)

    def find(self, key: str) -> PartnerReference:
        """Return the reference; an empty one if nothing is stored."""
        with self._database.reading() as connection:
            return self._get(connection, key)

    def stored_keys(self) -> list[str]:
        """Return the keys that have a partner ID."""
        query = f"SELECT key FROM {self._table} WHERE partner_id IS NOT NULL"  # noqa: S608 - constant
        with self._database.reading() as connection:
            return [row["key"] for row in connection.execute(query)]

    def store(self, key: str, partner_id: str) -> PartnerReference:
        """Store the partner's ID, unless there is one."""
        return self._set(key, "partner_id = coalesce(partner_id, ?)", partner_id)

    def leave_tombstone(self, key: str) -> PartnerReference:
        """Record that the order was undone."""
        return self._set(key, "tombstone = ?", 1)

    def next_attempt(self, key: str, after: int) -> None:
        """Use other idempotency keys than those of attempt `after`."""
        self._set(key, "attempt = max(attempt, ?)", after + 1)

    def _set(self, key: str, assignment: str, value: str | int) -> PartnerReference:
        insert = f"INSERT OR IGNORE INTO {self._table} (key) VALUES (?)"  # noqa: S608 - constant
        update = f"UPDATE {self._table} SET {assignment} WHERE key = ?"  # noqa: S608 - constant
        with self._database.writing() as connection:
            connection.execute(insert, (key,))
            connection.execute(update, (value, key))
            return self._get(connection, key)

    def _get(self, connection: sqlite3.Connection, key: str) -> PartnerReference:
        query = f"SELECT * FROM {self._table} WHERE key = ?"  # noqa: S608 - constant
        row = connection.execute(query, (key,)).fetchone()
        if row is None:
            return PartnerReference()
        return PartnerReference(
            partner_id=row["partner_id"],
            has_tombstone=bool(row["tombstone"]),
            attempt=row["attempt"],
        )


def delete_references(connection: sqlite3.Connection, order_id: str) -> None:
    """Delete an order's references at all partners, including keys such as "order_id:which"."""
    # ";" is the character after ":".
    condition = "key = :id OR (key > :id || ':' AND key < :id || ';')"
    for table in connection.execute(_TABLES).fetchall():
        connection.execute(f"DELETE FROM {table['name']} WHERE {condition}", {"id": order_id})  # noqa: S608 - constant
