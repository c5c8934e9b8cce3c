"""Cursors: where a page of orders ends and the next one begins.

A cursor holds the position of the last order, never a count, so that orders that come or go
meanwhile shift nothing.
"""

import base64
import json
from datetime import UTC, datetime

from orders.adapters.order_store.records import time_to_text
from orders.domain.errors import InvalidCursorError
from orders.ports.order_store import MAX_PAGE_SIZE, OrderQuery


def page_size(query: OrderQuery) -> int:
    """Return how many orders the page may have."""
    return max(1, min(query.limit, MAX_PAGE_SIZE))


def cursor_at(placed_at: datetime, order_id: str) -> str:
    """Return the cursor of a page that ends at this position."""
    position = [time_to_text(placed_at), order_id]
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def position_of(cursor: str) -> tuple[datetime, str]:
    """Return the time and the ID of the order with which a page ended.

    Raises:
        InvalidCursorError: the text is not a cursor.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        placed_at, order_id = json.loads(base64.urlsafe_b64decode(padded.encode()))
        return datetime.fromisoformat(placed_at).astimezone(UTC), str(order_id)
    except (ValueError, TypeError, RecursionError, OverflowError):
        raise InvalidCursorError from None
