"""How is something done to many orders of the book, one after another?"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from bootstrap import services
from domain.errors import OrdersError
from domain.record import OrderRecord
from ports.book_pages import BookQuery

_log = logging.getLogger(__name__)


async def every_order(query: BookQuery) -> AsyncIterator[OrderRecord]:
    """All orders that are looked for, page by page."""
    while True:
        page = await asyncio.to_thread(services().order_book.page, query)
        for record in page.orders:
            yield record
        if page.after is None:
            return
        query = replace(query, after=page.after)


async def to_every_order(query: BookQuery, act: Callable[[OrderRecord], Awaitable[object]]) -> None:
    """Act on all of them. One that fails does not stop the next: it is there the next time."""
    async for record in every_order(query):
        try:
            await act(record)
        except OrdersError as fault:
            _log.warning("order %s has to wait: %s", record.order.order_id, fault)
