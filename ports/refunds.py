"""What does the order book say of refunds?

It is a part of the order book: all methods raise BookUnavailable when it cannot be read or written,
and UnknownOrder.
"""

from typing import Protocol

from domain.record import OrderRecord
from domain.refund import RefundEnd
from domain.refund_ruling import RefundRuling, RefundWish


class Refunds(Protocol):
    """The refunds of completed orders."""

    def request(self, order_id: str, wish: RefundWish) -> RefundRuling:
        """Write a refund down before it is paid; the answer is `refund_ruling.rule_refund`."""
        ...

    def close(self, order_id: str, refund_id: str, end: RefundEnd) -> OrderRecord:
        """Note what became of a refund; the answer is `refund_ruling.end_refund`."""
        ...
