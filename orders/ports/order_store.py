"""Port: the order store, the app's own record of orders.

The record is written before the app acts on it. The store alone holds personal data. Every method
may be repeated. All of them raise StoreUnavailableError if the store is unavailable; those that
change an existing order raise OrderNotFoundError.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from orders.domain.attention import AttentionReason, Resolution
from orders.domain.attention_resolution import ResolutionResult
from orders.domain.order import Customer, Order
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Opening, OrderStatus, Outcome
from orders.domain.refund import RefundOutcome
from orders.domain.refund_requests import RefundRequest, RefundRequestResult
from orders.domain.results import Dispatch, ValidationResult

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
    #: A refund is not closed.
    has_open_refund: bool | None = None
    #: The personal data is erased.
    is_erased: bool | None = None
    #: The history and the stock entries are purged.
    is_purged: bool | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    #: The record has not changed since.
    updated_before: datetime | None = None
    ended_before: datetime | None = None
    #: The next recovery attempt is due by then.
    recovery_due_before: datetime | None = None
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


class OrderStore(Protocol):
    """The order store."""

    def place(self, order: Order, customer: Customer, fingerprint: str) -> Placed:
        """Store a new order in one write, or return the existing one with its ID."""

    def find(self, order_id: str) -> OrderRecord | None:
        """Return the order's record."""

    def customer(self, order_id: str) -> Customer | None:
        """Return the order's personal part."""

    def page(self, query: OrderQuery) -> OrderPage:
        """Return a page of orders.

        Raises:
            InvalidCursorError: the cursor is not one of this list.
        """

    def is_deleted(self, order_id: str) -> bool:
        """Whether an order with this ID existed and was deleted."""

    def open(self, order_id: str) -> Opening:
        """Record that an orchestration starts, and return what earlier ones have done."""

    def record_validation(self, order_id: str, validation: ValidationResult) -> ValidationResult:
        """Record the validation and return `OrderRecord.effective_validation`."""

    def request_cancel(self, order_id: str) -> OrderRecord:
        """Record a cancellation request unless it is too late, and return the record."""

    def dispatch(self, order_id: str) -> Dispatch:
        """Record the dispatch and return `OrderRecord.dispatch`."""

    def begin_undo(self, order_id: str, goal: Outcome) -> Outcome:
        """Record that undoing begins and return `OrderRecord.effective_undo`."""

    def close(self, order_id: str, outcome: Outcome) -> Outcome:
        """Record the outcome and return `OrderRecord.effective_outcome`."""

    def request_attention(self, order_id: str, reason: AttentionReason) -> None:
        """Put an open order into the attention queue, unless it is there."""

    def resolve_attention(self, order_id: str, resolution: Resolution) -> ResolutionResult:
        """Record an operator's resolution: see `attention_resolution.resolve_attention`."""

    def record_recovery(self, order_id: str, next_at: datetime) -> None:
        """Record a recovery attempt, and when the next one may be made."""

    def record_termination(self, order_id: str) -> None:
        """Record that recovery terminates the orchestration; it counts as an attempt."""

    def request_refund(self, order_id: str, request: RefundRequest) -> RefundRequestResult:
        """Record a refund before it is paid: see `refund_requests.request_refund`."""

    def close_refund(self, order_id: str, refund_id: str, outcome: RefundOutcome) -> OrderRecord:
        """Record a refund's outcome: see `refund_requests.close_refund`."""

    def record_purge(self, order_id: str) -> None:
        """Record that the history and the stock entries are purged."""

    def erase(self, order_id: str) -> None:
        """Erase all personal data: none of it is left in the store's files."""

    def delete(self, order_id: str) -> None:
        """Delete the record and all partner references, unless work remains for the order.

        Partners still know the order by its ID, so a tombstone keeps the ID from being reused. The
        idempotency key is free for a new order.
        """
