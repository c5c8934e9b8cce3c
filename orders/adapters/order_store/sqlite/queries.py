"""SQL of a page of orders."""

from datetime import datetime
from typing import Final

from orders.adapters.order_store.columns import time_to_text
from orders.adapters.order_store.cursors import page_size, position_of
from orders.ports.order_store import OrderQuery

#: The condition of each query field that holds a value.
_CONDITIONS: Final = {
    "status": "orders.status = :status",
    "placed_from": "orders.placed_at >= :placed_from",
    "placed_before": "orders.placed_at < :placed_before",
    "updated_before": "orders.updated_at < :updated_before",
    "ended_before": "orders.ended_at < :ended_before",
    "recovery_due_before": (
        "(orders.next_recovery_at IS NULL OR orders.next_recovery_at <= :recovery_due_before)"
    ),
    "sku": "order_products.sku = :sku",
}
#: The column of each yes-or-no field, and the value that it has if the column is NULL.
_NULLS: Final = {
    "is_open": ("outcome", True),
    "needs_attention": ("attention", False),
    "has_open_refund": ("open_refund_since", False),
    "is_erased": ("erased_at", False),
    "is_purged": ("purged_at", False),
}


def select_page(query: OrderQuery) -> tuple[str, dict[str, str | int]]:
    """Return the statement that selects one order more than the page has, and its parameters."""
    parameters = _parameters(query)
    conditions = [text for name, text in _CONDITIONS.items() if name in parameters]
    for name, (column, value_if_null) in _NULLS.items():
        expected = getattr(query, name)
        if expected is not None:
            conditions.append(
                f"orders.{column} IS {'' if expected is value_if_null else 'NOT '}NULL"
            )
    source, key = "orders", "orders"
    if query.sku is not None:
        source, key = "order_products JOIN orders USING (order_id)", "order_products"
    comparison, direction = ("<", "DESC") if query.newest_first else (">", "ASC")
    if query.cursor is not None:
        placed_at, order_id = position_of(query.cursor)
        parameters |= {"last_at": time_to_text(placed_at), "last_id": order_id}
        conditions.append(f"({key}.placed_at, {key}.order_id) {comparison} (:last_at, :last_id)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = (
        f"SELECT orders.* FROM {source}{where}"  # noqa: S608 - all names are constants
        f" ORDER BY {key}.placed_at {direction}, {key}.order_id {direction} LIMIT :limit"
    )
    return statement, {**parameters, "limit": page_size(query) + 1}


def _parameters(query: OrderQuery) -> dict[str, str | int]:
    values = {name: getattr(query, name) for name in _CONDITIONS}
    return {
        name: time_to_text(value) if isinstance(value, datetime) else str(value)
        for name, value in values.items()
        if value is not None
    }
