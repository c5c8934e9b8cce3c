"""The refunds of completed orders, in Azure Tables."""

from adapters.book import changes
from adapters.tables.orders import TableOrders
from adapters.tables.service import Tables
from domain.record import OrderRecord
from domain.refund import RefundEnd
from domain.refund_ruling import RefundRuling, RefundWish
from ports.clock import Clock


class TableRefunds:
    """The part of the order book that pays back."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._orders = TableOrders(tables, clock)
        self._clock = clock

    def request(self, order_id: str, wish: RefundWish) -> RefundRuling:
        """Write a refund down, if there is enough to pay back."""
        return self._orders.change(order_id, lambda record: changes.request_refund(record, wish))

    def close(self, order_id: str, refund_id: str, end: RefundEnd) -> OrderRecord:
        """Note what became of a refund, unless that is noted already."""
        now = self._clock.now()
        return self._orders.change(
            order_id, lambda record: changes.close_refund(record, refund_id, end, now)
        )
