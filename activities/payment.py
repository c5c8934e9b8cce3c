"""Activities on the order's payment: authorize, capture, reverse."""

import azure.durable_functions as df

from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity
from orders.contracts.payloads import OrderReference, PaymentRequest, PaymentReversal
from orders.domain.results import Paused, Reversal
from orders.domain.switches import Switch
from orders.lookups import get_record
from orders.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.PROCESS_PAYMENT)
def process_payment(payload: dict) -> dict:
    """Authorize the order's amount. A decline is returned, not raised."""
    request = decode(PaymentRequest, payload)
    record = get_record(request.order_id)
    if record.refusal:
        return encode(record.refusal)
    # Read from the store: the payment method must not appear in the history.
    payment_method = record.order.payment_method
    return encode(services().payments.authorize(request.order_id, request.amount, payment_method))


@bp.activity_trigger(input_name="payload", activity=Activity.CAPTURE_PAYMENT)
def capture_payment(payload: dict) -> dict:
    """Capture the authorized amount, unless that is switched off. A refusal is returned."""
    order_id = decode(OrderReference, payload).order_id
    if not services().switches.is_on(Switch.CAPTURE):
        return encode(Paused())
    record = get_record(order_id)
    if record.refusal:
        return encode(record.refusal)
    return encode(services().payments.capture(order_id))


@bp.activity_trigger(input_name="payload", activity=Activity.REVERSE_PAYMENT)
def reverse_payment(payload: dict) -> dict:
    """Void the authorization or refund what was captured, and leave a tombstone."""
    order_id = decode(OrderReference, payload).order_id
    if get_record(order_id).reported.is_disputed:
        # The bank has the money: a refund could pay the customer twice.
        return encode(PaymentReversal(reversal=Reversal.REFUSED))
    return encode(PaymentReversal(reversal=services().payments.reverse(order_id)))
