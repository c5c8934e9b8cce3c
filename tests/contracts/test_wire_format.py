"""JSON of every persisted value, as it is in the histories of running orders.

A change here breaks running orders: add fields with a default, never rename or remove one.
"""

import pytest

from orders.contracts.codec import encode
from orders.contracts.payloads import (
    CanceledShipment,
    ConfirmationRequest,
    EventInput,
    EventReference,
    EventState,
    OrderInput,
    OrderOutcome,
    OrderReference,
    OutcomeEmailRequest,
    PaymentRequest,
    PaymentReversal,
    RefundClosing,
    RefundInput,
    RefundReference,
    RefundState,
    StockChangeAnswer,
    StockChangeReference,
    StockChangeRequest,
    StockChangeState,
    StockRequest,
    StockSettlement,
)
from orders.domain.emails import EmailKind
from orders.domain.money import Money
from orders.domain.outcome import Opening, OrderStatus, Outcome, Reason, StockSale
from orders.domain.partner_events import EventStatus, Partner
from orders.domain.refund import RefundOutcome, RefundStatus
from orders.domain.results import (
    Accepted,
    Authorized,
    Booked,
    Captured,
    Dispatched,
    Invalid,
    Refunded,
    Refused,
    Reserved,
    Reversal,
    ShipmentCancellation,
    Sold,
    StockLine,
    ValidationProblem,
)
from orders.domain.stock import ReservationStatus, Stock, StockLevel
from tests.builders import an_event

