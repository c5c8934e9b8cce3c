"""How does a person change the stock of an article? Through the entity, like everybody else."""

import azure.durable_functions as df

from contracts.codec import decode, encode
from contracts.names import Entity, Orchestration, StockOperation
from contracts.stock import StockChange, StockLevel
from orchestrators.run import Context, Steps

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.CHANGE_STOCK)
def change_stock(context: Context) -> Steps[dict]:
    """Change the stock and answer with its level; a repeated key changes nothing."""
    asked = context.get_input()
    sku = decode(StockChange, asked).sku
    stock = df.EntityId(Entity.STOCK.value, sku)
    reply = yield context.call_entity(stock, StockOperation.CHANGE.value, asked)
    return encode(decode(StockLevel, reply))
