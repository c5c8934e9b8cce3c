"""Where does the audit read what it compares? Everywhere, the order book first.

What had ended when the book was read does not move any more, so whatever is read of it afterwards
belongs to that end.
"""

import asyncio
from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Final

import azure.durable_functions as df

from api.engine.stocks import read_stock
from api.operations.every_order import every_order
from bootstrap import services
from domain.account import Account, accounts
from domain.audit import Books
from domain.record import OrderRecord
from domain.stock import Stock
from ports.book_pages import BookQuery

#: How many stocks are read at the same time.
_AT_ONCE: Final = 8


async def read_books(
    client: df.DurableOrchestrationClient, since: datetime, now: datetime
) -> Books:
    """Read all that is known of orders placed since then, and the stock's entries of all others."""
    orders = await _pages(BookQuery(placed_from=since))
    # Only of orders that were not purged the stock may hold entries; open ones are among them.
    older = await _pages(BookQuery(placed_before=since, is_purged=False))
    older |= await _pages(BookQuery(placed_before=since, is_refunding=True))
    stocks = await _stocks(client, _skus((*orders.values(), *older.values())))
    known = await asyncio.to_thread(_accounts, since, stocks)
    newer = await _pages(BookQuery(placed_from=now))
    listed = orders.keys() | older.keys() | newer.keys()
    rest = await asyncio.to_thread(_look_up, known, listed)
    purged = {o: record for o, record in rest.items() if record.order.placed_at < since}
    return Books(
        orders=orders,
        older=older | purged,
        others=frozenset(newer | rest),
        accounts=known,
        stocks=stocks,
    )


async def _pages(query: BookQuery) -> dict[str, OrderRecord]:
    return {record.order.order_id: record async for record in every_order(query)}


def _skus(orders: Iterable[OrderRecord]) -> list[str]:
    needed = {line.sku for record in orders for line in record.order.lines}
    return sorted(needed | set(services().catalogue.skus()))


async def _stocks(client: df.DurableOrchestrationClient, skus: list[str]) -> dict[str, Stock]:
    turn = asyncio.Semaphore(_AT_ONCE)

    async def read(sku: str) -> Stock | None:
        async with turn:
            return await read_stock(client, sku)

    found = zip(skus, await asyncio.gather(*map(read, skus)), strict=True)
    return {sku: stock for sku, stock in found if stock is not None}


def _accounts(since: datetime, stocks: dict[str, Stock]) -> dict[str, Account]:
    bound = services()
    return accounts(
        bound.payments.payments(since),
        bound.carrier.parcels(since),
        bound.mailer.mails(since),
        stocks,
    )


def _look_up(known: Mapping[str, Account], listed: Container[str]) -> dict[str, OrderRecord]:
    """The orders that no list had. They are few: what was purged owns nothing any more."""
    strangers = (o for o, account in known.items() if o not in listed and account.owns_something)
    found = ((order_id, services().order_book.find(order_id)) for order_id in strangers)
    return {order_id: record for order_id, record in found if record is not None}
