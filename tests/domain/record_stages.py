"""A record in each stage of an order's life."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from orders.domain import (
    wait_changes,
)
from orders.domain.attention import Attention, AttentionReason, ResolutionAction
from orders.domain.disputes import DisputeStatus
from orders.domain.erasure import erase
from orders.domain.operator_changes import (
    close_refund,
    request_refund,
    resolve_attention,
)
from orders.domain.outcome import Outcome
from orders.domain.provider_records import PaymentState, RefundProgress
from orders.domain.reconciliation import reconcile_payment, reconcile_shipment
from orders.domain.refund import RefundOutcome
from orders.domain.refund_approvals import approve_refund
from orders.domain.results import Shipment, ShipmentStatus
from orders.domain.waits import WaitPolicy
from tests.builders import (
    ACCEPTED,
    NOON,
    a_dispute,
    a_record,
    a_refund_request,
    a_resolution,
    a_round,
    an_approval,
)

LATER = NOON + timedelta(hours=1)
COMPLETED, REJECTED = Outcome.completed("T1"), Outcome.rejected("cardDeclined")
FAILED = Outcome.needs_attention("unavailable", ("reversePayment", "cancelShipment"))
PAID = RefundOutcome(is_paid=True)
UNPAID = RefundOutcome(is_paid=False, failed_step="refundPayment", reason="refundRefused")
EMAIL_FAILED = RefundOutcome(is_paid=True, failed_step="sendRefundEmail")
CLOSED = a_record(runs=1, dispatched_at=NOON).close(COMPLETED, NOON)[0]
REFUNDING = request_refund(CLOSED, a_refund_request(10))[0]
REFUND_FAILED = close_refund(REFUNDING, "rfd_1", UNPAID, NOON)[0]
EMAIL_MISSING = close_refund(REFUNDING, "rfd_1", EMAIL_FAILED, NOON)[0]
AWAITING = request_refund(CLOSED, replace(a_refund_request(10), alone_up_to=9))[0]
APPROVED = approve_refund(AWAITING, "rfd_1", an_approval())[0]
IN_QUEUE = a_record(runs=1).close(FAILED, NOON)[0]
RESOLVED = resolve_attention(IN_QUEUE, a_resolution(resolution_id="res_0"))[0]
BOTH_FAILED: Final = replace(
    REFUND_FAILED,
    outcome=COMPLETED.with_failed_step("sendConfirmation", "not sent"),
    attention=Attention(
        reason=AttentionReason.STEP_FAILED,
        since=NOON,
        failed_steps=("sendConfirmation", "refundPayment"),
    ),
)
REFUND_PAID = close_refund(REFUNDING, "rfd_1", PAID, NOON)[0]
UNDONE = a_record(runs=1, undoing=REJECTED).close(REJECTED, NOON)[0]
SENT_BACK = PaymentState(captured=3480, refunds={"rfd_1": RefundProgress.FAILED})
DISPUTED = PaymentState(captured=3480, disputes=(a_dispute(),))
WON = PaymentState(captured=3480, disputes=(a_dispute(DisputeStatus.WON),))
LAPSED = PaymentState(is_lapsed=True)
LOST = Shipment(status=ShipmentStatus.LOST, tracking_number="T1")
WAITING = wait_changes.check_wait(a_record(runs=1), a_round(), WaitPolicy(), NOON)[0]
#: A record in each stage of an order's life.
RECORDS: Final = {
    "placed": a_record(),
    "validated": a_record(runs=1, validation=ACCEPTED),
    "cancellation requested": a_record(runs=1, cancel_requested_at=NOON),
    "being undone": a_record(runs=1, undoing=REJECTED),
    "dispatched": a_record(runs=1, dispatched_at=NOON),
    "suspended": a_record(
        runs=1, attention=Attention(reason=AttentionReason.SUSPENDED, since=NOON)
    ),
    "terminated": a_record(runs=1, recovery_attempts=1, terminated_at=NOON),
    "waiting": WAITING,
    "woken": wait_changes.request_retry(WAITING, NOON)[0],
    "waiting and canceled": WAITING.request_cancel(NOON)[0],
    "waiting for its undo": wait_changes.check_wait(
        a_record(runs=1, undoing=REJECTED), a_round(step="reversePayment"), WaitPolicy(), NOON
    )[0],
    "waiting in the queue": WAITING.request_attention(
        AttentionReason.WAITING, NOON, ("processPayment",)
    )[0],
    "resolved while waiting": resolve_attention(
        WAITING.request_attention(AttentionReason.WAITING, NOON, ("processPayment",))[0],
        a_resolution(ResolutionAction.SKIP),
    )[0],
    "completed": CLOSED,
    "refunding": REFUNDING,
    "refund awaiting approval": AWAITING,
    "refund approved": APPROVED,
    "refund paid": REFUND_PAID,
    "refund sent back": reconcile_payment(REFUND_PAID, SENT_BACK, NOON)[0],
    "undone": UNDONE,
    "reversal sent back": reconcile_payment(UNDONE, SENT_BACK, NOON)[0],
    "disputed": reconcile_payment(CLOSED, DISPUTED, NOON)[0],
    "waiting with a lapsed authorization": reconcile_payment(WAITING, LAPSED, NOON)[0],
    "lost": reconcile_shipment(CLOSED, LOST, NOON)[0],
    "refund failed": REFUND_FAILED,
    "refund email failed": EMAIL_MISSING,
    "refund and email failed": BOTH_FAILED,
    "in the queue": IN_QUEUE,
    "resolved": RESOLVED,
    "erased": erase(REFUND_FAILED, NOON)[0],
    "purged": replace(CLOSED, purged_at=NOON),
}
