"""Activities of a stock change: read the stored change, store its answer."""

import azure.durable_functions as df

from orders.contracts.codec import decode, encode
from orders.contracts.names import StockActivity
from orders.contracts.payloads import StockChangeAnswer, StockChangeReference, StockChangeState
from orders.domain.errors import StockChangeNotFoundError
from orders.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=StockActivity.OPEN_STOCK_CHANGE)
def open_stock_change(payload: dict) -> dict:
    """Return the answer of a change that was applied or refused before."""
    change = services().stock_changes.find(decode(StockChangeReference, payload).change_id)
    if change is None:
        raise StockChangeNotFoundError
    return encode(StockChangeState(answer=change.answer))


@bp.activity_trigger(input_name="payload", activity=StockActivity.CLOSE_STOCK_CHANGE)
def close_stock_change(payload: dict) -> dict:
    """Store the answer, and return the stored one."""
    request = decode(StockChangeAnswer, payload)
    return encode(services().stock_changes.store_answer(request.change_id, request.answer))
