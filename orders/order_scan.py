"""Scans over many orders of the store, page by page."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from orders.domain.errors import OrdersError
from orders.domain.order_record import OrderRecord
from orders.ports.order_store import OrderQuery
from orders.services import services

_log = logging.getLogger(__name__)


async def iter_orders(
    query: OrderQuery, unreadable: list[str] | None = None
) -> AsyncGenerator[OrderRecord, None]:
    """Yield all orders that match the query; collect the IDs of those that cannot be decoded."""
    while True:
        page = await asyncio.to_thread(services().order_store.page, query)
        for order_id in page.unreadable:
            _log.error("order %s: the record cannot be decoded", order_id)
        if unreadable is not None:
            unreadable.extend(page.unreadable)
        for record in page.orders:
            yield record
        if page.cursor is None:
            return
        query = replace(query, cursor=page.cursor)


async def for_each_order(
    query: OrderQuery,
    act: Callable[[OrderRecord], Awaitable[object]],
    *,
    while_: Callable[[], bool] = lambda: True,
) -> None:
    """Act on all orders that match, as long as `while_` holds; then read no further pages.

    A failure does not stop the others; the next run retries it.
    """
    if not while_():
        return
    async with aclosing(iter_orders(query)) as records:
        async for record in records:
            await _try(act, record)
            if not while_():
                return


async def _try(act: Callable[[OrderRecord], Awaitable[object]], record: OrderRecord) -> None:
    try:
        await act(record)
    except OrdersError as error:
        _log.warning("order %s is skipped until the next run: %s", record.order_id, error)
    except Exception:  # noqa: BLE001 - a fault of one order must not stop the others
        _log.exception("order %s is skipped until the next run", record.order_id)
