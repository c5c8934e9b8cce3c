"""What does the engine know of the stock of an article?"""

import azure.durable_functions as df

from contracts.codec import decode
from contracts.names import Entity
from domain.errors import EngineUnavailable
from domain.stock import Stock


async def read_stock(client: df.DurableOrchestrationClient, sku: str) -> Stock | None:
    """The article's stock; None where nobody has touched it yet."""
    try:
        found = await client.read_entity_state(df.EntityId(Entity.STOCK.value, sku))
    except Exception as error:
        raise EngineUnavailable from error
    return decode(Stock, found.entity_state) if found.entity_state else None
