"""Retention of one ended order: purge, erase and delete; and of the events of partners."""

import asyncio
from typing import Final

import azure.durable_functions as df

from orders.contracts.codec import encode
from orders.contracts.names import Entity, StockOperation
from orders.contracts.payloads import StockRequest
from orders.domain.order_record import OrderRecord
from orders.domain.partner_events import KEPT_FOR
from orders.engine.client import engine_errors
from orders.engine.instances import event_instance_id
from orders.services import services

#: Events that are deleted together, and how often that is done in one night.
_BATCH_SIZE: Final = 100
_MAX_BATCHES: Final = 1000


async def purge(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    """Purge the order's histories and settle its entries in the stock entities."""
    order_id = record.order.order_id
    await _purge_refunds(client, record)
    with engine_errors():
        await client.purge_instance_history(order_id)
        for line in record.stock_lines:
            request = StockRequest(order_id=order_id, opening_balance=line.opening_balance)
            entity = df.EntityId(Entity.STOCK.value, line.sku)
            await client.signal_entity(entity, StockOperation.SETTLE.value, encode(request))
    now = services().clock.now()
    await asyncio.to_thread(
        services().order_store.update, order_id, lambda record: record.record_purge(now)
    )


async def erase(record: OrderRecord) -> None:
    """Erase the personal data, in the store last: an interrupted erasure is found again."""
    order_id = record.order.order_id
    await asyncio.to_thread(services().mailer.erase, order_id)
    await asyncio.to_thread(services().order_store.erase, order_id)


async def delete(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    """Delete the record, and with it the idempotency key."""
    await _purge_refunds(client, record)  # a refund may have been paid after the purge
    await asyncio.to_thread(services().order_store.delete, record.order.order_id)


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
