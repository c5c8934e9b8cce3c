"""What may be paid back, and what does the book say of it afterwards?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.domain.attention import Attention, AttentionReason, ResolutionAction
from orders.domain.money import Money
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.refund import RefundOutcome, RefundStatus
from orders.domain.refund_requests import (
    RefundRequest,
    RefundRequestStatus,
    decide_refunds,
    end_refund,
    rule_refund,
)
from tests.builders import NOON, a_record

#: 2 mugs and the shipping.
TOTAL = 3480
LATER = NOON + timedelta(hours=1)
STEP = "refundPayment"


def a_wish(minor: int | None, refund_id: str = "rfd_1", currency: str = "EUR") -> RefundRequest:
    """Somebody wants so much to be paid back."""
    return RefundRequest(
        refund_id=refund_id,
        amount=None if minor is None else Money(minor, currency),
        note="a broken cup",
        by="Grace",
        at=NOON,
        fingerprint=f"{minor}",
    )


def completed(*wishes: RefundRequest) -> OrderRecord:
    """An order that was paid, of which so much is to be paid back."""
    record = a_record(outcome=Outcome.completed("T1"))
    for wish in wishes:
        record = rule_refund(record, wish).record
    return record


@pytest.mark.parametrize(
    ("wish", "answer"),
    [
        (a_wish(1), RefundRequestStatus.ACCEPTED),
        (a_wish(TOTAL), RefundRequestStatus.ACCEPTED),
        (a_wish(None), RefundRequestStatus.ACCEPTED),
        (a_wish(TOTAL + 1), RefundRequestStatus.EXCEEDS_REFUNDABLE),
        (a_wish(1, currency="USD"), RefundRequestStatus.OTHER_CURRENCY),
    ],
)
def test_no_more_is_paid_back_than_was_taken(
    wish: RefundRequest, answer: RefundRequestStatus
) -> None:
    """And in the same currency."""
    assert rule_refund(completed(), wish).answer is answer


def test_refunds_add_up() -> None:
    """What is to be paid back counts before it is paid."""
    record = completed(a_wish(TOTAL - 1), a_wish(1, "rfd_2"))

    assert record.refundable == Money(0, "EUR")
    assert rule_refund(record, a_wish(1, "rfd_3")).answer is RefundRequestStatus.EXCEEDS_REFUNDABLE
    assert (
        rule_refund(record, a_wish(None, "rfd_3")).answer is RefundRequestStatus.EXCEEDS_REFUNDABLE
    )


def test_a_repeated_wish_changes_nothing() -> None:
    """Also where nothing would be left for it now; another wish under its key is refused."""
    record = completed(a_wish(TOTAL))

    assert rule_refund(record, a_wish(TOTAL)).answer is RefundRequestStatus.REPEATED
    assert rule_refund(record, a_wish(TOTAL)).record == record
    assert rule_refund(record, a_wish(1)).answer is RefundRequestStatus.KEY_REUSED


@pytest.mark.parametrize(
    "outcome", [None, Outcome.canceled(), Outcome.needs_attention("unavailable", ("commitStock",))]
)
def test_only_a_completed_order_is_paid_back(outcome: Outcome | None) -> None:
    """One that is under way is canceled instead, one that was undone has nothing left."""
    assert (
        rule_refund(a_record(outcome=outcome), a_wish(1)).answer
        is RefundRequestStatus.NOT_COMPLETED
    )


def test_a_refund_that_was_paid_needs_nobody() -> None:
    """What was written first, stands."""
    paid = end_refund(completed(a_wish(1)), "rfd_1", RefundOutcome(is_paid=True), LATER)
    late = RefundOutcome(is_paid=False, failed_step=STEP, reason="unavailable")

    assert paid.refunds[0].status is RefundStatus.PAID
    assert paid.attention is None
    assert end_refund(paid, "rfd_1", late, LATER) == paid


def test_a_refund_that_failed_lies_on_the_desk() -> None:
    """Beside what lay there before."""
    failed = RefundOutcome(is_paid=False, failed_step=STEP, reason="refundRefused")
    before = Attention(
        reason=AttentionReason.STEP_FAILED, since=NOON, failed_steps=("sendConfirmation",)
    )
    record = end_refund(replace(completed(a_wish(1)), attention=before), "rfd_1", failed, LATER)

    assert record.attention == replace(before, failed_steps=("sendConfirmation", STEP))
    assert record.refunds[0].reason == "refundRefused"


@pytest.mark.parametrize(
    ("action", "status", "left"),
    [
        (ResolutionAction.RETRY, RefundStatus.REQUESTED, TOTAL - 1),
        (ResolutionAction.SETTLED_ELSEWHERE, RefundStatus.SETTLED_ELSEWHERE, TOTAL - 1),
        (ResolutionAction.SKIP, RefundStatus.SKIPPED, TOTAL),
    ],
)
def test_a_person_decides_about_a_failed_refund(
    action: ResolutionAction, status: RefundStatus, left: int
) -> None:
    """What was skipped may be paid back another time; what was settled by hand may not."""
    failed = RefundOutcome(is_paid=False, failed_step=STEP, reason="refundRefused")
    record = end_refund(completed(a_wish(1)), "rfd_1", failed, LATER)
    decided = decide_refunds(record, (STEP,), action, LATER)

    assert decided.refunds[0].status is status
    assert decided.refundable.minor == left


def test_a_resolution_about_something_else_leaves_a_refund_alone() -> None:
    """Each failed step waits for its own decision."""
    failed = RefundOutcome(is_paid=False, failed_step=STEP, reason="refundRefused")
    record = end_refund(completed(a_wish(1)), "rfd_1", failed, LATER)

    assert decide_refunds(record, ("sendConfirmation",), ResolutionAction.SKIP, LATER) == record


def test_a_paid_refund_of_which_nobody_was_told_stays_paid() -> None:
    """Whatever is decided about the mail."""
    untold = RefundOutcome(is_paid=True, failed_step="sendRefundNotice")
    record = end_refund(completed(a_wish(1)), "rfd_1", untold, LATER)
    skipped_steps = decide_refunds(record, ("sendRefundNotice",), ResolutionAction.SKIP, LATER)

    assert skipped_steps.refunds[0].status is RefundStatus.PAID
    assert skipped_steps.refunds[0].failed_step is None


def test_what_was_paid_stays_paid_when_it_is_told_in_vain() -> None:
    """It is open as long as it is to be told, and on the desk when that failed again."""
    untold = RefundOutcome(is_paid=True, failed_step="sendRefundNotice")
    paid = end_refund(completed(a_wish(10)), "rfd_1", untold, LATER)
    again = decide_refunds(paid, ("sendRefundNotice",), ResolutionAction.RETRY, LATER)
    lost = end_refund(again, "rfd_1", RefundOutcome(is_paid=False, failed_step=STEP), LATER)

    assert [bool(record.open_refunds) for record in (paid, again, lost)] == [False, True, False]
    assert (lost.refunds[0].status, lost.refunds[0].failed_step) == (RefundStatus.PAID, STEP)
