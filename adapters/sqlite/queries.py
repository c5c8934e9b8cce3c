"""How is a page of the order book looked for in its tables?"""

from datetime import datetime
from typing import Final

from adapters.book.cursors import last_of, page_size
from adapters.book.rows import moment_to_text
from ports.book_pages import BookQuery

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
    source, key = "orders", "orders"
    if query.sku is not None:
        source, key = "articles JOIN orders USING (order_id)", "articles"
    way, order = ("<", "DESC") if query.newest_first else (">", "ASC")
    if query.after is not None:
        placed_at, order_id = last_of(query.after)
        values |= {"last_at": moment_to_text(placed_at), "last_id": order_id}
        conditions.append(f"({key}.placed_at, {key}.order_id) {way} (:last_at, :last_id)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = (
        f"SELECT orders.* FROM {source}{where}"  # noqa: S608 - every name is ours
        f" ORDER BY {key}.placed_at {order}, {key}.order_id {order} LIMIT :limit"
    )
    return statement, {**values, "limit": page_size(query) + 1}


def _values(query: BookQuery) -> dict[str, str | int]:
    asked = {name: getattr(query, name) for name in _CONDITIONS}
    return {
        name: moment_to_text(value) if isinstance(value, datetime) else str(value)
        for name, value in asked.items()
        if value is not None
    }
