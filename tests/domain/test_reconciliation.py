"""Reconciliation: what a partner shows of an order now becomes a part of the order's record."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest

from orders.domain import wait_changes
from orders.domain.attention import AttentionReason, OperatorTask, ResolutionAction
from orders.domain.disputes import DisputeStatus
from orders.domain.operator_changes import close_refund, request_refund, resolve_attention
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome, Reason
from orders.domain.provider_records import PaymentState, RefundProgress
from orders.domain.reconciliation import REFUND_RETURNED_NOTE, reconcile_payment, reconcile_shipment
from orders.domain.refund import RefundStatus
from orders.domain.results import Shipment, ShipmentStatus
from orders.domain.waits import GiveUp, WaitPhase, WaitPolicy
from tests.builders import NOON, a_dispute, a_record, a_refund_request, a_resolution, a_round
from tests.domain.reconciling import (
    CAPTURED,
    COMPLETED,
    EMAIL_FAILED,
    LAPSED,
    LATER,
    PAID,
    REQUESTED,
    SENT_BACK,
    TOTAL,
    UNDONE,
    WAITING,
    a_shipment,
    after,
    disputed,
    queue,
)


@pytest.mark.parametrize("record", [COMPLETED, PAID, UNDONE, WAITING, a_record()])
def test_payment_as_expected_changes_nothing(record: OrderRecord) -> None:
    """The record itself is returned, so that nothing is written."""
    paid = {"rfd_1": RefundProgress.PAID}
    state = PaymentState(captured=TOTAL, refunded=TOTAL, refunds=paid)

    same, answer = reconcile_payment(record, state, LATER)

    assert same is record
    assert answer.is_complete


def test_refund_that_is_sent_back_is_owed_again() -> None:
    """It can be retried, and its amount is not refundable a second time."""
    record = after(PAID, SENT_BACK)

    (refund,) = record.refunds
    assert (refund.status, refund.reason) == (RefundStatus.FAILED, Reason.REFUND_RETURNED)
    assert queue(record) == (AttentionReason.STEP_FAILED, ("refundPayment",))
    assert record.refundable.minor == TOTAL - 1000
    assert resolve_attention(record, a_resolution())[0].open_refunds


def test_email_about_a_refund_that_is_sent_back_is_not_sent_again() -> None:
    """It had failed before, and would be wrong now."""
    record = close_refund(REQUESTED, "rfd_1", EMAIL_FAILED, NOON)[0]
    assert queue(record) == (AttentionReason.STEP_FAILED, ("sendRefundEmail",))

    assert queue(after(record, SENT_BACK)) == (AttentionReason.STEP_FAILED, ("refundPayment",))


def test_failed_email_of_another_refund_remains_in_the_queue() -> None:
    """Only the refund that was sent back needs none."""
    both = request_refund(PAID, a_refund_request(500, "rfd_2"))[0]
    both = close_refund(both, "rfd_2", EMAIL_FAILED, NOON)[0]

    record = after(both, SENT_BACK)

    assert queue(record) == (AttentionReason.STEP_FAILED, ("sendRefundEmail", "refundPayment"))


@pytest.mark.parametrize("action", [ResolutionAction.SETTLED_ELSEWHERE, ResolutionAction.SKIP])
def test_refund_that_is_resolved_is_not_sent_back_again(action: ResolutionAction) -> None:
    """The operator has seen it."""
    resolved = resolve_attention(after(PAID, SENT_BACK), a_resolution(action))[0]

    assert after(resolved, SENT_BACK) is resolved


def test_refund_that_is_being_paid_is_looked_at_again() -> None:
    """Its orchestration may not have recorded the payment yet that was sent back."""
    same, answer = reconcile_payment(REQUESTED, SENT_BACK, LATER)

    assert same is REQUESTED
    assert not answer.is_complete


def test_reversal_that_is_sent_back_needs_attention() -> None:
    """The order stays canceled, and a retry refunds again."""
    record = after(UNDONE, CAPTURED)

    retried = resolve_attention(record, a_resolution(at=LATER))[0]

    assert (record.status, queue(record)) == (
        OrderStatus.CANCELED,
        (AttentionReason.STEP_FAILED, ("reversePayment",)),
    )
    assert record.outcome is not None
    assert record.outcome.notes == (REFUND_RETURNED_NOTE,)
    assert (retried.outcome, retried.undoing) == (None, Outcome.canceled())
    assert retried.status is OrderStatus.CANCELED


@pytest.mark.parametrize("action", [ResolutionAction.SETTLED_ELSEWHERE, ResolutionAction.SKIP])
def test_reversal_that_is_resolved_stays_resolved(action: ResolutionAction) -> None:
    """The operator has decided what happens to the money."""
    resolved = resolve_attention(after(UNDONE, CAPTURED), a_resolution(action))[0]

    assert resolved.status is OrderStatus.CANCELED
    assert after(resolved, CAPTURED) is resolved


def test_order_that_is_being_undone_is_looked_at_again() -> None:
    """The reversal may still come, or may have been sent back."""
    undoing = a_record(runs=1, undoing=Outcome.canceled())

    assert not reconcile_payment(undoing, CAPTURED, LATER)[1].is_complete
    assert reconcile_payment(undoing, PaymentState(), LATER)[1].is_complete


def test_order_with_a_lapsed_authorization_gives_its_wait_up() -> None:
    """It is undone now, and not at its deadline."""
    record = after(WAITING, LAPSED)
    assert record.waiting is not None
    assert record.waiting.phase is WaitPhase.READY
    assert record.wake_requested_at == LATER

    this = a_round(1, step="shipOrder", is_first=False)
    _, answer = wait_changes.check_wait(record, this, WaitPolicy(), LATER)

    assert answer == GiveUp(outcome=Outcome.rejected(Reason.AUTHORIZATION_LAPSED))


def test_order_with_a_lapsed_authorization_does_not_begin_to_wait() -> None:
    """It was trying its step when the authorization lapsed."""
    record = after(a_record(runs=1), LAPSED)

    answer = wait_changes.check_wait(record, a_round(step="shipOrder"), WaitPolicy(), LATER)[1]

    assert isinstance(answer, GiveUp)


@pytest.mark.parametrize("step", ["dispatchOrder", "reversePayment"])
def test_wait_after_the_capture_ignores_a_lapsed_authorization(step: str) -> None:
    """The money was taken, or is being reversed."""
    lapsed = after(a_record(runs=1), LAPSED)
    record = replace(lapsed, undoing=Outcome.canceled() if step == "reversePayment" else None)

    answer = wait_changes.check_wait(record, a_round(step=step), WaitPolicy(), LATER)[1]

    assert not isinstance(answer, GiveUp)


@pytest.mark.parametrize(
    "record",
    [
        COMPLETED,
        UNDONE,
        a_record(runs=1, undoing=Outcome.canceled()),
        a_record(runs=1, dispatched_at=NOON),
    ],
    ids=["completed", "undone", "being undone", "dispatched"],
)
def test_lapsed_authorization_of_a_decided_order_changes_nothing(record: OrderRecord) -> None:
    """It is not needed any longer."""
    assert after(record, LAPSED) is record


@pytest.mark.parametrize("status", [ShipmentStatus.LOST, ShipmentStatus.RETURNED])
def test_shipment_that_does_not_arrive_needs_attention(status: ShipmentStatus) -> None:
    """The operator sends another one, or refunds the order."""
    record = reconcile_shipment(COMPLETED, a_shipment(status), LATER)[0]

    assert record.reported.delivery is not None
    assert (record.reported.delivery.status, record.reported.delivery.at) == (status, LATER)
    assert queue(record) == (AttentionReason.NOT_DELIVERED, (OperatorTask.CLARIFY_SHIPMENT,))


def test_shipment_that_is_found_leaves_the_queue() -> None:
    """It was lost, and is delivered after all."""
    lost = reconcile_shipment(COMPLETED, a_shipment(ShipmentStatus.LOST), NOON)[0]

    record = reconcile_shipment(lost, a_shipment(ShipmentStatus.DELIVERED), LATER)[0]

    assert record.reported.delivery is not None
    assert record.reported.delivery.status is ShipmentStatus.DELIVERED
    assert record.attention is None


@pytest.mark.parametrize(
    "shipment", [None, a_shipment(ShipmentStatus.BOOKED), a_shipment(ShipmentStatus.DISPATCHED)]
)
def test_shipment_on_its_way_changes_nothing(shipment: Shipment | None) -> None:
    """It is recorded by the order's own steps."""
    assert reconcile_shipment(COMPLETED, shipment, LATER)[0] is COMPLETED


def test_order_of_the_changes_does_not_matter() -> None:
    """A refund is sent back, a dispute is lost, and the shipment is lost: in any order, twice."""
    sent_back = replace(CAPTURED, refunds=SENT_BACK.refunds)
    changes: list[Callable[[OrderRecord], OrderRecord]] = [
        lambda record: reconcile_payment(record, sent_back, LATER)[0],
        lambda record: reconcile_payment(record, disputed(a_dispute()), LATER)[0],
        lambda record: reconcile_payment(
            record, replace(sent_back, disputes=(a_dispute(DisputeStatus.LOST),)), LATER
        )[0],
        lambda record: reconcile_shipment(record, a_shipment(ShipmentStatus.LOST), LATER)[0],
    ]
    newest = changes[2]

    results = []
    for order in permutations(changes):
        record = PAID
        for change in (*order, *order):
            record = change(record)
        results.append(newest(record))

    assert results == [results[0]] * len(results)
    assert queue(results[0]) == (
        "stepFailed",
        ("refundPayment", "clarifyShipment", "handleDispute"),
    )
