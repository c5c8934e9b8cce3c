"""Ledger of a sandbox partner: a table of effects, each recorded once under its key."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import UnavailableError
from orders.ports.clock import Clock

Detail: TypeAlias = str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One effect, or a tombstone: there was nothing to undo."""

    key: str
    order_id: str
    kind: str
    #: Amounts, numbers and texts of the effect.
    detail: dict[str, Detail] = field(default_factory=dict)


class LedgerTransaction:
    """A write transaction on the ledger."""

    def __init__(self, connection: sqlite3.Connection, table: str, clock: Clock) -> None:
        self._connection = connection
        self._table = table
        self._clock = clock

    def get(self, key: str) -> Entry | None:
        """Return the entry with this key."""
        query = f"SELECT * FROM {self._table} WHERE key = ?"  # noqa: S608 - constant
        row = self._connection.execute(query, (key,)).fetchone()
        return _entry(row) if row else None

    def get_all(self, prefix: str) -> list[Entry]:
        """Return the entries whose keys are the prefix, a colon and more, sorted by key."""
        query = f"SELECT * FROM {self._table} WHERE key >= ? AND key < ? ORDER BY key"  # noqa: S608 - constant
        # ";" is the character after ":".
        rows = self._connection.execute(query, (f"{prefix}:", f"{prefix};"))
        return [_entry(row) for row in rows]

    def put(self, key: str, order_id: str, kind: str, **detail: Detail) -> Entry:
        """Record an effect. The key must be new."""
        entry = Entry(key=key, order_id=order_id, kind=kind, detail=detail)
        self._connection.execute(
            f"INSERT INTO {self._table} VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - constant
            (key, order_id, kind, json.dumps(detail), self._clock.now().isoformat()),
        )
        return entry

    def put_first_missing(self, keys: list[str], order_id: str, kind: str) -> bool:
        """Record an entry under the first key that has none, or return false if all have one."""
        key = next((key for key in keys if self.get(key) is None), None)
        if key is not None:
            self.put(key, order_id, kind)
        return key is not None

    def is_in_outage(self, key: str, order_id: str, kind: str, duration: timedelta) -> bool:
        """Return whether an outage lasts. The first call with this key begins it."""
        now = self._clock.now()
        entry = self.get(key) or self.put(key, order_id, kind, until=(now + duration).isoformat())
        return now < datetime.fromisoformat(str(entry.detail["until"]))

    def erase_details(self, order_id: str) -> None:
        """Erase the details of an order's effects, but not that they happened."""
        self._connection.execute(
            f"UPDATE {self._table} SET detail = '{{}}' WHERE order_id = ?",  # noqa: S608 - constant
            (order_id,),
        )


class Ledger:
    """One table in the sandbox's file."""

    def __init__(
        self, path: Path, table: str, clock: Clock, unavailable: type[UnavailableError]
    ) -> None:
        rows = (
            f"CREATE TABLE IF NOT EXISTS {table} (key TEXT PRIMARY KEY, order_id TEXT NOT NULL,"
            " kind TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL) STRICT"
        )
        self._table = table
        self._clock = clock
        schema = Schema(part=table, versions=(rows,))
        self._database = Database(path, schema, unavailable)

    @contextmanager
    def writing(self) -> Iterator[LedgerTransaction]:
        """Open a transaction: of two callers, only one finds a key missing."""
        with self._database.writing() as connection:
            yield LedgerTransaction(connection, self._table, self._clock)

    def scrub(self) -> bool:
        """Remove erased details from the file's log; False if a reader still holds it."""
        return self._database.scrub()

    def entries(self, since: datetime | None = None) -> list[Entry]:
        """Return all entries, or those recorded since then, oldest first."""
        query = f"SELECT * FROM {self._table} WHERE at >= ? ORDER BY rowid"  # noqa: S608 - constant
        with self._database.reading() as connection:
            rows = connection.execute(query, (since.isoformat() if since else "",))
            return [_entry(row) for row in rows]


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        key=row["key"],
        order_id=row["order_id"],
        kind=row["kind"],
        detail=json.loads(row["detail"]),
    )
