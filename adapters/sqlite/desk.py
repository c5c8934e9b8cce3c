"""The desk, in the order book's file."""

from datetime import datetime
from pathlib import Path

from adapters.book import changes
from adapters.book.changes import Change, T
from adapters.sqlite.database import Database
from adapters.sqlite.pages import change_order
from adapters.sqlite.schema import SCHEMA
from domain.desk import Concern, Decision
from domain.errors import BookUnavailable
from domain.ruling import Ruling
from ports.clock import Clock


class SqliteDesk:
    """The needs-attention desk, and the guardian's notes."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._database = Database(path, SCHEMA, BookUnavailable)
        self._clock = clock

    def put(self, order_id: str, concern: Concern) -> None:
        """Lay an order that has not ended on the desk, unless it is there already."""
        now = self._clock.now()
        self._change(order_id, lambda record: changes.put(record, concern, now))

    def decide(self, order_id: str, decision: Decision) -> Ruling:
        """Write a decision down, with all that it changes."""
        return self._change(order_id, lambda record: changes.decide(record, decision))

    def note_rescue(self, order_id: str, next_after: datetime) -> None:
        """Note that the order is run again, and when it may be run again at the earliest."""
        self._change(order_id, lambda record: changes.note_rescue(record, next_after))

    def note_stop(self, order_id: str) -> None:
        """Note that the order's orchestration is ended to be run again; it counts as a rescue."""
        now = self._clock.now()
        self._change(order_id, lambda record: changes.note_stop(record, now))

    def _change(self, order_id: str, change: Change[T]) -> T:
        with self._database.writing() as book:
            return change_order(book, self._clock, order_id, change)
