"""Refunds that need a second operator: the request, the decision, the record after both."""

from dataclasses import replace

import pytest

from orders.domain.erasure import ERASED, erase
from orders.domain.money import Money
from orders.domain.operator_changes import close_refund, request_refund
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.refund import RefundOutcome, RefundStatus
from orders.domain.refund_approvals import ApprovalStatus, approve_refund
from tests.builders import NOON, OPERATOR, a_record, a_refund_request, an_approval

COMPLETED = a_record(outcome=Outcome.completed("T1"))
AWAITING, REQUESTED = RefundStatus.AWAITING_APPROVAL, RefundStatus.REQUESTED


def refunded(*amounts: int, alone_up_to: int | None = 1000) -> OrderRecord:
    """Return a completed order after requests for refunds of these amounts."""
    record = COMPLETED
    for number, minor in enumerate(amounts, start=1):
        request = a_refund_request(minor, f"rfd_{number}")
        record, _ = request_refund(record, replace(request, alone_up_to=alone_up_to))
    return record


def statuses(record: OrderRecord) -> list[RefundStatus]:
    """Return the statuses of all refunds of an order."""
    return [refund.status for refund in record.refunds]


@pytest.mark.parametrize(
    ("amounts", "alone_up_to", "expected"),
    [
        ((1000,), 1000, [REQUESTED]),
        ((1001,), 1000, [AWAITING]),
        ((3480,), None, [REQUESTED]),
        ((1,), 0, [AWAITING]),
        ((600, 400, 1), 1000, [REQUESTED, REQUESTED, AWAITING]),
    ],
)
def test_refund_above_the_limit_awaits_approval(
    amounts: tuple[int, ...], alone_up_to: int | None, expected: list[RefundStatus]
) -> None:
    """Small refunds of one order add up, so that a large one cannot be split."""
    assert statuses(refunded(*amounts, alone_up_to=alone_up_to)) == expected


def test_refund_that_awaits_approval_is_reserved_but_not_open() -> None:
    """Nobody pays it, nothing more than the rest can be refunded, and the order is kept."""
    record = refunded(3000)

    assert record.refundable == Money(480, "EUR")
    assert (record.open_refunds, record.has_unsettled_refund) == ((), True)
    assert (record.can_be_erased, record.can_be_deleted) == (False, False)
    assert not record.refunds[0].may_be_paid


def test_approved_refund_is_paid() -> None:
    """It is open from then on, and approved refunds do not count as small ones."""
    record, result = approve_refund(refunded(3000), "rfd_1", an_approval())
    next_record, _ = request_refund(
        record, replace(a_refund_request(480, "rfd_2"), alone_up_to=1000)
    )

    assert result.status is ApprovalStatus.ACCEPTED
    assert statuses(record) == [REQUESTED]
    assert record.refunds[0].active_since == NOON
    assert record.open_refunds == record.refunds
    assert statuses(next_record) == [REQUESTED, REQUESTED]


def test_declined_refund_is_skipped() -> None:
    """Its amount can be refunded again."""
    decline = an_approval(is_approved=False)
    record, result = approve_refund(refunded(3000), "rfd_1", decline)

    assert result.status is ApprovalStatus.ACCEPTED
    assert (statuses(record), record.refunds[0].ended_at) == ([RefundStatus.SKIPPED], NOON)
    assert record.refundable == Money(3480, "EUR")
    assert record.can_be_erased


@pytest.mark.parametrize("operator", [OPERATOR, OPERATOR.upper(), f"  {OPERATOR} "])
def test_operator_cannot_approve_an_own_request(operator: str) -> None:
    """However the name is written; an own request can be withdrawn."""
    approve = an_approval(operator=operator)
    record, refused = approve_refund(refunded(3000), "rfd_1", approve)
    _, withdrawn = approve_refund(record, "rfd_1", replace(approve, is_approved=False))

    assert (refused.status, statuses(record)) == (ApprovalStatus.SAME_OPERATOR, [AWAITING])
    assert withdrawn.status is ApprovalStatus.ACCEPTED


def test_first_decision_counts() -> None:
    """The same one again is a repeat; another one is refused."""
    record, _ = approve_refund(refunded(3000), "rfd_1", an_approval())

    results = [
        approve_refund(record, "rfd_1", approval)[1].status
        for approval in (
            an_approval("apr_2"),
            an_approval("apr_3", is_approved=False),
            an_approval("apr_4", operator="Barbara"),
        )
    ]

    assert results == [
        ApprovalStatus.REPEATED,
        ApprovalStatus.NOT_AWAITED,
        ApprovalStatus.NOT_AWAITED,
    ]


def test_other_refunds_cannot_be_approved() -> None:
    """Neither one below the limit, nor an unknown one."""
    record = refunded(1)

    for refund_id, status in (
        ("rfd_1", ApprovalStatus.NOT_AWAITED),
        ("rfd_9", ApprovalStatus.UNKNOWN_REFUND),
    ):
        after, result = approve_refund(record, refund_id, an_approval())
        assert (after, result.status) == (record, status)


def test_erasure_covers_the_second_operator() -> None:
    """Name and note of the approval too."""
    record, _ = approve_refund(refunded(3000), "rfd_1", an_approval())
    record, _ = close_refund(record, "rfd_1", RefundOutcome(is_paid=True), NOON)

    erased, _ = erase(record, NOON)

    approval = erased.refunds[0].approval
    assert approval is not None
    assert (approval.operator, approval.note) == (ERASED, ERASED)
