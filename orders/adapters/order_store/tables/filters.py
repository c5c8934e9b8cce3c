"""Columns by which the service filters the rows of open orders, so that few records are read.

A filter may select an order too many, never one too few. Before a record is written that its row
would hide, the row gets cautious columns, which hide nothing. After the write it gets the record's
own, unless it was written again since it was read. A row without these columns is never hidden.

Most changes need no write here: the columns have the end of recovery's pause, not the due moment.
"""

from typing import Final

from orders.adapters.order_store.records import is_active, time_to_text
from orders.adapters.order_store.tables.queries import ListName, list_for
from orders.adapters.order_store.tables.rows import Columns
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.domain.recovery import recovery_paused_until
from orders.ports.order_store import OrderQuery

#: 1 if the order is being worked. These rows are counted; their records are not read.
ACTIVE: Final = "is_active"
#: 0 if the order does not wait.
_WAITING: Final = "is_waiting"
#: Recovery is not due before.
_PAUSED_UNTIL: Final = "paused_until"


def filter_columns(record: OrderRecord) -> Columns:
    """Return the columns that agree with a record."""
    return {
        ACTIVE: int(is_active(record)),
        _WAITING: int(record.is_waiting),
        _PAUSED_UNTIL: time_to_text(recovery_paused_until(record)),
    }


def cautious_columns(record: OrderRecord) -> Columns:
    """Return columns that hide the order from no query, whatever a concurrent writer records."""
    placed_at = time_to_text(record.order.placed_at)
    return {ACTIVE: int(is_active(record)), _WAITING: 1, _PAUSED_UNTIL: placed_at}


def would_hide(before: OrderRecord, after: OrderRecord) -> bool:
    """Whether the columns that agree with a record would hide the order after a change."""
    begins_to_wait = after.is_waiting and not before.is_waiting
    return begins_to_wait or recovery_paused_until(after) < recovery_paused_until(before)


def row_filter(query: OrderQuery) -> str | None:
    """Return the condition that the rows of all matches meet, if a query has one."""
    if list_for(query) is not ListName.OPEN:
        return None
    # A comparison with a column that a row does not have is false.
    conditions = []
    if query.is_waiting or query.status is OrderStatus.WAITING:
        conditions.append(f"not ({_WAITING} eq 0)")
    if query.recovery_due_before is not None:
        conditions.append(f"not ({_PAUSED_UNTIL} ge '{time_to_text(query.recovery_due_before)}')")
    return " and ".join(conditions) or None
