"""What becomes of an order, wherever the order book lies."""

from adapters.book import changes
from adapters.book.changes import Pages
from domain.answers import Dispatch, Verdict
from domain.outcome import Opening, Outcome
from domain.record import OrderRecord
from ports.clock import Clock


class BookProgress:
    """The part of the order book that notes how an order goes its way."""

    def __init__(self, pages: Pages, clock: Clock) -> None:
        self._pages = pages
        self._clock = clock

    def open(self, order_id: str) -> Opening:
        """Note one more run and tell what earlier runs left."""
        return self._pages.change(order_id, changes.open_again)

    def judge(self, order_id: str, verdict: Verdict) -> Verdict:
        """Note what the rules say, unless that is noted already."""
        return self._pages.change(order_id, lambda record: changes.judge(record, verdict))

    def request_cancel(self, order_id: str) -> OrderRecord:
        """Note that the customer wants to stop, unless it is too late."""
        now = self._clock.now()
        return self._pages.change(order_id, lambda record: changes.request_cancel(record, now))

    def dispatch(self, order_id: str) -> Dispatch:
        """Note that the parcel may leave, unless the order is to stop."""
        now = self._clock.now()
        return self._pages.change(order_id, lambda record: changes.dispatch(record, now))

    def begin_undo(self, order_id: str, towards: Outcome) -> Outcome:
        """Note that undoing begins, unless that or an end is noted already."""
        return self._pages.change(order_id, lambda record: changes.begin_undo(record, towards))

    def close(self, order_id: str, outcome: Outcome) -> Outcome:
        """Note the end, unless one is noted already or the order is being undone."""
        now = self._clock.now()
        return self._pages.change(order_id, lambda record: changes.close(record, outcome, now))
