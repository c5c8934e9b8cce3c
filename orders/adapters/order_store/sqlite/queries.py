"""SQL of a page of orders, and the columns that it selects by."""

from datetime import datetime
from typing import Final, TypeAlias

from orders.adapters.order_store.cursors import page_size, position_of
from orders.adapters.order_store.records import flags_of, record_to_text, time_to_text
from orders.domain.order_record import OrderRecord
from orders.domain.recovery import recovery_due_at
from orders.ports.order_store import OrderQuery

Columns: TypeAlias = dict[str, str | int | None]

#: The condition of each query field that holds a value.
_CONDITIONS: Final = {
    "status": "orders.status = :status",
    "placed_from": "orders.placed_at >= :placed_from",
    "placed_before": "orders.placed_at < :placed_before",
    "ended_before": "orders.ended_at < :ended_before",
    "recovery_due_before": "orders.recovery_due_at < :recovery_due_before",
    "sku": "order_products.sku = :sku",
}
#: Columns of yes-or-no fields. Their values are literals, so that partial indexes apply.
_FLAGS: Final = (
    "is_open",
    "needs_attention",
    "is_waiting",
    "has_open_refund",
    "is_erased",
    "is_erasure_pending",
    "is_purged",
)

#: The condition of an order being worked; it is that of the index `active_orders`.
_ACTIVE: Final = "is_open = 1 AND is_waiting = 0"
#: Counts the orders being worked, and stops at a limit.
COUNT_ACTIVE: Final = f"SELECT count(*) FROM (SELECT 1 FROM orders WHERE {_ACTIVE} LIMIT ?)"  # noqa: S608 - constant


def to_columns(record: OrderRecord) -> Columns:
    """Return the columns of a record."""
    return {
        "order_id": record.order_id,
        "record": record_to_text(record),
        "placed_at": time_to_text(record.order.placed_at),
        "status": record.status.value,
        **{name: int(flag) for name, flag in flags_of(record).items()},
        "ended_at": time_to_text(record.ended_at) if record.ended_at else None,
        "recovery_due_at": time_to_text(recovery_due_at(record)),
    }


def select_page(query: OrderQuery) -> tuple[str, dict[str, str | int]]:
    """Return the statement that selects one order more than the page has, and its parameters."""
    parameters = _parameters(query)
    conditions = [text for name, text in _CONDITIONS.items() if name in parameters]
    flags = {name: getattr(query, name) for name in _FLAGS}
    conditions += [f"orders.{name} = {int(f)}" for name, f in flags.items() if f is not None]
    source, key = "orders", "orders"
    if query.sku is not None:
        source, key = "order_products JOIN orders USING (order_id)", "order_products"
    # The plus keeps these columns from being looked up in an index: few orders are due, and without
    # it an index in the order of pages is read from one end to the other.
    sign = "+" if query.recovery_due_before is not None else ""
    placed_at, order_id = f"{sign}{key}.placed_at", f"{sign}{key}.order_id"
    comparison, direction = ("<", "DESC") if query.newest_first else (">", "ASC")
    if query.cursor is not None:
        last_at, last_id = position_of(query.cursor)
        parameters |= {"last_at": time_to_text(last_at), "last_id": last_id}
        conditions.append(f"({placed_at}, {order_id}) {comparison} (:last_at, :last_id)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = (
        f"SELECT orders.* FROM {source}{where}"  # noqa: S608 - all names are constants
        f" ORDER BY {placed_at} {direction}, {order_id} {direction} LIMIT :limit"
    )
    return statement, {**parameters, "limit": page_size(query) + 1}


def _parameters(query: OrderQuery) -> dict[str, str | int]:
    values = {name: getattr(query, name) for name in _CONDITIONS}
    return {
        name: time_to_text(value) if isinstance(value, datetime) else str(value)
        for name, value in values.items()
        if value is not None
    }
