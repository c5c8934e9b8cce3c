"""Stock changes, each applied once however often it is requested.

A change is stored under an ID that comes from the SKU and the caller's idempotency key, and then
applied by an orchestration with this ID. A repeated request finds the stored change and its answer.
"""

import asyncio
from typing import Final

import azure.durable_functions as df
from azure.durable_functions import OrchestrationRuntimeStatus as Runtime

from api.http.idempotency import key_reused
from orders.contracts.codec import decode
from orders.domain.errors import EngineUnavailableError
from orders.domain.stock import StockLevel
from orders.domain.stock_changes import StockChange
from orders.engine.client import get_status
from orders.engine.instances import start_stock_change
from orders.order_ids import stock_change_id
from orders.services import services

#: How long the request waits for the change.
MAX_WAIT_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05
#: The entity raised, a worker died mid-turn, or an operator terminated the orchestration.
_ENDED_WITHOUT_ANSWER: Final = frozenset({Runtime.Failed, Runtime.Terminated, Runtime.Canceled})


async def apply_change(
    client: df.DurableOrchestrationClient, requested: StockChange, key: str
) -> StockLevel | None:
    """Apply the change and return the level after it; None if it takes too long."""
    change = await asyncio.to_thread(_place, requested, key)
    if not change.is_repeated_by(requested):
        raise key_reused("change")
    if change.answer is not None:
        return change.answer
    status = await get_status(client, change.change_id)
    if status is None or status.runtime_status in _ENDED_WITHOUT_ANSWER:
        await start_stock_change(client, change)
    return await _wait(client, change)


def _place(requested: StockChange, key: str) -> StockChange:
    """Store the change, or return the one that was requested before with this key."""
    settings, store = services().settings, services().stock_changes
    for secret in settings.previous_id_secrets:
        earlier = store.find(stock_change_id(secret, requested.sku, key))
        if earlier is not None:
            return earlier
    return store.place(requested)


async def _wait(client: df.DurableOrchestrationClient, change: StockChange) -> StockLevel | None:
    waited = 0.0
    while waited < MAX_WAIT_SECONDS:
        status = await get_status(client, change.change_id)
        if status is None:
            return await asyncio.to_thread(_answer_of_purged, change.change_id)
        if status.runtime_status is Runtime.Completed:
            return decode(StockLevel, status.output)
        if status.runtime_status in _ENDED_WITHOUT_ANSWER:
            raise EngineUnavailableError
        await asyncio.sleep(_POLL_SECONDS)
        waited += _POLL_SECONDS
    return None


def _answer_of_purged(change_id: str) -> StockLevel:
    """Return the stored answer of a change whose orchestration is purged already."""
    change = services().stock_changes.find(change_id)
    if change is None or change.answer is None:
        raise EngineUnavailableError
    return change.answer
