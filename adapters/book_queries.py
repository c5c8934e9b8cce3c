"""How is a page of the order book looked for in its tables?

Pages are found by where the last one ended, never by counting, so that orders that come or go
meanwhile shift nothing.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Final

from domain.errors import CursorInvalid
from domain.record import OrderRecord
from ports.book_pages import MOST_ORDERS, BookQuery

#: One condition for each field of a query that is set.
_CONDITIONS: Final = {
    "status": "orders.status = :status",
    "placed_from": "orders.placed_at >= :placed_from",
    "placed_before": "orders.placed_at < :placed_before",
    "updated_before": "orders.updated_at < :updated_before",
    "ended_before": "orders.ended_at < :ended_before",
    "due_before": "(orders.rescue_after IS NULL OR orders.rescue_after <= :due_before)",
    "sku": "articles.sku = :sku",
}
#: Columns that are empty, or not.
_EMPTY: Final = {
    "is_open": ("outcome", True),
    "on_desk": ("attention", False),
    "is_refunding": ("refund_since", False),
    "is_erased": ("erased_at", False),
    "is_purged": ("purged_at", False),
}


def select(query: BookQuery) -> tuple[str, dict[str, str | int]]:
    """The statement that finds one order more than the page has, and its values."""
    values = _values(query)
    conditions = [text for name, text in _CONDITIONS.items() if name in values]
    for name, (column, empty_if) in _EMPTY.items():
        asked = getattr(query, name)
        if asked is not None:
            conditions.append(f"orders.{column} IS {'' if asked is empty_if else 'NOT '}NULL")
    source = "orders"
    if query.sku is not None:
        source = "articles JOIN orders USING (order_id)"
    key = "articles" if query.sku is not None else "orders"
    way, order = ("<", "DESC") if query.newest_first else (">", "ASC")
    if query.after is not None:
        placed_at, order_id = last_of(query.after)
        values |= {"last_at": as_text(placed_at), "last_id": order_id}
        conditions.append(f"({key}.placed_at, {key}.order_id) {way} (:last_at, :last_id)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = (
        f"SELECT orders.* FROM {source}{where}"  # noqa: S608 - every name is ours
        f" ORDER BY {key}.placed_at {order}, {key}.order_id {order} LIMIT :limit"
    )
    return statement, {**values, "limit": page_size(query) + 1}


def page_size(query: BookQuery) -> int:
    """How many orders the page may have."""
    return max(1, min(query.limit, MOST_ORDERS))


def cursor_after(record: OrderRecord) -> str:
    """Where the page that ends with this order ends."""
    return cursor_at(record.order.placed_at, record.order.order_id)


def cursor_at(placed_at: datetime, order_id: str) -> str:
    """Where a page ends, by the last order that was looked at for it."""
    last = [as_text(placed_at), order_id]
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode().rstrip("=")


def last_of(cursor: str) -> tuple[datetime, str]:
    """The time and the id of the order with which a page ended. Raises CursorInvalid."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        placed_at, order_id = json.loads(base64.urlsafe_b64decode(padded.encode()))
        return datetime.fromisoformat(placed_at).astimezone(UTC), str(order_id)
    except (ValueError, TypeError, RecursionError, OverflowError):
        raise CursorInvalid from None


def as_text(moment: datetime) -> str:
    """A moment as the tables hold it: texts of UTC, which sort as the moments do."""
    return moment.astimezone(UTC).isoformat()


def _values(query: BookQuery) -> dict[str, str | int]:
    asked = {name: getattr(query, name) for name in _CONDITIONS}
    return {
        name: as_text(value) if isinstance(value, datetime) else str(value)
        for name, value in asked.items()
        if value is not None
    }
