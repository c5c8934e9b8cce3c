"""Where does a page of the order book end, and the next one begin?

Pages are found by where the last one ended, never by counting, so that orders that come or go
meanwhile shift nothing.
"""

import base64
import json
from datetime import UTC, datetime

from adapters.book.rows import moment_to_text
from domain.errors import CursorInvalid
from domain.record import OrderRecord
from ports.book_pages import MOST_ORDERS, BookQuery


def page_size(query: BookQuery) -> int:
    """How many orders the page may have."""
    return max(1, min(query.limit, MOST_ORDERS))


def cursor_after(record: OrderRecord) -> str:
    """Where the page that ends with this order ends."""
    return cursor_at(record.order.placed_at, record.order.order_id)


def cursor_at(placed_at: datetime, order_id: str) -> str:
    """Where a page ends, by the last order that was looked at for it."""
    last = [moment_to_text(placed_at), order_id]
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode().rstrip("=")


def last_of(cursor: str) -> tuple[datetime, str]:
    """The time and the id of the order with which a page ended. Raises CursorInvalid."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        placed_at, order_id = json.loads(base64.urlsafe_b64decode(padded.encode()))
        return datetime.fromisoformat(placed_at).astimezone(UTC), str(order_id)
    except (ValueError, TypeError, RecursionError, OverflowError):
        raise CursorInvalid from None
