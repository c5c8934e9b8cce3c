"""How does each persisted value look? Running orders have these shapes in their histories.

A change here breaks orders that are under way: add fields with a default, never rename or remove
one.
"""

import pytest

from orders.contracts.codec import encode
from orders.contracts.payloads import (
    ConfirmationRequest,
    OrderOutcome,
    OutcomeEmailRequest,
    OrderInput,
    OrderReference,
    PaymentRequest,
    PaymentReversal,
    RefundClosing,
    RefundInput,
    RefundReference,
    RefundState,
    CanceledShipment,
)
from orders.domain.results import (
    Authorization,
    Booking,
    ValidationProblem,
    ShipmentCancellation,
    Capture,
    Refund,
    ValidationResult,
    Reversal,
)
from orders.domain.money import Money
from orders.domain.emails import EmailKind
from orders.domain.outcome import Opening, OrderStatus, Outcome, Reason
from orders.domain.refund import RefundOutcome, RefundStatus

EUROS = Money(4980, "EUR")
RETRIES = {
    "doing": {"firstMs": 500, "longestMs": 10_000, "attempts": 8},
    "undoing": {"firstMs": 1_000, "longestMs": 30_000, "attempts": 12},
}


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (OrderReference(order_id="o"), {"orderId": "o"}),
        (OrderInput(order_id="o"), {"orderId": "o", "retries": RETRIES}),
        (
            PaymentRequest(order_id="o", amount=EUROS),
            {"orderId": "o", "amount": {"minor": 4980, "currency": "EUR"}},
        ),
        (
            ConfirmationRequest(order_id="o", tracking_number="T1"),
            {"orderId": "o", "trackingNumber": "T1"},
        ),
        (
            OutcomeEmailRequest(
                order_id="o", notice=EmailKind.REJECTED, reason=Reason.DISCONTINUED
            ),
            {"orderId": "o", "notice": "rejected", "reason": "discontinued"},
        ),
        (
            OrderOutcome(order_id="o", outcome=Outcome.completed("T1")),
            {"orderId": "o", "outcome": {"status": "completed", "trackingNumber": "T1"}},
        ),
        (
            RefundInput(order_id="o", refund_id="r"),
            {"orderId": "o", "refundId": "r", "retries": RETRIES},
        ),
        (RefundReference(order_id="o", refund_id="r"), {"orderId": "o", "refundId": "r"}),
        (
            RefundClosing(
                order_id="o",
                refund_id="r",
                end=RefundOutcome(is_paid=False, failed_step="refundPayment", reason="unavailable"),
            ),
            {
                "orderId": "o",
                "refundId": "r",
                "end": {"isPaid": False, "failedStep": "refundPayment", "reason": "unavailable"},
            },
        ),
        (RefundState(status=RefundStatus.PAID), {"status": "paid"}),
        (Refund(refunded=True), {"refunded": True}),
        (Opening(), {"cancelRequested": False, "dispatched": False, "resumed": False}),
        (
            ValidationResult(accepted=True, amount=EUROS),
            {"accepted": True, "amount": {"minor": 4980, "currency": "EUR"}},
        ),
        (
            ValidationResult(
                accepted=False,
                reason=Reason.DISCONTINUED,
                problems=(ValidationProblem(reason=Reason.DISCONTINUED, line=1, sku="OLD"),),
            ),
            {
                "accepted": False,
                "reason": "discontinued",
                "problems": [{"reason": "discontinued", "line": 1, "sku": "OLD"}],
            },
        ),
        (Authorization(approved=True), {"approved": True}),
        (Capture(captured=True), {"captured": True}),
        (Booking(booked=True, tracking_number="T1"), {"booked": True, "trackingNumber": "T1"}),
        (
            Refund(refunded=False, reason=Reason.EXCEEDS_CAPTURED),
            {"refunded": False, "reason": "aboveCaptured"},
        ),
        (PaymentReversal(reversal=Reversal.VOIDED), {"withdrawal": "voided"}),
        (PaymentReversal(reversal=Reversal.REFUSED), {"withdrawal": "refused"}),
        (
            CanceledShipment(cancellation=ShipmentCancellation.CANCELED),
            {"cancellation": "canceled"},
        ),
        (
            Outcome.needs_attention("unavailable", ("voidPayment",)).with_note("n"),
            {
                "status": "needsAttention",
                "reason": "unavailable",
                "notes": ["n"],
                "failedSteps": ["voidPayment"],
            },
        ),
    ],
)
def test_a_value_looks_on_the_wire_as_it_always_did(value: object, wire: object) -> None:
    """Histories of running orders hold this JSON."""
    assert encode(value) == wire


def test_the_statuses_are_those_that_customers_know() -> None:
    """No status is renamed or removed."""
    assert {status.value for status in OrderStatus} == {
        *("placed", "processing", "completed", "rejected", "canceled", "needsAttention")
    }
