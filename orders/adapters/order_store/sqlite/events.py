"""Events of partners in a table of the order store's file."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Final

from orders.adapters.order_store.cursors import cursor_at, position_of
from orders.adapters.order_store.events import (
    event_to_text,
    events_limit,
    text_to_event,
    texts_to_events,
)
from orders.adapters.order_store.records import time_to_text
from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import StoreUnavailableError
from orders.domain.partner_events import EventStatus, Partner, PartnerEvent, event_key
from orders.ports.partner_events import MAX_EVENTS, EventChange, EventPage

#: The event is one JSON text. The other columns repeat what it is selected by.
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS partner_events (
    key             TEXT PRIMARY KEY,
    event           TEXT NOT NULL,
    received_at     TEXT NOT NULL,
    status          TEXT NOT NULL,
    is_open         INTEGER NOT NULL,
    next_attempt_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_time ON partner_events (received_at, key);
CREATE INDEX IF NOT EXISTS events_by_status ON partner_events (status, received_at, key);
CREATE INDEX IF NOT EXISTS open_events ON partner_events (next_attempt_at, key) WHERE is_open = 1;
"""
_SCHEMA: Final = Schema(part="partner_events", versions=(_TABLES,))

_INSERT: Final = "INSERT OR IGNORE INTO partner_events VALUES (?, ?, ?, ?, ?, ?)"
_REPLACE: Final = "INSERT OR REPLACE INTO partner_events VALUES (?, ?, ?, ?, ?, ?)"
_BY_KEY: Final = "SELECT event FROM partner_events WHERE key = ?"
_PENDING: Final = (
    "SELECT event FROM partner_events WHERE is_open = 1 AND next_attempt_at <= ?"
    " ORDER BY next_attempt_at, key LIMIT ?"
)
_EXPIRED: Final = (
    "SELECT event FROM partner_events WHERE received_at < ? ORDER BY received_at, key LIMIT ?"
)


class SqlitePartnerEvents:
    """The inbox of one machine."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _SCHEMA, StoreUnavailableError)

    def add(self, event: PartnerEvent) -> bool:
        """Store the event, unless there is one with its key."""
        with self._database.writing() as connection:
            return connection.execute(_INSERT, _row(event)).rowcount == 1

    def find(self, partner: Partner, event_id: str) -> PartnerEvent | None:
        """Return the event, if it is stored."""
        with self._database.reading() as connection:
            return _find(connection, event_key(partner, event_id))

    def update(self, partner: Partner, event_id: str, change: EventChange) -> PartnerEvent | None:
        """Apply a change in one transaction."""
        with self._database.writing() as connection:
            event = _find(connection, event_key(partner, event_id))
            if event is None:
                return None
            changed = change(event)
            if changed != event:
                connection.execute(_REPLACE, _row(changed))
            return changed

    def pending(self, due_before: datetime, limit: int) -> tuple[PartnerEvent, ...]:
        """Return the open events that are due."""
        with self._database.reading() as connection:
            rows = connection.execute(_PENDING, (time_to_text(due_before), limit)).fetchall()
        return texts_to_events(row["event"] for row in rows)

    def page(
        self,
        status: EventStatus | None = None,
        cursor: str | None = None,
        limit: int = MAX_EVENTS,
    ) -> EventPage:
        """Return a page of events, newest first."""
        size, conditions, values = events_limit(limit), ["1 = 1"], {}
        if status is not None:
            conditions.append("status = :status")
            values["status"] = status.value
        if cursor is not None:
            received_at, key = position_of(cursor)
            conditions.append("(received_at, key) < (:received_at, :key)")
            values |= {"received_at": time_to_text(received_at), "key": key}
        query = (
            f"SELECT * FROM partner_events WHERE {' AND '.join(conditions)}"  # noqa: S608 - constants
            " ORDER BY received_at DESC, key DESC LIMIT :limit"
        )
        with self._database.reading() as connection:
            rows = connection.execute(query, {**values, "limit": size + 1}).fetchall()
        shown = rows[:size]
        return EventPage(
            events=texts_to_events(row["event"] for row in shown),
            cursor=_cursor_after(shown[-1]) if len(rows) > size else None,
        )

    def expired(self, received_before: datetime, limit: int) -> tuple[PartnerEvent, ...]:
        """Return old events."""
        with self._database.reading() as connection:
            rows = connection.execute(_EXPIRED, (time_to_text(received_before), limit)).fetchall()
        return texts_to_events(row["event"] for row in rows)

    def delete(self, event: PartnerEvent) -> None:
        """Delete the event."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM partner_events WHERE key = ?", (event.key,))


def _find(connection: sqlite3.Connection, key: str) -> PartnerEvent | None:
    row = connection.execute(_BY_KEY, (key,)).fetchone()
    return text_to_event(row["event"]) if row else None


def _row(event: PartnerEvent) -> tuple[str | int, ...]:
    return (
        event.key,
        event_to_text(event),
        time_to_text(event.received_at),
        event.status.value,
        int(event.status.is_open),
        time_to_text(event.next_attempt_at),
    )


def _cursor_after(row: sqlite3.Row) -> str:
    return cursor_at(datetime.fromisoformat(row["received_at"]), row["key"])
