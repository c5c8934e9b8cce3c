"""Calls of the durable client, with its faults translated.

The SDK raises nothing more specific than Exception, and returns some faults as statuses.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import azure.durable_functions as df
from azure.durable_functions.models.DurableOrchestrationStatus import (
    DurableOrchestrationStatus as Status,
)

from orders.contracts.codec import decode, encode
from orders.contracts.names import Entity, StockOperation
from orders.domain.errors import EngineUnavailableError
from orders.domain.stock import Stock


@contextmanager
def engine_errors() -> Iterator[None]:
    """Translate everything that the SDK raises into EngineUnavailableError."""
    try:
        yield
    except Exception as error:
        raise EngineUnavailableError from error


async def get_status(
    client: df.DurableOrchestrationClient,
    instance_id: str,
    *,
    with_history: bool = False,
    with_input: bool = False,
) -> Status | None:
    """Return the status of an instance; None if it does not exist."""
    with engine_errors():
        status = await client.get_status(instance_id, with_history, with_history, with_input)
    # For an unknown ID the status is empty. After a fault it has a message.
    if not status and getattr(status, "message", None) != "":
        raise EngineUnavailableError
    return status or None


async def read_stock(client: df.DurableOrchestrationClient, sku: str) -> Stock | None:
    """Return the stock of a product; None before its first operation."""
    with engine_errors():
        entity = await client.read_entity_state(df.EntityId(Entity.STOCK.value, sku))
    return decode(Stock, entity.entity_state) if entity.entity_state else None


async def signal_stock(
    client: df.DurableOrchestrationClient, sku: str, operation: StockOperation, payload: object
) -> None:
    """Send an operation to the stock of a product, without waiting for it."""
    with engine_errors():
        entity = df.EntityId(Entity.STOCK.value, sku)
        await client.signal_entity(entity, operation.value, encode(payload))
