"""Activities on a refund: pay it, email the customer, record its outcome."""

import azure.durable_functions as df

from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity
from orders.contracts.payloads import RefundClosing, RefundReference, RefundState
from orders.domain import operator_changes
from orders.domain.emails import refund_email
from orders.domain.errors import OrderNotFoundError
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Reason
from orders.domain.refund import Refund, RefundStatus
from orders.domain.results import Refunded, Refused
from orders.lookups import get_record
from orders.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.REFUND_PAYMENT)
def refund_payment(payload: dict) -> dict:
    """Pay the refund in the record. A refusal is returned, not raised."""
    reference = decode(RefundReference, payload)
    record = get_record(reference.order_id)
    refund = _get_refund(record, reference.refund_id)
    if refund.status is not RefundStatus.REQUESTED:
        # It was paid, closed or resolved by another orchestration or an operator meanwhile.
        is_paid = refund.status is RefundStatus.PAID
        return encode(Refunded() if is_paid else Refused(reason=Reason.ALREADY_UNDONE))
    if record.reported.is_disputed:
        # The bank has the money: the customer could be paid twice.
        return encode(Refused(reason=Reason.DISPUTED))
    result = services().payments.refund(reference.order_id, reference.refund_id, refund.amount)
    return encode(result)


@bp.activity_trigger(input_name="payload", activity=Activity.SEND_REFUND_EMAIL)
def send_refund_email(payload: dict) -> dict:
    """Send the email about the refund, unless it was sent back or the personal data is erased."""
    reference = decode(RefundReference, payload)
    record = get_record(reference.order_id)
    refund = _get_refund(record, reference.refund_id)
    customer = services().order_store.customer(reference.order_id)
    if customer is not None and refund.status is not RefundStatus.FAILED:
        email = refund_email(record.order, customer, refund.amount)
        services().mailer.send(reference.order_id, reference.refund_id, email)
    return {}


@bp.activity_trigger(input_name="payload", activity=Activity.CLOSE_REFUND)
def close_refund(payload: dict) -> dict:
    """Record the refund's outcome, and return the recorded one."""
    closing = decode(RefundClosing, payload)
    now = services().clock.now()
    record = services().order_store.update(
        closing.order_id,
        lambda record: operator_changes.close_refund(
            record, closing.refund_id, closing.outcome, now
        ),
    )
    refund = _get_refund(record, closing.refund_id)
    return encode(RefundState(status=refund.status, reason=refund.reason))


def _get_refund(record: OrderRecord, refund_id: str) -> Refund:
    refund = record.find_refund(refund_id)
    if refund is None:
        raise OrderNotFoundError("The order has no refund with this ID.")
    return refund
