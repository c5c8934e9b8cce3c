"""Records as JSON text: the pinned form, other versions, and texts that are not records.

A change of the pinned text breaks stored orders: add fields with a default, never rename or remove
one.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from orders.adapters.order_store.records import (
    customer_to_text,
    record_to_text,
    text_to_customer,
    text_to_record,
)
from orders.domain.attention import Attention, AttentionReason, ResolutionAction
from orders.domain.errors import UnreadableRecordError
from orders.domain.money import Money
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome, StockSale
from orders.domain.refund import Refund, RefundStatus
from orders.domain.results import Accepted, StockLine
from orders.domain.waits import Expiry, Waiting, WaitingFor, WaitPhase, WakePosition
from tests.builders import (
    INVALID,
    NAME,
    NOON,
    OPERATOR,
    PERSONAL_DATA,
    a_customer,
    a_record,
    a_resolution,
    a_stored_order,
)

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
    erased_at=LATER,
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
        "terms": {"maxQuantity": 100, "countries": ["DE", "FR"]},
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
    "erasedAt": "2026-03-01T13:00:00Z",
    "purgedAt": "2026-03-01T13:00:00Z",
}
NEW = "aFieldOfTheNextVersion"


def with_unknown_fields(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON value with an unknown field in every object."""
    if isinstance(value, list):
        return [with_unknown_fields(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {key: with_unknown_fields(item) for key, item in value.items()}
    return {**members, NEW: {"with": ["content", None, 1]}}


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    """Return the pinned text after a change."""
    plain = json.loads(json.dumps(PINNED))
    change(plain)
    return json.dumps(plain)


def test_text_of_a_record_is_pinned() -> None:
    """Stored orders have this text, apart from the order of fields and countries."""
    plain = json.loads(record_to_text(FULL))
    plain["order"]["terms"]["countries"].sort()

    assert plain == PINNED


@pytest.mark.parametrize(
    "record", [a_record(), FULL, a_record(validation=INVALID)], ids=["new", "full", "invalid"]
)
def test_record_is_read_as_it_was_written(record: OrderRecord) -> None:
    """Empty fields are left out of the text and have their defaults again."""
    assert text_to_record("ord_1", record_to_text(record)) == record


def test_pinned_record_has_no_empty_field() -> None:
    """Every field is part of the pinned text."""
    assert len(PINNED) == len(OrderRecord.__dataclass_fields__)


def test_record_of_the_previous_version_is_read() -> None:
    """Fields that it does not have get their defaults."""
    text = json.dumps({"order": PINNED["order"], "fingerprint": "f"})

    assert text_to_record("ord_1", text) == replace(a_record(), order=FULL.order)


def test_record_of_the_next_version_is_read() -> None:
    """Unknown fields are ignored at every level."""
    text = json.dumps(with_unknown_fields(PINNED))

    assert text.count(NEW) > 15
    assert text_to_record("ord_1", text) == FULL


def test_personal_part_of_the_next_version_is_read() -> None:
    """Unknown fields are ignored in the address too."""
    plain = with_unknown_fields(json.loads(customer_to_text(a_customer())))

    assert text_to_customer(json.dumps(plain)) == a_customer()


@pytest.mark.parametrize(
    "text",
    [
        "",
        NAME,
        "null",
        "[]",
        "{}",
        json.dumps(NAME),
        json.dumps(PINNED)[:-1],
        "[" * 100_000,
        changed(lambda plain: plain.pop("order")),
        changed(lambda plain: plain["order"].pop("terms")),
        changed(lambda plain: plain.update(endedAt=NAME)),
        changed(lambda plain: plain.update(runs=NAME)),
        changed(lambda plain: plain["outcome"].update(status=NAME)),
        changed(lambda plain: plain["validation"].update(result=NAME)),
        changed(lambda plain: plain["resolutions"][0].pop("resolutionId")),
        changed(lambda plain: plain["refunds"][0]["amount"].update(minor=NAME)),
    ],
    ids=[
        "empty",
        "no JSON",
        "null",
        "list",
        "empty object",
        "text",
        "cut",
        "too deep",
        "no order",
        "no terms",
        "no time",
        "no number",
        "unknown status",
        "unknown result",
        "no resolution ID",
        "no amount",
    ],
)
def test_text_that_is_not_a_record_is_unreadable(text: str) -> None:
    """The error names the order, and neither it nor its causes repeat the text."""
    with pytest.raises(UnreadableRecordError, match="the record of ord_1 cannot be decoded") as it:
        text_to_record("ord_1", text)

    assert it.value.__cause__ is None
    assert it.value.__suppress_context__
    assert not [word for word in (*PERSONAL_DATA, OPERATOR) if word in str(it.value)]
