"""The desk, wherever the order book lies."""

from datetime import datetime

from adapters.book import changes
from adapters.book.changes import Pages
from domain.desk import Concern, Decision
from domain.ruling import Ruling
from ports.clock import Clock


class BookDesk:
    """The needs-attention desk, and the guardian's notes."""

    def __init__(self, pages: Pages, clock: Clock) -> None:
        self._pages = pages
        self._clock = clock

    def put(self, order_id: str, concern: Concern) -> None:
        """Lay an order that has not ended on the desk, unless it is there already."""
        now = self._clock.now()
        self._pages.change(order_id, lambda record: changes.put(record, concern, now))

    def decide(self, order_id: str, decision: Decision) -> Ruling:
        """Write a decision down, with all that it changes."""
        return self._pages.change(order_id, lambda record: changes.decide(record, decision))

    def note_rescue(self, order_id: str, next_after: datetime) -> None:
        """Note that the order is run again, and when it may be run again at the earliest."""
        self._pages.change(order_id, lambda record: changes.note_rescue(record, next_after))

    def note_stop(self, order_id: str) -> None:
        """Note that the order's orchestration is ended to be run again; it counts as a rescue."""
        now = self._clock.now()
        self._pages.change(order_id, lambda record: changes.note_stop(record, now))
