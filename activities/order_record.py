"""Activities that change the order's record: open, begin the undo, close."""

import azure.durable_functions as df

from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity
from orders.contracts.payloads import OrderOutcome, OrderReference
from orders.domain.errors import OrderNotFoundError
from orders.domain.outcome import Opening, Outcome, Reason
from orders.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.OPEN_ORDER)
def open_order(payload: dict) -> dict:
    """Return what earlier orchestrations of this order have done."""
    order_id = decode(OrderReference, payload).order_id
    try:
        opening = services().order_store.open(order_id)
    except OrderNotFoundError:
        # No retry helps: an order is stored before its orchestration starts.
        opening = Opening(outcome=Outcome.rejected(Reason.ORDER_NOT_FOUND))
    return encode(opening)


@bp.activity_trigger(input_name="payload", activity=Activity.BEGIN_UNDO)
def begin_undo(payload: dict) -> dict:
    """Record that undoing begins, and return the recorded outcome."""
    request = decode(OrderOutcome, payload)
    return encode(services().order_store.begin_undo(request.order_id, request.outcome))


@bp.activity_trigger(input_name="payload", activity=Activity.CLOSE_ORDER)
def close_order(payload: dict) -> dict:
    """Record the outcome, and return the recorded one."""
    request = decode(OrderOutcome, payload)
    return encode(services().order_store.close(request.order_id, request.outcome))
