"""Retention of one ended order: purge, erase and delete; and of the events of partners."""

import asyncio
import logging
from typing import Final

import azure.durable_functions as df

from orders.contracts.names import StockOperation
from orders.contracts.settlements import settlements_of
from orders.domain.erasure import finish_erasure
from orders.domain.order_record import OrderRecord
from orders.domain.partner_events import KEPT_FOR
from orders.engine.client import engine_errors, signal_stock
from orders.engine.instances import event_instance_id
from orders.services import services

_log = logging.getLogger(__name__)

#: Events that are deleted together, and how often that is done in one night.
_BATCH_SIZE: Final = 100
_MAX_BATCHES: Final = 1000


async def purge(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    """Purge the order's histories, and repeat its settlement, which may have been lost."""
    order_id = record.order.order_id
    await _purge_refunds(client, record)
    with engine_errors():
        await client.purge_instance_history(order_id)
    await _settle(client, record)
    now = services().clock.now()
    await asyncio.to_thread(
        services().order_store.update, order_id, lambda record: record.record_purge(now)
    )


async def erase(record: OrderRecord) -> bool:
    """Erase the personal data.

    Returns:
        Whether nothing is left of it. If not, the record says so, and retention repeats it; so it
        does if the erasure is interrupted.
    """
    order_id = record.order.order_id
    emails_are_gone = await asyncio.to_thread(services().mailer.erase, order_id)
    record_is_clean = await asyncio.to_thread(services().order_store.erase, order_id)
    if not (emails_are_gone and record_is_clean):
        _log.warning("order %s: erased data is still in the log of a file", order_id)
        return False
    await asyncio.to_thread(services().order_store.update, order_id, finish_erasure)
    return True


async def delete(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    """Delete the record, and with it the idempotency key."""
    await _purge_refunds(client, record)  # a refund may have been paid after the purge
    await asyncio.to_thread(services().order_store.delete, record.order.order_id)


async def _settle(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    lines = record.stock_lines
    for line, settlement in settlements_of(record.order_id, record.outcome, lines, record.sales):
        await signal_stock(client, line.sku, StockOperation.SETTLE, settlement)


async def delete_old_events(client: df.DurableOrchestrationClient) -> None:
    """Delete old events of partners, and the histories of their orchestrations."""
    events, now = services().partner_events, services().clock.now()
    for _ in range(_MAX_BATCHES):
        batch = await asyncio.to_thread(events.expired, now - KEPT_FOR, _BATCH_SIZE)
        with engine_errors():
            await asyncio.gather(
                *(client.purge_instance_history(event_instance_id(event)) for event in batch)
            )
        for event in batch:
            await asyncio.to_thread(events.delete, event)
        if len(batch) < _BATCH_SIZE:
            return


async def _purge_refunds(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    with engine_errors():
        for refund in record.refunds:
            await client.purge_instance_history(refund.refund_id)
