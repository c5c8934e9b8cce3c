"""A record in which no field is empty, and its pinned text."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from orders.domain.attention import Attention, AttentionReason, ResolutionAction
from orders.domain.disputes import DisputeStatus
from orders.domain.money import Money
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome, StockSale
from orders.domain.refund import Refund, RefundStatus
from orders.domain.reported import Delivery, Reported
from orders.domain.results import Accepted, ShipmentStatus, StockLine
from orders.domain.waits import Expiry, Waiting, WaitingFor, WaitPhase, WakePosition
from tests.builders import NAME, NOON, OPERATOR, a_dispute, a_resolution, a_stored_order

LATER = NOON + timedelta(hours=1)
#: A record in which no field is empty.
FULL = OrderRecord(
    order=replace(a_stored_order(), reference="42"),
    fingerprint="f",
    runs=2,
    validation=Accepted(
        amount=Money(3480, "EUR"),
        stock_lines=(StockLine(sku="MUG-BLUE", quantity=2, opening_balance=9),),
    ),
    undoing=Outcome.rejected("cardDeclined"),
    cancel_requested_at=NOON,
    cancel_reason="canceled",
    reopened_from=OrderStatus.COMPLETED,
    waiting=Waiting(
        step="shipOrder",
        waiting_for=WaitingFor.CARRIER,
        since=NOON,
        until=LATER,
        expiry=Expiry.UNDO,
        phase=WaitPhase.READY,
        woken_at=NOON,
        attempts=1,
        next_attempt_at=LATER,
        customer_informed_at=NOON,
    ),
    wake_position=WakePosition(2, 1),
    last_wait_ended_at=NOON,
    dispatched_at=NOON,
    sales=(StockSale(sku="MUG-BLUE", reservation=17),),
    outcome=Outcome.completed("T1").with_failed_step("sendConfirmation", "not sent"),
    ended_at=LATER,
    updated_at=LATER,
    attention=Attention(
        reason=AttentionReason.STEP_FAILED, since=LATER, failed_steps=("refundPayment",)
    ),
    resolutions=(
        a_resolution(ResolutionAction.SKIP, "refundPayment", note=NAME, refunds=("rfd_1",)),
    ),
    recovery_attempts=3,
    next_recovery_at=LATER,
    terminated_at=NOON,
    refunds=(
        Refund(
            refund_id="rfd_1",
            amount=Money(980, "EUR"),
            note="a broken cup",
            operator=OPERATOR,
            requested_at=NOON,
            fingerprint="g",
            status=RefundStatus.FAILED,
            ended_at=LATER,
            failed_step="refundPayment",
            reason="refundRefused",
            recovery_attempts=2,
            terminated_at=NOON,
        ),
    ),
    reported=Reported(
        authorization_lapsed_at=NOON,
        disputes=(replace(a_dispute(DisputeStatus.LOST), closed_at=LATER),),
        delivery=Delivery(status=ShipmentStatus.DELIVERED, at=LATER),
    ),
    erased_at=LATER,
    is_erasure_pending=True,
    purged_at=LATER,
)
PINNED: dict[str, Any] = {
    "order": {
        "orderId": "ord_1",
        "placedAt": "2026-03-01T12:00:00Z",
        "quote": {
            "lines": [
                {
                    "sku": "MUG-BLUE",
                    "name": "Stoneware mug",
                    "quantity": 2,
                    "unitPrice": {"minor": 1490, "currency": "EUR"},
                    "taxRate": 1900,
                }
            ],
            "shippingMethod": "standard",
            "shipping": {"minor": 500, "currency": "EUR"},
            "tax": {"minor": 100, "currency": "EUR"},
        },
        "terms": {
            "maxQuantity": 100,
            "countries": ["DE", "FR"],
            "payment": {"minimum": 1, "step": 1},
        },
        "country": "DE",
        "paymentMethod": "pm_card_visa",
        "reference": "42",
    },
    "fingerprint": "f",
    "runs": 2,
    "validation": {
        "result": "accepted",
        "amount": {"minor": 3480, "currency": "EUR"},
        "stockLines": [{"sku": "MUG-BLUE", "quantity": 2, "openingBalance": 9}],
    },
    "undoing": {"status": "rejected", "reason": "cardDeclined"},
    "cancelRequestedAt": "2026-03-01T12:00:00Z",
    "cancelReason": "canceled",
    "reopenedFrom": "completed",
    "waiting": {
        "step": "shipOrder",
        "waitingFor": "carrier",
        "since": "2026-03-01T12:00:00Z",
        "until": "2026-03-01T13:00:00Z",
        "expiry": "undo",
        "phase": "ready",
        "wokenAt": "2026-03-01T12:00:00Z",
        "attempts": 1,
        "nextAttemptAt": "2026-03-01T13:00:00Z",
        "customerInformedAt": "2026-03-01T12:00:00Z",
    },
    "wakePosition": {"run": 2, "round": 1},
    "lastWaitEndedAt": "2026-03-01T12:00:00Z",
    "dispatchedAt": "2026-03-01T12:00:00Z",
    "sales": [{"sku": "MUG-BLUE", "reservation": 17}],
    "outcome": {
        "status": "completed",
        "trackingNumber": "T1",
        "notes": ["not sent"],
        "failedSteps": ["sendConfirmation"],
    },
    "endedAt": "2026-03-01T13:00:00Z",
    "updatedAt": "2026-03-01T13:00:00Z",
    "attention": {
        "reason": "stepFailed",
        "since": "2026-03-01T13:00:00Z",
        "failedSteps": ["refundPayment"],
    },
    "resolutions": [
        {
            "resolutionId": "res_1",
            "action": "skip",
            "note": NAME,
            "operator": OPERATOR,
            "at": "2026-03-01T12:00:00Z",
            "steps": ["refundPayment"],
            "refunds": ["rfd_1"],
        }
    ],
    "recoveryAttempts": 3,
    "nextRecoveryAt": "2026-03-01T13:00:00Z",
    "terminatedAt": "2026-03-01T12:00:00Z",
    "refunds": [
        {
            "refundId": "rfd_1",
            "amount": {"minor": 980, "currency": "EUR"},
            "note": "a broken cup",
            "operator": OPERATOR,
            "requestedAt": "2026-03-01T12:00:00Z",
            "fingerprint": "g",
            "status": "failed",
            "endedAt": "2026-03-01T13:00:00Z",
            "failedStep": "refundPayment",
            "reason": "refundRefused",
            "recoveryAttempts": 2,
            "terminatedAt": "2026-03-01T12:00:00Z",
        }
    ],
    "reported": {
        "authorizationLapsedAt": "2026-03-01T12:00:00Z",
        "disputes": [
            {
                "disputeId": "dp_1",
                "amount": {"minor": 3480, "currency": "EUR"},
                "status": "lost",
                "openedAt": "2026-03-01T12:00:00Z",
                "closedAt": "2026-03-01T13:00:00Z",
            }
        ],
        "delivery": {"status": "delivered", "at": "2026-03-01T13:00:00Z"},
    },
    "erasedAt": "2026-03-01T13:00:00Z",
    "isErasurePending": True,
    "purgedAt": "2026-03-01T13:00:00Z",
}
