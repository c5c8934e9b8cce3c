"""Audit run: read all records, the order store first, and compare them.

An order that had ended when the store was read does not change later, so all other records of it
belong to that outcome.
"""

import asyncio
import logging
from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Final

import azure.durable_functions as df

from orders.domain.audit import AuditInput, audit
from orders.domain.audit_findings import AuditReport
from orders.domain.errors import OrdersError, UnreadableRecordError
from orders.domain.holdings import Holdings, collect_holdings
from orders.domain.order_record import OrderRecord
from orders.domain.partner_events import OVERDUE_AFTER, PartnerEvent
from orders.domain.reconciliation import differing_partners
from orders.domain.stock import Stock
from orders.engine.client import read_stock
from orders.engine.instances import wake_order
from orders.order_scan import iter_orders
from orders.ports.order_store import OrderQuery
from orders.reconciliation import reconcile_order
from orders.services import services

_log = logging.getLogger(__name__)

#: Most open events that an audit looks at.
_MAX_OPEN_EVENTS: Final = 1000
#: How many stock entities are read at the same time.
_CONCURRENT_READS: Final = 8


async def run_audit(
    client: df.DurableOrchestrationClient, *, reconciles: bool = False
) -> AuditReport:
    """Compare all records now.

    If it reconciles, it first brings the records of orders to what partners have done since, as an
    event of the partner would.
    """
    policy = services().settings.audit
    now = services().clock.now()
    records = await _read_records(client, now - policy.window, now)
    if reconciles and await _reconcile(client, records):
        now = services().clock.now()
        records = await _read_records(client, now - policy.window, now)
    # In a thread, so that other requests are served meanwhile.
    return await asyncio.to_thread(audit, records, now, policy.overdue)


async def _read_records(
    client: df.DurableOrchestrationClient, since: datetime, now: datetime
) -> AuditInput:
    """Read everything about orders placed since then, and the stock entries of all others."""
    unreadable: list[str] = []
    orders = await _orders(OrderQuery(placed_from=since), unreadable)
    older = await _orders(OrderQuery(placed_before=since, is_open=True), unreadable)
    older |= await _orders(OrderQuery(placed_before=since, has_open_refund=True), unreadable)
    older |= await _orders(OrderQuery(placed_before=since, needs_attention=True), unreadable)
    totals = await asyncio.to_thread(services().stock_changes.totals)
    skus = _skus((*orders.values(), *older.values())) | totals.keys()
    stocks = await _stocks(client, sorted(skus))
    changed = await asyncio.to_thread(_unchanged_since, totals)
    holdings = await asyncio.to_thread(_holdings, since, stocks)
    newer = await _orders(OrderQuery(placed_from=now), unreadable)
    listed = orders.keys() | older.keys() | newer.keys() | set(unreadable)
    unlisted = await asyncio.to_thread(_unlisted_orders, holdings, listed, unreadable)
    ended = {
        order_id: record for order_id, record in unlisted.items() if record.order.placed_at < since
    }
    return AuditInput(
        orders=orders,
        older=older | ended,
        others=frozenset(newer | unlisted),
        holdings=holdings,
        stocks=stocks,
        changed=changed,
        unreadable=frozenset(unreadable),
        events=await asyncio.to_thread(_open_events, now),
    )


async def _reconcile(client: df.DurableOrchestrationClient, records: AuditInput) -> bool:
    """Reconcile the orders whose provider records differ; return whether there were any."""
    differences = [
        (order_id, partner)
        for order_id, record in records.orders.items()
        for partner in differing_partners(record, records.holdings.get(order_id, Holdings()))
    ]
    for order_id, partner in differences:
        try:
            result = await asyncio.to_thread(reconcile_order, order_id, partner)
        except OrdersError as error:
            _log.warning("order %s is not reconciled: %s", order_id, error)
            continue
        if result is not None and result.record.wake_requested_at is not None:
            await wake_order(client, result.record)
    return bool(differences)


def _open_events(now: datetime) -> tuple[PartnerEvent, ...]:
    """Return the open events, those with a later attempt included."""
    return services().partner_events.pending(now + OVERDUE_AFTER, _MAX_OPEN_EVENTS)


async def _orders(query: OrderQuery, unreadable: list[str]) -> dict[str, OrderRecord]:
    return {record.order_id: record async for record in iter_orders(query, unreadable)}


def _skus(orders: Iterable[OrderRecord]) -> set[str]:
    ordered = {line.sku for record in orders for line in record.order.lines}
    return ordered | set(services().catalogue.skus())


def _unchanged_since(before: Mapping[str, int]) -> dict[str, int | None]:
    """Return the totals of stock changes that are the same after the stocks were read."""
    after = services().stock_changes.totals()
    return {sku: total if before.get(sku, 0) == total else None for sku, total in after.items()}


async def _stocks(client: df.DurableOrchestrationClient, skus: list[str]) -> dict[str, Stock]:
    semaphore = asyncio.Semaphore(_CONCURRENT_READS)

    async def read(sku: str) -> Stock | None:
        async with semaphore:
            return await read_stock(client, sku)

    stocks = zip(skus, await asyncio.gather(*map(read, skus)), strict=True)
    return {sku: stock for sku, stock in stocks if stock is not None}


def _holdings(since: datetime, stocks: dict[str, Stock]) -> dict[str, Holdings]:
    app = services()
    return collect_holdings(
        app.payments.list_payments(since),
        app.carrier.list_shipments(since),
        app.mailer.list_emails(since),
        stocks,
    )


def _unlisted_orders(
    holdings: Mapping[str, Holdings], listed: Container[str], unreadable: list[str]
) -> dict[str, OrderRecord]:
    """Find the orders with holdings that no list contained. There are few of them.

    Entries in the stock are those of orders that are not settled.
    """
    records: dict[str, OrderRecord] = {}
    for order_id, held in holdings.items():
        if order_id in listed or not (held.are_open or held.reservations):
            continue
        try:
            record = services().order_store.find(order_id)
        except UnreadableRecordError:
            unreadable.append(order_id)
        else:
            if record is not None:
                records[order_id] = record
    return records
