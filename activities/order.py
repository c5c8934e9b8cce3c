"""Activities on the order itself: open, validate, begin the undo, close."""

import azure.durable_functions as df

from activities.lookups import get_record
from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity
from orders.contracts.payloads import OrderOutcome, OrderReference
from orders.domain.errors import OrderNotFoundError
from orders.domain.outcome import Opening, Outcome, Reason
from orders.domain.validation import validate
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


@bp.activity_trigger(input_name="payload", activity=Activity.VALIDATE_ORDER)
def validate_order(payload: dict) -> dict:
    """Validate the order. A rejection is a result, and the first result counts."""
    record = get_record(decode(OrderReference, payload).order_id)
    if record.validation:
        return encode(record.validation)
    validation = validate(record.order, services().catalogue.product)
    return encode(services().order_store.record_validation(record.order.order_id, validation))


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
