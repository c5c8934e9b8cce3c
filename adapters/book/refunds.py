"""The refunds of completed orders, wherever the order book lies."""

from adapters.book import changes
from adapters.book.changes import Pages
from domain.record import OrderRecord
from domain.refund import RefundEnd
from domain.refund_ruling import RefundRuling, RefundWish
from ports.clock import Clock


class BookRefunds:
    """What the order book says of refunds."""

    def __init__(self, pages: Pages, clock: Clock) -> None:
        self._pages = pages
        self._clock = clock

    def request(self, order_id: str, wish: RefundWish) -> RefundRuling:
        """Write a refund down, if there is enough to pay back."""
        return self._pages.change(order_id, lambda record: changes.request_refund(record, wish))

    def close(self, order_id: str, refund_id: str, end: RefundEnd) -> OrderRecord:
        """Note what became of a refund, unless that is noted already."""
        now = self._clock.now()
        return self._pages.change(
            order_id, lambda record: changes.close_refund(record, refund_id, end, now)
        )