EUROS = Money(4980, "EUR")
SALES = (StockSale(sku="MUG", reservation=17),)
LEVEL = StockLevel(available=7, reserved=2, sold=0)
LEVEL_JSON = {"available": 7, "reserved": 2, "sold": 0, "done": True}
RETRIES = {
    "step": {"firstIntervalMs": 500, "maxIntervalMs": 10_000, "maxAttempts": 8},
    "undo": {"firstIntervalMs": 1_000, "maxIntervalMs": 30_000, "maxAttempts": 12},
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
            OutcomeEmailRequest(order_id="o", kind=EmailKind.REJECTED, reason=Reason.DISCONTINUED),
            {"orderId": "o", "kind": "rejected", "reason": "discontinued"},
        ),
        (
            OrderOutcome(order_id="o", outcome=Outcome.completed("T1")),
            {"orderId": "o", "outcome": {"status": "completed", "trackingNumber": "T1"}},
        ),
        (
            OrderOutcome(order_id="o", outcome=Outcome.completed("T1"), sales=SALES),
            {
                "orderId": "o",
                "outcome": {"status": "completed", "trackingNumber": "T1"},
                "sales": [{"sku": "MUG", "reservation": 17}],
            },
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
                outcome=RefundOutcome(
                    is_paid=False, failed_step="refundPayment", reason="unavailable"
                ),
            ),
            {
                "orderId": "o",
                "refundId": "r",
                "outcome": {
                    "isPaid": False,
                    "failedStep": "refundPayment",
                    "reason": "unavailable",
                },
            },
        ),
        (RefundState(status=RefundStatus.PAID), {"status": "paid"}),
        (
            EventInput(partner=Partner.PAYMENTS, event_id="evt_1"),
            {"partner": "payments", "eventId": "evt_1", "retries": RETRIES},
        ),
        (
            EventReference(partner=Partner.CARRIER, event_id="evt_1"),
            {"partner": "carrier", "eventId": "evt_1"},
        ),
        (EventState(status=EventStatus.UNMATCHED), {"status": "unmatched"}),
        (
            an_event(),
            {
                "partner": "payments",
                "eventId": "evt_1",
                "type": "refund.failed",
                "objectId": "pi_1",
                "receivedAt": "2026-03-01T12:01:00Z",
                "status": "pending",
                "attempts": 1,
                "nextAttemptAt": "2026-03-01T12:03:00Z",
            },
        ),
        (Refunded(), {"result": "refunded"}),
        (Opening(), {"dispatched": False, "resumed": False, "run": 1}),
        (
            Opening(sales=SALES),
            {
                "dispatched": False,
                "resumed": False,
                "run": 1,
                "sales": [{"sku": "MUG", "reservation": 17}],
            },
        ),
        (
            Accepted(
                amount=EUROS,
                stock_lines=(StockLine(sku="MUG", quantity=2, opening_balance=9),),
            ),
            {
                "result": "accepted",
                "amount": {"minor": 4980, "currency": "EUR"},
                "stockLines": [{"sku": "MUG", "quantity": 2, "openingBalance": 9}],
            },
        ),
        (
            Invalid(
                problems=(ValidationProblem(reason=Reason.DISCONTINUED, line=1, sku="OLD"),),
            ),
            {
                "result": "invalid",
                "problems": [{"reason": "discontinued", "line": 1, "sku": "OLD"}],
            },
        ),
        (Reserved(), {"result": "reserved"}),
        (Authorized(), {"result": "authorized"}),
        (Booked(tracking_number="T1"), {"result": "booked", "trackingNumber": "T1"}),
        (Captured(), {"result": "captured"}),
        (Dispatched(), {"result": "dispatched"}),
        (Sold(reservation=17), {"result": "sold", "reservation": 17}),
        (Refused(reason=Reason.OUT_OF_STOCK), {"result": "refused", "reason": "outOfStock"}),
        (PaymentReversal(reversal=Reversal.VOIDED), {"reversal": "voided"}),
        (PaymentReversal(reversal=Reversal.REFUSED), {"reversal": "refused"}),
        (
            CanceledShipment(cancellation=ShipmentCancellation.CANCELED),
            {"cancellation": "canceled"},
        ),
        (
            StockLine(sku="MUG", quantity=2, opening_balance=9),
            {"sku": "MUG", "quantity": 2, "openingBalance": 9},
        ),
        (
            StockRequest(order_id="o", opening_balance=9, quantity=2),
            {"orderId": "o", "openingBalance": 9, "quantity": 2},
        ),
        (
            StockSettlement(
                order_id="o",
                opening_balance=9,
                quantity=2,
                status=ReservationStatus.SOLD,
                reservation=17,
            ),
            {
                "orderId": "o",
                "openingBalance": 9,
                "quantity": 2,
                "status": "sold",
                "reservation": 17,
            },
        ),
        (
            StockSettlement(
                order_id="o", opening_balance=9, quantity=2, status=ReservationStatus.RELEASED
            ),
            {"orderId": "o", "openingBalance": 9, "quantity": 2, "status": "released"},
        ),
        (
            StockChangeRequest(change_id="stk_1", sku="MUG", units=-1, opening_balance=9),
            {"changeId": "stk_1", "sku": "MUG", "units": -1, "openingBalance": 9},
        ),
        (StockChangeReference(change_id="stk_1"), {"changeId": "stk_1"}),
        (StockChangeState(), {}),
        (StockChangeState(answer=LEVEL), {"answer": LEVEL_JSON}),
        (
            StockChangeAnswer(change_id="stk_1", answer=LEVEL),
            {"changeId": "stk_1", "answer": LEVEL_JSON},
        ),
        (LEVEL, LEVEL_JSON),
        (
            Stock.opened(9).reserve("o", 2)[0],
            {
                "available": 7,
                "reserved": 2,
                "sold": 0,
                "made": 1,
                "reservations": {"o": {"quantity": 2, "status": "reserved", "number": 1}},
                "changes": {},
                "opening": 9,
                "adjusted": 0,
                "settled": 0,
                "released": 0,
            },
        ),
        (
            Stock.opened(9).adjust("stk_1", -1)[0],
            {
                "available": 8,
                "reserved": 0,
                "sold": 0,
                "made": 0,
                "reservations": {},
                "changes": {"stk_1": {"available": 8, "reserved": 0, "sold": 0, "done": True}},
                "opening": 9,
                "adjusted": -1,
                "settled": 0,
                "released": 0,
            },
        ),
        (
            Outcome.needs_attention("unavailable", ("reversePayment",)).with_note("n"),
            {
                "status": "needsAttention",
                "reason": "unavailable",
                "notes": ["n"],
                "failedSteps": ["reversePayment"],
            },
        ),
    ],
)
def test_payload_has_its_pinned_json(value: object, wire: object) -> None:
    """Histories of running orders hold this JSON."""
    assert encode(value) == wire


def test_order_statuses_are_pinned() -> None:
    """Callers know these statuses, so none is renamed or removed."""
    assert {status.value for status in OrderStatus} == {
        *("placed", "processing", "waiting", "completed", "rejected", "canceled"),
        "needsAttention",
    }
