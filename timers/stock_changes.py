"""Open stock changes: apply those whose orchestration was lost, and purge the others."""

import asyncio
import logging

import azure.durable_functions as df

from orders.contracts.names import StockOperation
from orders.domain.errors import OrdersError
from orders.domain.recovery import Phase
from orders.domain.stock_changes import StockChange
from orders.engine.client import engine_errors, signal_stock
from orders.engine.instances import get_instance, start_stock_change, stock_change_request
from orders.services import services

_log = logging.getLogger(__name__)


async def finish_stock_changes(client: df.DurableOrchestrationClient) -> None:
    """Finish open changes, oldest first. A failure does not stop the others."""
    for change in await asyncio.to_thread(services().stock_changes.open_changes):
        try:
            await _finish(client, change)
        except OrdersError as error:
            _log.warning("%s is not finished until the next run: %s", change.change_id, error)


async def _finish(client: df.DurableOrchestrationClient, change: StockChange) -> None:
    instance = await get_instance(client, change.change_id)
    if instance.phase not in {Phase.ABSENT, Phase.ENDED}:
        return
    if change.answer is None:
        # The request itself may be about to start it.
        due = change.requested_at + services().settings.recovery.recover_after
        if services().clock.now() >= due:
            await start_stock_change(client, change)
        return
    # In this order: until the change is closed, the next run repeats all of it.
    request = stock_change_request(change)
    await signal_stock(client, change.sku, StockOperation.SETTLE_CHANGE, request)
    with engine_errors():
        await client.purge_instance_history(change.change_id)
    await asyncio.to_thread(services().stock_changes.close, change)
