"""In which list, and where in it, do the orders stand that are looked for?

Rows of a table are sorted by their keys, upwards only. So each order stands in a list from the
oldest to the newest and in one the other way round, and in some short ones as long as it has to be
found there. What a list cannot answer, the order's page does.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from orders.adapters.order_store.cursors import position_of
from orders.adapters.order_store.tables.rows import key_of
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.ports.order_store import OrderQuery

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS: Final = 18


class ListName(StrEnum):
    """A list of orders. The names are part of keys."""

    #: Every order.
    OLDEST = "oldest"
    #: Every order, the other way round.
    NEWEST = "newest"
    #: Orders that have not ended, that need a person, or that are paid back.
    OPEN = "open"
    #: Orders that engine and stock still know of.
    UNPURGED = "unpurged"
    #: Orders whose personal part is there.
    UNERASED = "unerased"


#: The states of orders in the list of open ones.
_OPEN_STATES: Final = frozenset(
    {OrderStatus.PLACED, OrderStatus.PROCESSING, OrderStatus.NEEDS_ATTENTION}
)


def lists_of(record: OrderRecord) -> frozenset[ListName]:
    """The lists in which the order belongs."""
    is_unsettled = record.attention is not None or bool(record.open_refunds)
    held = {
        ListName.OPEN: record.status in _OPEN_STATES or is_unsettled,
        ListName.UNPURGED: record.purged_at is None,
        ListName.UNERASED: record.erased_at is None,
    }
    return frozenset({ListName.OLDEST, ListName.NEWEST, *(one for one in held if held[one])})


def list_for(query: OrderQuery) -> ListName:
    """The shortest list in which all of the orders stand."""
    if (
        query.is_open
        or query.needs_attention
        or query.has_open_refund
        or query.status in _OPEN_STATES
    ):
        return ListName.OPEN
    if query.newest_first:
        return ListName.NEWEST
    if query.is_purged is False:
        return ListName.UNPURGED
    return ListName.UNERASED if query.is_erased is False else ListName.OLDEST


def place_in(name: ListName, placed_at: datetime, order_id: str) -> str:
    """The key of an order's row in a list."""
    if name is ListName.NEWEST:
        return f"{name}:{_backwards(placed_at)}:{_inverted(key_of(order_id))}"
    return f"{name}:{_moment(placed_at)}:{key_of(order_id)}"


def bounds(query: OrderQuery) -> tuple[str, str]:
    """The keys between which the orders stand in their list; neither belongs to them."""
    name = list_for(query)
    lows, highs = [f"{name}:"], [f"{name};"]
    is_backwards = name is ListName.NEWEST
    if query.cursor is not None:
        cursor = place_in(name, *position_of(query.cursor))
        # The list of the open ones is read from its end if the newest are to come first.
        (highs if query.newest_first and not is_backwards else lows).append(cursor)
    if query.placed_from is not None and is_backwards:
        highs.append(f"{name}:{_backwards(query.placed_from)};")
    elif query.placed_from is not None:
        lows.append(f"{name}:{_moment(query.placed_from)}")
    for before in _befores(query):
        if is_backwards:
            lows.append(f"{name}:{_backwards(before)};")
        else:
            highs.append(f"{name}:{_moment(before)}")
    return max(lows), min(highs)


def matches(query: OrderQuery, record: OrderRecord) -> bool:
    """Whether the order is one of those that are looked for."""
    asked = (
        (query.status, record.status),
        (query.is_open, record.outcome is None),
        (query.needs_attention, record.attention is not None),
        (query.has_open_refund, bool(record.open_refunds)),
        (query.is_erased, record.erased_at is not None),
        (query.is_purged, record.purged_at is not None),
    )
    return (
        all(wanted is None or wanted == there for wanted, there in asked)
        and (query.sku is None or query.sku in {line.sku for line in record.order.lines})
        and _is_before(record.updated_at, query.updated_before)
        and _is_before(record.ended_at, query.ended_before)
        and not (
            query.recovery_due_before
            and record.next_recovery_at
            and query.recovery_due_before < record.next_recovery_at
        )
    )


def _befores(query: OrderQuery) -> Iterator[datetime]:
    # Whatever is written of an order is written after it was placed.
    for before in (query.placed_before, query.updated_before, query.ended_before):
        if before is not None:
            yield before


def _is_before(moment: datetime | None, limit: datetime | None) -> bool:
    return limit is None or (moment is not None and moment < limit)


def _moment(moment: datetime) -> str:
    return f"{_microseconds(moment):0{_DIGITS}}"


def _backwards(moment: datetime) -> str:
    return f"{10**_DIGITS - 1 - _microseconds(moment):0{_DIGITS}}"


def _microseconds(moment: datetime) -> int:
    return max(0, (moment - _EPOCH) // timedelta(microseconds=1))


def _inverted(key: str) -> str:
    # The tilde sorts after every digit, so that a longer key comes before its own beginning.
    return bytes(255 - byte for byte in key.encode()).hex() + "~"
