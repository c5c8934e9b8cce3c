"""Stock changes, each applied once however often it is requested.

A change is an orchestration whose ID comes from the SKU and the caller's idempotency key. A
repeated request finds it, and the stock entity remembers the key too.
"""

import asyncio
import json
from typing import Any, Final

import azure.durable_functions as df
from azure.durable_functions import OrchestrationRuntimeStatus as Runtime
from azure.durable_functions.models.DurableOrchestrationStatus import (
    DurableOrchestrationStatus as Status,
)

from api.http.idempotency import key_reused
from orders.contracts.codec import decode, encode
from orders.contracts.names import Orchestration
from orders.contracts.payloads import StockAdjustmentRequest, StockLevel
from orders.domain.errors import EngineUnavailableError
from orders.engine.client import get_status
from orders.order_ids import stock_change_id
from orders.services import services

#: How long the request waits for the change.
MAX_WAIT_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05
#: The entity raised, a worker died mid-turn, or an operator terminated the orchestration.
_ENDED_WITHOUT_RESULT: Final = frozenset({Runtime.Failed, Runtime.Terminated, Runtime.Canceled})


async def apply_change(
    client: df.DurableOrchestrationClient, request: StockAdjustmentRequest
) -> StockLevel | None:
    """Apply the change and return the level after it; None if it takes too long."""
    instance_id = await _instance_id(client, request)
    await _start(client, instance_id, encode(request))
    status = await _wait(client, instance_id)
    if status is None:
        return None
    if status.runtime_status is not Runtime.Completed:
        raise EngineUnavailableError
    return decode(StockLevel, status.output)


async def _instance_id(
    client: df.DurableOrchestrationClient, request: StockAdjustmentRequest
) -> str:
    """Return the ID under which the change was requested before, or a new one."""
    settings, sku, key = services().settings, request.sku, request.adjustment.key
    for secret in settings.previous_id_secrets:
        earlier = stock_change_id(secret, sku, key)
        if await get_status(client, earlier) is not None:
            return earlier
    return stock_change_id(settings.id_secret, sku, key)


async def _start(
    client: df.DurableOrchestrationClient, instance_id: str, payload: dict[str, Any]
) -> None:
    existing = await get_status(client, instance_id, with_input=True)
    if not existing or (
        _payload_of(existing) == payload and existing.runtime_status in _ENDED_WITHOUT_RESULT
    ):
        # The entity remembers the key, so a restart does not apply the change twice.
        try:
            await client.start_new(Orchestration.CHANGE_STOCK.value, instance_id, payload)
        except Exception:  # noqa: BLE001 - the SDK raises nothing more specific
            existing = await get_status(client, instance_id, with_input=True)
            if not existing:
                raise EngineUnavailableError from None
    if existing and _payload_of(existing) != payload:
        raise key_reused("change")


def _payload_of(status: Status) -> object:
    return json.loads(status.input_)


async def _wait(client: df.DurableOrchestrationClient, instance_id: str) -> Status | None:
    waited = 0.0
    while waited < MAX_WAIT_SECONDS:
        status = await get_status(client, instance_id, with_input=True)
        if status and status.runtime_status not in {Runtime.Pending, Runtime.Running}:
            return status
        await asyncio.sleep(_POLL_SECONDS)
        waited += _POLL_SECONDS
    return None
