"""Where does the audit read what it compares? Everywhere, the order book first.

What had ended when the book was read does not move any more, so whatever is read of it afterwards
belongs to that end.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime

import azure.durable_functions as df

from bootstrap import services
from contracts.codec import decode
from contracts.names import Entity
from domain.account import Account, accounts
from domain.audit import Books
from domain.errors import EngineUnavailable
from domain.record import OrderRecord
from domain.stock import Stock
from ports.book_pages import BookQuery


async def read_books(client: df.DurableOrchestrationClient, since: datetime) -> Books:
    """Read everything that is known of orders placed since then."""
    orders = await asyncio.to_thread(lambda: {r.order.order_id: r for r in _orders(since)})
    stocks = await _stocks(client, _skus(orders.values()))
    known = await asyncio.to_thread(_accounts, since, stocks)
    unlisted = known.keys() - orders.keys()
    others = await asyncio.to_thread(lambda: frozenset(o for o in unlisted if _is_known(o)))
    return Books(orders=orders, others=others, accounts=known, stocks=stocks)


def _orders(since: datetime) -> Iterator[OrderRecord]:
    after: str | None = None
    while True:
        page = services().order_book.page(BookQuery(placed_from=since, after=after))
        yield from page.orders
        if page.after is None:
            return
        after = page.after


def _skus(orders: Iterable[OrderRecord]) -> list[str]:
    needed = {line.sku for record in orders for line in record.order.lines}
    return sorted(needed | set(services().catalogue.skus()))


async def _stocks(client: df.DurableOrchestrationClient, skus: list[str]) -> dict[str, Stock]:
    found = {sku: await _stock(client, sku) for sku in skus}
    return {sku: stock for sku, stock in found.items() if stock is not None}


async def _stock(client: df.DurableOrchestrationClient, sku: str) -> Stock | None:
    try:
        found = await client.read_entity_state(df.EntityId(Entity.STOCK.value, sku))
    except Exception as error:
        raise EngineUnavailable from error
    return decode(Stock, found.entity_state) if found.entity_state else None


def _accounts(since: datetime, stocks: dict[str, Stock]) -> dict[str, Account]:
    bound = services()
    return accounts(
        bound.payments.payments(since),
        bound.carrier.parcels(since),
        bound.mailer.mails(since),
        stocks,
    )


def _is_known(order_id: str) -> bool:
    return services().order_book.find(order_id) is not None
