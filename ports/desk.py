"""Which orders need somebody to look after them, a person or the guardian?

The desk is a part of the order book: all methods raise BookUnavailable when it cannot be read or
written, and UnknownOrder. What lies on it is read with `OrderBook.page`.
"""

from datetime import datetime
from typing import Protocol

from domain.desk import Concern, Decision
from domain.ruling import Ruling


class Desk(Protocol):
    """The needs-attention desk, and the guardian's notes."""

    def put(self, order_id: str, concern: Concern) -> None:
        """Lay an order that has not ended on the desk, unless it is there already."""
        ...

    def decide(self, order_id: str, decision: Decision) -> Ruling:
        """Write a decision down in one write; the answer is `ruling.rule`."""
        ...

    def note_rescue(self, order_id: str, next_after: datetime) -> None:
        """Note that the order is run again, and when it may be run again at the earliest."""
        ...

    def note_stop(self, order_id: str) -> None:
        """Note that the order's orchestration is ended to be run again; it counts as a rescue."""
        ...
