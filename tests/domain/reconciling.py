"""Records to reconcile, and what partners show of their orders."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from orders.domain import wait_changes
from orders.domain.disputes import Dispute
from orders.domain.operator_changes import close_refund, request_refund
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.provider_records import PaymentState, RefundProgress
from orders.domain.reconciliation import reconcile_payment
from orders.domain.refund import RefundOutcome
from orders.domain.results import Shipment, ShipmentStatus
from orders.domain.waits import WaitPolicy
from tests.builders import NOON, a_record, a_refund_request, a_round

LATER = NOON + timedelta(hours=1)
TOTAL: Final = 3480
CAPTURED = PaymentState(captured=TOTAL)
COMPLETED = a_record(runs=1, dispatched_at=NOON).close(Outcome.completed("T1"), NOON)[0]
REQUESTED = request_refund(COMPLETED, a_refund_request(1000))[0]
PAID = close_refund(REQUESTED, "rfd_1", RefundOutcome(is_paid=True), NOON)[0]
EMAIL_FAILED = RefundOutcome(is_paid=True, failed_step="sendRefundEmail")
SENT_BACK = replace(CAPTURED, refunds={"rfd_1": RefundProgress.FAILED})
UNDONE = a_record(runs=1, undoing=Outcome.canceled()).close(Outcome.canceled(), NOON)[0]
WAITING = wait_changes.check_wait(a_record(runs=1), a_round(step="shipOrder"), WaitPolicy(), NOON)[
    0
]
LAPSED = PaymentState(is_lapsed=True)


def disputed(*disputes: Dispute) -> PaymentState:
    """Return a captured payment with these disputes."""
    return replace(CAPTURED, disputes=disputes)


def a_shipment(status: ShipmentStatus) -> Shipment:
    """Return the shipment in this status."""
    return Shipment(status=status, tracking_number="T1")


def after(record: OrderRecord, state: PaymentState) -> OrderRecord:
    """Return the record after the payment is reconciled."""
    return reconcile_payment(record, state, LATER)[0]


def queue(record: OrderRecord) -> tuple[str, tuple[str, ...]] | None:
    """Return the reason and the steps of the order's entry in the attention queue."""
    attention = record.attention
    return (attention.reason, attention.failed_steps) if attention else None
