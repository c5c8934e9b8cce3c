"""Orchestrator `changeStock`: apply one stock change through the entity, and store the answer.

The entity keeps the result until the order store has it, so a restart at any moment applies the
change once and returns the first answer.
"""

from typing import Any

import azure.durable_functions as df

from orchestrators.calls import Context, Steps
from orchestrators.retries import Backoff
from orders.contracts.codec import decode, encode
from orders.contracts.names import Entity, Orchestration, StockActivity, StockOperation
from orders.contracts.payloads import (
    StockChangeAnswer,
    StockChangeReference,
    StockChangeRequest,
    StockChangeState,
)
from orders.contracts.retries import RetryPolicies
from orders.domain.stock import StockLevel

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.CHANGE_STOCK)
def change_stock(context: Context) -> Steps[dict]:
    """Change the stock and return its level; a change that has an answer is not applied again."""
    payload = context.get_input()
    request = decode(StockChangeRequest, payload)
    reference = StockChangeReference(change_id=request.change_id)
    reply = yield from _call(context, StockActivity.OPEN_STOCK_CHANGE, reference)
    answer = decode(StockChangeState, reply).answer
    if answer is None:
        entity = df.EntityId(Entity.STOCK.value, request.sku)
        reply = yield context.call_entity(entity, StockOperation.ADJUST.value, payload)
        applied = StockChangeAnswer(change_id=request.change_id, answer=decode(StockLevel, reply))
        reply = yield from _call(context, StockActivity.CLOSE_STOCK_CHANGE, applied)
        answer = decode(StockLevel, reply)
    return encode(answer)


def _call(context: Context, activity: StockActivity, payload: object) -> Steps[Any]:
    retries = Backoff(RetryPolicies().step)
    return (yield context.call_activity_with_retry(activity.value, retries, encode(payload)))
