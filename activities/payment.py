"""The money: held, taken, given back."""

import azure.durable_functions as df

from activities.pages import order_of
from bootstrap import services
from contracts.codec import decode, encode
from contracts.names import Activity
from contracts.payloads import OrderReference, PaymentRequest, PaymentUndone

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.PROCESS_PAYMENT)
def process_payment(payload: dict) -> dict:
    """Hold the amount on the card. A decline is an answer."""
    request = decode(PaymentRequest, payload)
    # The payment method stays in the book: a history is no place for it.
    method = order_of(request.order_id).payment_method
    return encode(services().payments.authorize(request.order_id, request.amount, method))


@bp.activity_trigger(input_name="payload", activity=Activity.CAPTURE_PAYMENT)
def capture_payment(payload: dict) -> dict:
    """Take the held amount."""
    reference = decode(OrderReference, payload)
    return encode(services().payments.capture(reference.order_id))


@bp.activity_trigger(input_name="payload", activity=Activity.VOID_PAYMENT)
def void_payment(payload: dict) -> dict:
    """Leave the customer whole: void the hold, or refund what was captured."""
    reference = decode(OrderReference, payload)
    withdrawal = services().payments.withdraw(reference.order_id)
    return encode(PaymentUndone(withdrawal=withdrawal))
