"""Port: the order store, the app's own record of orders.

The record is written before the app acts on it. The store alone holds personal data. Every method
may be repeated. All of them raise StoreUnavailableError if the store is unavailable; those that
change an existing order raise OrderNotFoundError, and UnreadableRecordError if it cannot be read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeAlias, TypeVar

from orders.domain.order import Customer, Order
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus

T = TypeVar("T")

#: Returns the next record and an answer; the record itself if nothing changes.
Change: TypeAlias = Callable[[OrderRecord], tuple[OrderRecord, T]]

#: Orders in the longest page.
MAX_PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Result of placing an order."""

    record: OrderRecord
    #: False: an order with this ID was there before, and `record` is that one.
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Conditions for a page of orders, sorted by the time of placing. All that are set apply."""

    #: The status in the record: see `OrderRecord.status`.
    status: OrderStatus | None = None
    #: The order has not ended.
    is_open: bool | None = None
    #: The order is in the attention queue.
    needs_attention: bool | None = None
    #: The order waits for a partner.
    is_waiting: bool | None = None
    #: A refund is not closed, or awaits an approval.
    has_open_refund: bool | None = None
    #: Nothing is left of the personal data.
    is_erased: bool | None = None
    #: The log of a file may still hold erased data.
    is_erasure_pending: bool | None = None
    #: The history is purged.
    is_purged: bool | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    #: Recovery is due by then: see `recovery.recovery_due_at`.
    recovery_due_before: datetime | None = None
    ended_before: datetime | None = None
    #: The order contains this product.
    sku: str | None = None
    newest_first: bool = False
    #: End of the previous page; None starts at the beginning.
    cursor: str | None = None
    limit: int = MAX_PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """A page of orders."""

    orders: tuple[OrderRecord, ...]
    #: Where the next page begins; None if this is the last one.
    cursor: str | None = None
    #: IDs of orders whose records cannot be decoded.
    unreadable: tuple[str, ...] = ()


class OrderStore(Protocol):
    """The order store. It keeps records and decides nothing."""

    def place(self, order: Order, customer: Customer, fingerprint: str) -> Placed:
        """Store a new order in one write, or return the existing one with its ID."""

    def find(self, order_id: str) -> OrderRecord | None:
        """Return the order's record.

        Raises:
            UnreadableRecordError: the record cannot be decoded.
        """

    def update(self, order_id: str, change: Change[T]) -> T:
        """Read the record, apply the change and write it in one atomic step; return the answer.

        The change may be applied twice: after a concurrent update, or if the answer was lost.
        """

    def customer(self, order_id: str) -> Customer | None:
        """Return the order's personal part."""

    def page(self, query: OrderQuery) -> OrderPage:
        """Return a page of orders.

        Raises:
            InvalidCursorError: the cursor is not one of this list.
        """

    def count_active(self, limit: int) -> int:
        """Return how many orders are being worked, `limit` at most: open, not waiting.

        The number may lag behind concurrent changes.
        """

    def is_deleted(self, order_id: str) -> bool:
        """Whether an order with this ID existed and was deleted."""

    def erase(self, order_id: str) -> bool:
        """Erase all personal data; the erasure is pending until `finish_erasure` is recorded.

        Returns:
            Whether none of it is left in the store's files. If not, a later call may remove it.
        """

    def delete(self, order_id: str) -> None:
        """Delete the record and all partner references, unless work remains for the order.

        Partners still know the order by its ID, so a tombstone keeps the ID from being reused. The
        idempotency key is free for a new order.
        """
