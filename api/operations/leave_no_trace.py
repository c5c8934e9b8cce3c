"""How is an order that is over removed from where it left traces?"""

import asyncio

import azure.durable_functions as df

from api.engine.answers import asking
from bootstrap import services
from contracts.codec import encode
from contracts.names import Entity, StockOperation
from contracts.stock import OrderUnits
from domain.record import OrderRecord


async def purge(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    """Remove the order's history from the engine, and its entries from the stock."""
    order_id = record.order.order_id
    needs = record.verdict.needs if record.verdict else ()
    await _purge_refunds(client, record)
    with asking():
        await client.purge_instance_history(order_id)
        for need in needs:
            units = OrderUnits(order_id=order_id, opening_balance=need.opening_balance)
            stock = df.EntityId(Entity.STOCK.value, need.sku)
            await client.signal_entity(stock, StockOperation.FORGET.value, encode(units))
    await asyncio.to_thread(services().archive.note_purged, order_id)


async def erase(record: OrderRecord) -> None:
    """Erase whatever is personal, the book last: what stopped half-way is found again."""
    order_id = record.order.order_id
    await asyncio.to_thread(services().mailer.forget, order_id)
    await asyncio.to_thread(services().archive.erase, order_id)


async def forget(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    """Drop what is left of the order: its page, with its idempotency key."""
    await _purge_refunds(client, record)  # the latest came perhaps after the order was purged
    await asyncio.to_thread(services().archive.forget, record.order.order_id)


async def _purge_refunds(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    with asking():
        for refund in record.refunds:
            await client.purge_instance_history(refund.refund_id)
