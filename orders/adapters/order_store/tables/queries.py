"""Choice of the list that answers a query, and the range of keys in it.

Rows of a table are sorted by their keys, ascending only. So each order is in a list from the oldest
to the newest, in one from the newest to the oldest, and in short ones while it qualifies. The
records themselves are checked for conditions that no list covers.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from orders.adapters.order_store.cursors import position_of
from orders.adapters.order_store.records import flags_of
from orders.adapters.order_store.tables.rows import key_of
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.domain.recovery import recovery_due_at
from orders.ports.order_store import OrderQuery

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS: Final = 18


class ListName(StrEnum):
    """A list of orders. The names are part of keys."""

    #: Every order, oldest first.
    OLDEST = "oldest"
    #: Every order, newest first.
    NEWEST = "newest"
    #: Orders that have not ended, need attention, or have an open refund or a pending erasure.
    OPEN = "open"
    #: Orders whose history and stock entries are not purged.
    UNPURGED = "unpurged"
    #: Orders whose personal data is not erased.
    UNERASED = "unerased"


#: Statuses of orders in the list of open ones.
_OPEN_STATUSES: Final = frozenset(
    {
        OrderStatus.PLACED,
        OrderStatus.PROCESSING,
        OrderStatus.WAITING,
        OrderStatus.NEEDS_ATTENTION,
    }
)


def lists_of(record: OrderRecord) -> frozenset[ListName]:
    """Return the lists that the order belongs to."""
    is_open = record.outcome is None or record.status in _OPEN_STATUSES
    has_open_work = record.attention is not None or record.has_unsettled_refund
    has_open_work |= record.is_erasure_pending
    conditions = {
        ListName.OPEN: is_open or has_open_work,
        ListName.UNPURGED: record.purged_at is None,
        ListName.UNERASED: not flags_of(record)["is_erased"],
    }
    return frozenset(
        {
            ListName.OLDEST,
            ListName.NEWEST,
            *(name for name, applies in conditions.items() if applies),
        }
    )


def list_for(query: OrderQuery) -> ListName:
    """Return the shortest list that has every match."""
    if (
        query.is_open
        or query.needs_attention
        or query.is_waiting
        or query.has_open_refund
        or query.is_erasure_pending
        or query.status in _OPEN_STATUSES
    ):
        return ListName.OPEN
    if query.newest_first:
        return ListName.NEWEST
    if query.is_purged is False:
        return ListName.UNPURGED
    return ListName.UNERASED if query.is_erased is False else ListName.OLDEST


def key_in(name: ListName, placed_at: datetime, order_id: str) -> str:
    """Return the key of an order's row in a list."""
    if name is ListName.NEWEST:
        return f"{name}:{_descending(placed_at)}:{_invert(key_of(order_id))}"
    return f"{name}:{_ascending(placed_at)}:{key_of(order_id)}"


def bounds(query: OrderQuery) -> tuple[str, str]:
    """Return the exclusive bounds of the keys in the query's list."""
    name = list_for(query)
    lows, highs = [f"{name}:"], [f"{name};"]
    is_descending = name is ListName.NEWEST
    if query.cursor is not None:
        cursor = key_in(name, *position_of(query.cursor))
        # The list of open orders is read from its end if the newest come first.
        (highs if query.newest_first and not is_descending else lows).append(cursor)
    if query.placed_from is not None and is_descending:
        highs.append(f"{name}:{_descending(query.placed_from)};")
    elif query.placed_from is not None:
        lows.append(f"{name}:{_ascending(query.placed_from)}")
    for limit in _upper_limits(query):
        if is_descending:
            lows.append(f"{name}:{_descending(limit)};")
        else:
            highs.append(f"{name}:{_ascending(limit)}")
    return max(lows), min(highs)


def matches(query: OrderQuery, record: OrderRecord) -> bool:
    """Whether the order meets every condition of the query."""
    actual = {"status": record.status, **flags_of(record)}
    return (
        all(getattr(query, name) in {None, value} for name, value in actual.items())
        and (query.sku is None or query.sku in {line.sku for line in record.order.lines})
        and _is_before(recovery_due_at(record), query.recovery_due_before)
        and _is_before(record.ended_at, query.ended_before)
    )


def _upper_limits(query: OrderQuery) -> Iterator[datetime]:
    # An order is never due or closed before it is placed.
    for limit in (query.placed_before, query.recovery_due_before, query.ended_before):
        if limit is not None:
            yield limit


def _is_before(time: datetime | None, limit: datetime | None) -> bool:
    return limit is None or (time is not None and time < limit)


def _ascending(time: datetime) -> str:
    return f"{_microseconds(time):0{_DIGITS}}"


def _descending(time: datetime) -> str:
    return f"{10**_DIGITS - 1 - _microseconds(time):0{_DIGITS}}"


def _microseconds(time: datetime) -> int:
    return max(0, (time - _EPOCH) // timedelta(microseconds=1))


def _invert(key: str) -> str:
    # The tilde sorts after every digit, so a longer key comes before its own prefix.
    return bytes(255 - byte for byte in key.encode()).hex() + "~"
