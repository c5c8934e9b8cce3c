"""What does the engine know of the stock of an article?"""

import azure.durable_functions as df

from api.engine.answers import asking
from contracts.codec import decode
from contracts.names import Entity
from domain.stock import Stock


async def read_stock(client: df.DurableOrchestrationClient, sku: str) -> Stock | None:
    """The article's stock; None where nobody has touched it yet."""
    with asking():
        found = await client.read_entity_state(df.EntityId(Entity.STOCK.value, sku))
    return decode(Stock, found.entity_state) if found.entity_state else None
