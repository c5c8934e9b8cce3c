"""Orchestrator `changeStock`: apply one stock adjustment through the entity."""

import azure.durable_functions as df

from orchestrators.calls import Context, Steps
from orders.contracts.codec import decode, encode
from orders.contracts.names import Entity, Orchestration, StockOperation
from orders.contracts.payloads import StockAdjustmentRequest, StockLevel

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.CHANGE_STOCK)
def change_stock(context: Context) -> Steps[dict]:
    """Adjust the stock and return its level; a repeated key changes nothing."""
    payload = context.get_input()
    sku = decode(StockAdjustmentRequest, payload).sku
    entity = df.EntityId(Entity.STOCK.value, sku)
    level = yield context.call_entity(entity, StockOperation.ADJUST.value, payload)
    return encode(decode(StockLevel, level))
