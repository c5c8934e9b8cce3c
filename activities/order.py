"""Activities on the order itself: open, validate, wait, begin the undo, close."""

import azure.durable_functions as df

from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity
from orders.contracts.payloads import OrderOutcome, OrderReference, WaitCheck, WaitEnd
from orders.domain import wait_changes
from orders.domain.errors import OrderNotFoundError
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Opening, Outcome, Reason
from orders.domain.validation import validate
from orders.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.OPEN_ORDER)
def open_order(payload: dict) -> dict:
    """Return what earlier orchestrations of this order have done."""
    order_id = decode(OrderReference, payload).order_id
    try:
        opening = services().order_store.update(order_id, OrderRecord.open)
    except OrderNotFoundError:
        # No retry helps: an order is stored before its orchestration starts.
        opening = Opening(outcome=Outcome.rejected(Reason.ORDER_NOT_FOUND))
    return encode(opening)


@bp.activity_trigger(input_name="payload", activity=Activity.VALIDATE_ORDER)
def validate_order(payload: dict) -> dict:
    """Validate the order. A rejection is returned, not raised; the first result counts."""
    find_product = services().catalogue.product
    validation = services().order_store.update(
        decode(OrderReference, payload).order_id,
        lambda record: record.record_validation(
            record.validation or validate(record.order, find_product)
        ),
    )
    return encode(validation)


@bp.activity_trigger(input_name="payload", activity=Activity.CHECK_WAIT)
def check_wait(payload: dict) -> dict:
    """Begin a round of a wait, and return what the orchestration does next."""
    check = decode(WaitCheck, payload)
    policy, now = services().settings.waits, services().clock.now()
    answer = services().order_store.update(
        check.order_id,
        lambda record: wait_changes.check_wait(record, check.round, policy, now),
    )
    return encode(answer)


@bp.activity_trigger(input_name="payload", activity=Activity.END_WAIT)
def end_wait(payload: dict) -> dict:
    """Record that the step is done for which the order waited."""
    end = decode(WaitEnd, payload)
    now = services().clock.now()
    services().order_store.update(
        end.order_id,
        lambda record: wait_changes.end_wait(record, end.step, end.position, now),
    )
    return {}


@bp.activity_trigger(input_name="payload", activity=Activity.BEGIN_UNDO)
def begin_undo(payload: dict) -> dict:
    """Record that undoing begins, and return the recorded outcome."""
    request = decode(OrderOutcome, payload)
    outcome = services().order_store.update(
        request.order_id, lambda record: record.begin_undo(request.outcome)
    )
    return encode(outcome)


@bp.activity_trigger(input_name="payload", activity=Activity.CLOSE_ORDER)
def close_order(payload: dict) -> dict:
    """Record the outcome, and return the recorded one."""
    request = decode(OrderOutcome, payload)
    now = services().clock.now()
    outcome = services().order_store.update(
        request.order_id, lambda record: record.close(request.outcome, now, request.sales)
    )
    return encode(outcome)
