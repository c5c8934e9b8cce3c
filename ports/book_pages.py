"""Which orders of the book are looked for, and how are many of them read a page at a time?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.outcome import OrderStatus
from domain.record import OrderRecord

#: The longest page.
MOST_ORDERS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BookQuery:
    """Orders that meet every condition that is set, by the time when they were placed."""

    #: As the book knows it: see `OrderRecord.status`.
    status: OrderStatus | None = None
    #: Whether the order has not ended.
    is_open: bool | None = None
    #: Whether the order lies on the desk, for a person to look at.
    on_desk: bool | None = None
    #: Whether something of it is still to be paid back.
    is_refunding: bool | None = None
    #: Whether the personal part is gone.
    is_erased: bool | None = None
    #: Whether the order's traces in the engine and in the stock are gone.
    is_purged: bool | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    #: Nothing was written of the order since.
    updated_before: datetime | None = None
    ended_before: datetime | None = None
    #: Nobody wants to wait any longer before the order is looked after again.
    due_before: datetime | None = None
    #: One of the order's articles.
    sku: str | None = None
    newest_first: bool = False
    #: Where the page before ended; None begins.
    after: str | None = None
    limit: int = MOST_ORDERS


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPage:
    """Some orders, and where to go on."""

    orders: tuple[OrderRecord, ...]
    #: None: these were the last ones.
    after: str | None = None
