"""The refunds of completed orders, in the order book's file."""

from pathlib import Path

from adapters.book import changes
from adapters.book.changes import Change, T
from adapters.sqlite.database import Database
from adapters.sqlite.pages import change_order
from adapters.sqlite.schema import SCHEMA
from domain.errors import BookUnavailable
from domain.record import OrderRecord
from domain.refund import RefundEnd
from domain.refund_ruling import RefundRuling, RefundWish
from ports.clock import Clock


class SqliteRefunds:
    """The part of the order book that pays back."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._database = Database(path, SCHEMA, BookUnavailable)
        self._clock = clock

    def request(self, order_id: str, wish: RefundWish) -> RefundRuling:
        """Write a refund down, if there is enough to pay back."""
        return self._change(order_id, lambda record: changes.request_refund(record, wish))

    def close(self, order_id: str, refund_id: str, end: RefundEnd) -> OrderRecord:
        """Note what became of a refund, unless that is noted already."""
        now = self._clock.now()
        return self._change(
            order_id, lambda record: changes.close_refund(record, refund_id, end, now)
        )

    def _change(self, order_id: str, change: Change[T]) -> T:
        with self._database.writing() as book:
            return change_order(book, self._clock, order_id, change)
