"""How does a change of stock get done once, however often it is asked for?

It is an orchestration whose id comes from the article and the caller's key. Whoever asks again
finds it; the stock itself remembers the key, too.
"""

import asyncio
import json
from typing import Any, Final

import azure.durable_functions as df
from azure.durable_functions import OrchestrationRuntimeStatus as Runtime
from azure.durable_functions.models.DurableOrchestrationStatus import (
    DurableOrchestrationStatus as Status,
)

from orders.engine.client import get_status
from api.http.idempotency import key_reused
from orders.order_ids import stock_change_id
from orders.services import services
from orders.contracts.codec import decode, encode
from orders.contracts.names import Orchestration
from orders.contracts.payloads import StockChangeRequest, StockLevel
from orders.domain.errors import EngineUnavailableError

#: How long a caller waits for the change before it is told to look later.
PATIENCE_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.05
#: The stock raised, a worker died in mid-episode, or somebody ended it by hand.
_ENDED_UNANSWERED: Final = frozenset({Runtime.Failed, Runtime.Terminated, Runtime.Canceled})


async def changed(client: df.DurableOrchestrationClient, asked: StockChangeRequest) -> StockLevel | None:
    """The stock after the change; None when that takes longer than a caller waits."""
    secret = services().settings.id_secret
    instance_id = stock_change_id(secret, asked.sku, asked.change.key)
    await _start(client, instance_id, encode(asked))
    status = await _ended(client, instance_id)
    if status is None:
        return None
    if status.runtime_status is not Runtime.Completed:
        raise EngineUnavailableError
    return decode(StockLevel, status.output)


async def _start(
    client: df.DurableOrchestrationClient, instance_id: str, payload: dict[str, Any]
) -> None:
    known = await get_status(client, instance_id, with_input=True)
    if not known or (_asked(known) == payload and known.runtime_status in _ENDED_UNANSWERED):
        # The stock remembers the key: what was done before the end is not done twice.
        try:
            await client.start_new(Orchestration.CHANGE_STOCK.value, instance_id, payload)
        except Exception:  # noqa: BLE001 - the SDK raises nothing more telling
            known = await get_status(client, instance_id, with_input=True)
            if not known:
                raise EngineUnavailableError from None
    if known and _asked(known) != payload:
        raise key_reused("change")


def _asked(known: Status) -> object:
    return json.loads(known.input_)


async def _ended(client: df.DurableOrchestrationClient, instance_id: str) -> Status | None:
    waited = 0.0
    while waited < PATIENCE_SECONDS:
        status = await get_status(client, instance_id, with_input=True)
        if status and status.runtime_status not in {Runtime.Pending, Runtime.Running}:
            return status
        await asyncio.sleep(_PAUSE_SECONDS)
        waited += _PAUSE_SECONDS
    return None
