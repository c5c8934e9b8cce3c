"""Some of the money goes back, and the customer is told."""

import azure.durable_functions as df

from activities.pages import record_of
from bootstrap import services
from contracts.codec import decode, encode
from contracts.names import Activity
from contracts.payloads import RefundEnding, RefundReference, RefundState
from domain.answers import Refund
from domain.errors import UnknownOrder
from domain.notice import refund_letter
from domain.outcome import Reason
from domain.record import OrderRecord
from domain.refund import OrderRefund, RefundStatus

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.REFUND_PAYMENT)
def refund_payment(payload: dict) -> dict:
    """Pay back what the book says. A refusal is an answer."""
    reference = decode(RefundReference, payload)
    refund = _refund_in(record_of(reference.order_id), reference)
    if refund.status is not RefundStatus.REQUESTED:
        # It is only to be told; or it ended in another run, or is left to a person, while this one
        # waited for its turn.
        is_paid = refund.status is RefundStatus.PAID
        return encode(Refund(refunded=is_paid, reason=None if is_paid else Reason.WITHDRAWN))
    paid = services().payments.refund(reference.order_id, reference.refund_id, refund.amount)
    return encode(paid)


@bp.activity_trigger(input_name="payload", activity=Activity.SEND_REFUND_NOTICE)
def send_refund_notice(payload: dict) -> dict:
    """Mail the customer what is paid back, unless nobody knows any more who that is."""
    reference = decode(RefundReference, payload)
    record = record_of(reference.order_id)
    person = services().order_book.person(reference.order_id)
    if person is not None:
        mail = refund_letter(record.order, person, _refund_in(record, reference).amount)
        services().mailer.send_refund_notice(reference.order_id, reference.refund_id, mail)
    return {}


@bp.activity_trigger(input_name="payload", activity=Activity.CLOSE_REFUND)
def close_refund(payload: dict) -> dict:
    """Write down what became of the refund; the answer is what the book says."""
    ending = decode(RefundEnding, payload)
    record = services().refunds.close(ending.order_id, ending.refund_id, ending.end)
    refund = _refund_in(
        record, RefundReference(order_id=ending.order_id, refund_id=ending.refund_id)
    )
    return encode(RefundState(status=refund.status, reason=refund.reason))


def _refund_in(record: OrderRecord, reference: RefundReference) -> OrderRefund:
    refund = record.refund(reference.refund_id)
    if refund is None:
        raise UnknownOrder("the book holds no refund of this id")
    return refund
