"""Events of partners in a table of their own in Azure Tables.

All rows are in one partition. An event has a row in the list of all events, a row in the list of
open ones as long as it is open, and a row by its ID, which says where the others are. They are
written in one transaction. Rows are sorted by key, and the newest events come first.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from orders.adapters.order_store.cursors import cursor_at, position_of
from orders.adapters.order_store.events import event_to_text, events_limit, text_to_event
from orders.adapters.order_store.tables.records import attempts
from orders.adapters.order_store.tables.rows import Columns, key_of
from orders.adapters.order_store.tables.service import Row, Tables
from orders.domain.partner_events import EventStatus, Partner, PartnerEvent, event_key
from orders.ports.partner_events import MAX_EVENTS, EventChange, EventPage

TABLE: Final = "partnerevents"
_PARTITION: Final = "events"
#: Prefixes of row keys.
_ALL: Final = "all"
_OPEN: Final = "open"
_ID: Final = "id"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS: Final = 18


class TablePartnerEvents:
    """The inbox of many machines."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, event: PartnerEvent) -> bool:
        """Store the event in one transaction, unless there is one with its ID."""
        position = _position(event.received_at, event.key)
        columns = _columns(event)
        rows: dict[str, Columns] = {
            _id_key(event.key): {"position": position},
            f"{_ALL}:{position}": columns,
        }
        if event.status.is_open:
            rows[f"{_OPEN}:{position}"] = columns
        return self._tables.insert(TABLE, _PARTITION, rows)

    def find(self, partner: Partner, event_id: str) -> PartnerEvent | None:
        """Return the event, if it is stored."""
        row = self._row(event_key(partner, event_id))
        return _event(row) if row else None

    def update(self, partner: Partner, event_id: str, change: EventChange) -> PartnerEvent | None:
        """Apply a change; start again if the event has changed meanwhile."""
        changed = None
        for _ in attempts():
            row = self._row(event_key(partner, event_id))
            event = _event(row) if row else None
            if row is None or event is None:
                return None
            changed = change(event)
            if changed == event or self._replace(row, changed):
                break
        return changed

    def pending(self, due_before: datetime, limit: int) -> tuple[PartnerEvent, ...]:
        """Return the open events that are due. There are few open ones."""
        due = (event for event in self._events(_OPEN) if event.next_attempt_at <= due_before)
        oldest_first = sorted(due, key=lambda event: (event.next_attempt_at, event.key))
        return tuple(oldest_first[:limit])

    def page(
        self,
        status: EventStatus | None = None,
        cursor: str | None = None,
        limit: int = MAX_EVENTS,
    ) -> EventPage:
        """Return a page of events, newest first."""
        size = events_limit(limit)
        name = _OPEN if status is not None and status.is_open else _ALL
        after = _position(*position_of(cursor)) if cursor else ""
        events = (e for e in self._events(name, after) if status in {None, e.status})
        found = list(islice(events, size + 1))
        shown = found[:size]
        return EventPage(
            events=tuple(shown),
            cursor=cursor_at(shown[-1].received_at, shown[-1].key) if len(found) > size else None,
        )

    def expired(self, received_before: datetime, limit: int) -> tuple[PartnerEvent, ...]:
        """Return old events."""
        newest = _descending(received_before - timedelta(microseconds=1))
        return tuple(islice(self._events(_ALL, newest), limit))

    def delete(self, event: PartnerEvent) -> None:
        """Delete all rows of the event in one transaction, unless one of them changes."""
        position = _position(event.received_at, event.key)
        keys = (_id_key(event.key), f"{_ALL}:{position}", f"{_OPEN}:{position}")
        rows = [row for key in keys if (row := self._get(key))]
        if rows:
            self._tables.replace_and_delete(TABLE, _PARTITION, [], rows)

    def _replace(self, row: Row, event: PartnerEvent) -> bool:
        """Replace the rows of an event; False if one of them changed since it was read."""
        listed = self._get(f"{_OPEN}:{row.key.removeprefix(f'{_ALL}:')}")
        columns = _columns(event)
        replaced: list[Row] = [row]
        deleted: list[Row] = []
        if listed is not None:
            (replaced if event.status.is_open else deleted).append(listed)
        changes = [(old, columns) for old in replaced]
        return self._tables.replace_and_delete(TABLE, _PARTITION, changes, deleted)

    def _row(self, key: str) -> Row | None:
        """Return the event's row in the list of all events."""
        by_id = self._get(_id_key(key))
        return self._get(f"{_ALL}:{by_id.columns['position']}") if by_id else None

    def _get(self, key: str) -> Row | None:
        return self._tables.get(TABLE, _PARTITION, key)

    def _events(self, name: str, after: str = "") -> Iterator[PartnerEvent]:
        """Yield the events of a list, newest first, without those that cannot be decoded."""
        rows = self._tables.rows(TABLE, _PARTITION, (f"{name}:{after}", f"{name};"))
        return (event for event in map(_event, rows) if event is not None)


def _event(row: Row) -> PartnerEvent | None:
    return text_to_event(str(row.columns["event"]))


def _columns(event: PartnerEvent) -> Columns:
    return {"event": event_to_text(event)}


def _id_key(key: str) -> str:
    return key_of(f"{_ID}:{key}")


def _position(received_at: datetime, key: str) -> str:
    """Return the position of an event in a list."""
    return f"{_descending(received_at)}:{key_of(key)}"


def _descending(time: datetime) -> str:
    microseconds = max(0, (time - _EPOCH) // timedelta(microseconds=1))
    return f"{10**_DIGITS - 1 - microseconds:0{_DIGITS}}"
