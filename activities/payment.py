"""The money: held, taken, given back."""

import azure.durable_functions as df

from activities.pages import record_of
from bootstrap import services
from contracts.codec import decode, encode
from contracts.names import Activity
from contracts.payloads import OrderReference, PaymentRequest, PaymentUndone
from domain.answers import Authorization, Capture
from domain.outcome import Reason

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.PROCESS_PAYMENT)
def process_payment(payload: dict) -> dict:
    """Hold the amount on the card. A decline is an answer."""
    request = decode(PaymentRequest, payload)
    record = record_of(request.order_id)
    if record.is_being_canceled:
        return encode(Authorization(approved=False, reason=Reason.CANCELED))
    # The payment method stays in the book: a history is no place for it.
    method = record.order.payment_method
    return encode(services().payments.authorize(request.order_id, request.amount, method))


@bp.activity_trigger(input_name="payload", activity=Activity.CAPTURE_PAYMENT)
def capture_payment(payload: dict) -> dict:
    """Take the held amount."""
    order_id = decode(OrderReference, payload).order_id
    if record_of(order_id).is_being_canceled:
        return encode(Capture(captured=False, reason=Reason.CANCELED))
    return encode(services().payments.capture(order_id))


@bp.activity_trigger(input_name="payload", activity=Activity.VOID_PAYMENT)
def void_payment(payload: dict) -> dict:
    """Leave the customer whole: void the hold, or refund what was captured."""
    reference = decode(OrderReference, payload)
    withdrawal = services().payments.withdraw(reference.order_id)
    return encode(PaymentUndone(withdrawal=withdrawal))
