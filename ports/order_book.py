"""What do we know about an order, whatever the engine remembers?

The book is written before what it records is acted on. It alone holds personal data. Every method
may be called again at any time; all of them raise BookUnavailable when the book cannot be read or
written.
"""

from dataclasses import dataclass
from typing import Protocol

from domain.answers import Dispatch, Verdict
from domain.order import Order, Person
from domain.outcome import Opening, Outcome
from domain.record import OrderRecord
from ports.book_pages import BookPage, BookQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What placing an order found or did."""

    record: OrderRecord
    #: False: an order of this id was there before, and `record` is that one.
    is_new: bool


class OrderBook(Protocol):
    """The app's own record of orders."""

    def place(self, order: Order, person: Person, fingerprint: str) -> Placed:
        """Write a new order in one write, or find the one that already has its id."""
        ...

    def find(self, order_id: str) -> OrderRecord | None:
        """The order's page."""
        ...

    def is_forgotten(self, order_id: str) -> bool:
        """Whether an order of this id was here, and its page was dropped: see `Archive.forget`."""
        ...

    def person(self, order_id: str) -> Person | None:
        """The order's personal part."""
        ...

    def page(self, query: BookQuery) -> BookPage:
        """Some of the orders that are looked for. Raises CursorInvalid."""
        ...

    def open(self, order_id: str) -> Opening:
        """Note one more run and tell what earlier runs left. Raises UnknownOrder."""
        ...

    def judge(self, order_id: str, verdict: Verdict) -> Verdict:
        """Note what the rules say; the answer is `record.judged`. Raises UnknownOrder."""
        ...

    def request_cancel(self, order_id: str) -> OrderRecord:
        """Note that the customer wants to stop, unless it is too late. Raises UnknownOrder.

        The answer is the page as it stands then.
        """
        ...

    def dispatch(self, order_id: str) -> Dispatch:
        """Note that the parcel may leave; the answer is `record.dispatch`. Raises UnknownOrder."""
        ...

    def begin_undo(self, order_id: str, towards: Outcome) -> Outcome:
        """Note that undoing begins; the answer is `record.turned_to`. Raises UnknownOrder."""
        ...

    def close(self, order_id: str, outcome: Outcome) -> Outcome:
        """Note the end; the answer is `record.ended_as`. Raises UnknownOrder."""
        ...
