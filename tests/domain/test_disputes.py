"""Disputes: they are recorded, an operator handles them, and no refund pays a customer twice."""

from dataclasses import replace

import pytest

from orders.domain.attention import AttentionReason, OperatorTask, ResolutionAction
from orders.domain.disputes import MAX_DISPUTES, DisputeStatus
from orders.domain.money import Money
from orders.domain.operator_changes import request_refund, resolve_attention
from orders.domain.outcome import Outcome
from orders.domain.refund import RefundRequestStatus
from tests.builders import NOON, a_dispute, a_record, a_refund_request, a_resolution
from tests.domain.reconciling import (
    COMPLETED,
    LATER,
    PAID,
    SENT_BACK,
    TOTAL,
    UNDONE,
    WAITING,
    after,
    disputed,
    queue,
)


@pytest.mark.parametrize("status", [DisputeStatus.INQUIRY, DisputeStatus.OPEN, DisputeStatus.LOST])
def test_dispute_needs_attention(status: DisputeStatus) -> None:
    """It is in the record with its amount."""
    record = after(COMPLETED, disputed(a_dispute(status)))

    (dispute,) = record.reported.disputes
    assert (dispute.status, dispute.amount) == (status, Money(TOTAL, "EUR"))
    assert dispute.closed_at == (LATER if status is DisputeStatus.LOST else None)
    assert queue(record) == (AttentionReason.DISPUTED, (OperatorTask.HANDLE_DISPUTE,))


@pytest.mark.parametrize("status", [DisputeStatus.WON, DisputeStatus.CLOSED])
def test_dispute_that_ends_well_leaves_the_queue(status: DisputeStatus) -> None:
    """It stays in the record."""
    record = after(after(COMPLETED, disputed(a_dispute())), disputed(a_dispute(status)))

    assert record.attention is None
    assert [(item.status, item.closed_at) for item in record.reported.disputes] == [(status, LATER)]


def test_dispute_that_is_lost_after_an_operator_handled_it_needs_attention_again() -> None:
    """The operator learns that the money is gone, once."""
    record = after(COMPLETED, disputed(a_dispute()))
    handled = resolve_attention(record, a_resolution(ResolutionAction.SETTLED_ELSEWHERE))[0]
    assert handled.attention is None
    lost = disputed(a_dispute(DisputeStatus.LOST))

    assert queue(after(handled, lost)) == (AttentionReason.DISPUTED, ("handleDispute",))
    accepted = resolve_attention(
        after(handled, lost), a_resolution(ResolutionAction.SKIP, resolution_id="res_2")
    )[0]
    assert after(accepted, lost) is accepted


def test_dispute_remains_in_the_queue_while_another_one_is_open() -> None:
    """One of two ends well."""
    record = after(COMPLETED, disputed(a_dispute(), a_dispute(dispute_id="dp_2")))

    record = after(record, disputed(a_dispute(DisputeStatus.WON), a_dispute(dispute_id="dp_2")))

    assert queue(record) == (AttentionReason.DISPUTED, ("handleDispute",))
    assert record.reported.is_disputed


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (DisputeStatus.OPEN, RefundRequestStatus.DISPUTED),
        (DisputeStatus.INQUIRY, RefundRequestStatus.ACCEPTED),
        (DisputeStatus.WON, RefundRequestStatus.ACCEPTED),
        (DisputeStatus.CLOSED, RefundRequestStatus.ACCEPTED),
        (DisputeStatus.LOST, RefundRequestStatus.EXCEEDS_REFUNDABLE),
    ],
)
def test_refund_is_refused_if_the_bank_has_the_money(
    status: DisputeStatus, expected: RefundRequestStatus
) -> None:
    """While the dispute is open, or if it is lost: the customer would get the money twice."""
    record = after(COMPLETED, disputed(a_dispute(status)))

    assert request_refund(record, a_refund_request(1000))[1].status is expected


def test_lost_dispute_of_a_part_leaves_the_rest_refundable() -> None:
    """Also if more is lost than the order costs."""
    part = after(COMPLETED, disputed(a_dispute(DisputeStatus.LOST, minor=480)))
    all_of_it = after(COMPLETED, disputed(a_dispute(DisputeStatus.LOST, minor=TOTAL + 1)))

    assert (part.refundable.minor, all_of_it.refundable.minor) == (TOTAL - 480, 0)


def test_lost_dispute_is_no_missing_reversal() -> None:
    """The customer has the money of an order that was undone."""
    record = after(UNDONE, disputed(a_dispute(DisputeStatus.LOST)))

    assert queue(record) == (AttentionReason.DISPUTED, ("handleDispute",))


def test_task_cannot_be_retried() -> None:
    """Only an operator can do it; the other steps can be named."""
    record = after(PAID, replace(SENT_BACK, disputes=(a_dispute(DisputeStatus.INQUIRY),)))
    both = ("refundPayment", "handleDispute")
    assert queue(record) == (AttentionReason.STEP_FAILED, both)

    assert resolve_attention(record, a_resolution())[1].status == "noRetry"
    rest, answer = resolve_attention(record, a_resolution(ResolutionAction.RETRY, "refundPayment"))

    assert answer.is_accepted
    assert queue(rest) == (AttentionReason.DISPUTED, ("handleDispute",))


def test_resolved_task_is_no_resolved_step() -> None:
    """The order's own steps and emails are not affected by it."""
    record = after(COMPLETED, disputed(a_dispute()))

    resolved = resolve_attention(record, a_resolution(ResolutionAction.SKIP))[0]

    assert resolved.resolved_steps == ()
    assert resolved.outcome == COMPLETED.outcome


def test_open_order_keeps_its_tasks_when_it_ends() -> None:
    """The dispute came while the shipment was being dispatched."""
    record = after(a_record(runs=1, dispatched_at=NOON), disputed(a_dispute()))

    closed = record.close(Outcome.completed("T1"), LATER)[0]

    assert queue(closed) == (AttentionReason.DISPUTED, ("handleDispute",))


@pytest.mark.parametrize("is_disputed", [True, False])
def test_task_remains_when_a_wait_in_the_queue_ends(*, is_disputed: bool) -> None:
    """What the order waited for leaves the queue."""
    waiting = replace(WAITING, dispatched_at=NOON)
    waiting = waiting.request_attention(AttentionReason.WAITING, NOON, ("shipOrder",))[0]
    record = after(waiting, disputed(*([a_dispute()] if is_disputed else [])))
    assert record.attention is not None
    assert record.attention.reason is AttentionReason.WAITING

    rest = ("disputed", ("handleDispute",)) if is_disputed else None
    assert queue(record.without_wait()) == rest


def test_dispute_that_ends_well_keeps_an_entry_with_another_reason() -> None:
    """The order's recovery had failed before."""
    record = a_record().request_attention(AttentionReason.RECOVERY_FAILED, NOON)[0]
    record = after(record, disputed(a_dispute()))
    assert queue(record) == (AttentionReason.RECOVERY_FAILED, ("handleDispute",))

    record = after(record, disputed(a_dispute(DisputeStatus.WON)))

    assert queue(record) == (AttentionReason.RECOVERY_FAILED, ())


def test_record_keeps_a_limited_number_of_disputes() -> None:
    """The record of an order must not grow without limit."""
    disputes = [a_dispute(dispute_id=f"dp_{number:02}") for number in range(MAX_DISPUTES + 1)]
    record = after(COMPLETED, disputed(*disputes[:-1]))

    assert after(record, disputed(*disputes)) is record
