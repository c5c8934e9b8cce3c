"""What did a sandbox do? One table of effects, each under a key that is there once."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import UnavailableError
from orders.ports.clock import Clock

#: What an effect is about: amounts, numbers, texts.
Detail = str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One effect, or the mark that there was nothing to do."""

    key: str
    order_id: str
    kind: str
    detail: dict[str, Detail] = field(default_factory=dict)


class Page:
    """The ledger inside one transaction."""

    def __init__(self, connection: sqlite3.Connection, table: str, clock: Clock) -> None:
        self._connection = connection
        self._table = table
        self._clock = clock

    def get(self, key: str) -> Entry | None:
        """The effect under this key."""
        query = f"SELECT * FROM {self._table} WHERE key = ?"  # noqa: S608 - the name is ours
        row = self._connection.execute(query, (key,)).fetchone()
        return _entry(row) if row else None

    def below(self, key: str) -> list[Entry]:
        """The effects whose keys go on after this one and a colon."""
        query = f"SELECT * FROM {self._table} WHERE key >= ? AND key < ?"  # noqa: S608 - ours
        rows = self._connection.execute(query, (f"{key}:", f"{key};"))  # ";" comes after ":"
        return [_entry(row) for row in rows]

    def put(self, key: str, order_id: str, kind: str, **detail: Detail) -> Entry:
        """Write an effect under a key that is still free."""
        entry = Entry(key=key, order_id=order_id, kind=kind, detail=detail)
        self._connection.execute(
            f"INSERT INTO {self._table} VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - the name is ours
            (key, order_id, kind, json.dumps(detail), self._clock.now().isoformat()),
        )
        return entry

    def redact(self, order_id: str) -> None:
        """Take all details from the effects of one order; that they happened stays."""
        self._connection.execute(
            f"UPDATE {self._table} SET detail = '{{}}' WHERE order_id = ?",  # noqa: S608 - ours
            (order_id,),
        )


class Ledger:
    """One table of effects in the sandbox's file."""

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
    def writing(self) -> Iterator[Page]:
        """Look and write in one transaction, so that two callers cannot both find a key free."""
        with self._database.writing() as connection:
            yield Page(connection, self._table, self._clock)

    def scrub(self) -> None:
        """Let nothing of what was redacted stand in the file's log either."""
        self._database.scrub()

    def entries(self, since: datetime | None = None) -> list[Entry]:
        """Every effect, or those since then, oldest first."""
        query = f"SELECT * FROM {self._table} WHERE at >= ? ORDER BY rowid"  # noqa: S608 - ours
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
