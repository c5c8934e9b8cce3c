"""What may be paid back, and what does the book say of it afterwards?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.desk import Action, Attention, Concern
from domain.money import Money
from domain.outcome import Outcome
from domain.record import OrderRecord
from domain.refund import RefundEnd, RefundStatus
from domain.refund_ruling import (
    RefundAnswer,
    RefundWish,
    decide_refunds,
    end_refund,
    rule_refund,
)
from tests.builders import NOON, a_record

#: 2 mugs and the shipping.
TOTAL = 3480
LATER = NOON + timedelta(hours=1)
STEP = "refundPayment"


def a_wish(minor: int | None, refund_id: str = "rfd_1", currency: str = "EUR") -> RefundWish:
    """Somebody wants so much to be paid back."""
    return RefundWish(
        refund_id=refund_id,
        amount=None if minor is None else Money(minor, currency),
        note="a broken cup",
        by="Grace",
        at=NOON,
        fingerprint=f"{minor}",
    )


def completed(*wishes: RefundWish) -> OrderRecord:
    """An order that was paid, of which so much is to be paid back."""
    record = a_record(outcome=Outcome.completed("T1"))
    for wish in wishes:
        record = rule_refund(record, wish).record
    return record


@pytest.mark.parametrize(
    ("wish", "answer"),
    [
        (a_wish(1), RefundAnswer.TAKEN),
        (a_wish(TOTAL), RefundAnswer.TAKEN),
        (a_wish(None), RefundAnswer.TAKEN),
        (a_wish(TOTAL + 1), RefundAnswer.TOO_MUCH),
        (a_wish(1, currency="USD"), RefundAnswer.OTHER_CURRENCY),
    ],
)
def test_no_more_is_paid_back_than_was_taken(wish: RefundWish, answer: RefundAnswer) -> None:
    """And in the same currency."""
    assert rule_refund(completed(), wish).answer is answer


def test_refunds_add_up() -> None:
    """What is to be paid back counts before it is paid."""
    record = completed(a_wish(TOTAL - 1), a_wish(1, "rfd_2"))

    assert record.left_to_refund == Money(0, "EUR")
    assert rule_refund(record, a_wish(1, "rfd_3")).answer is RefundAnswer.TOO_MUCH
    assert rule_refund(record, a_wish(None, "rfd_3")).answer is RefundAnswer.TOO_MUCH


def test_a_repeated_wish_changes_nothing() -> None:
    """Also where nothing would be left for it now; another wish under its key is refused."""
    record = completed(a_wish(TOTAL))

    assert rule_refund(record, a_wish(TOTAL)).answer is RefundAnswer.REPEATED
    assert rule_refund(record, a_wish(TOTAL)).record == record
    assert rule_refund(record, a_wish(1)).answer is RefundAnswer.KEY_REUSED


@pytest.mark.parametrize(
    "outcome", [None, Outcome.canceled(), Outcome.needs_attention("unavailable", ("commitStock",))]
)
def test_only_a_completed_order_is_paid_back(outcome: Outcome | None) -> None:
    """One that is under way is canceled instead, one that was undone has nothing left."""
    assert rule_refund(a_record(outcome=outcome), a_wish(1)).answer is RefundAnswer.NOT_COMPLETED


def test_a_refund_that_was_paid_needs_nobody() -> None:
    """What was written first, stands."""
    paid = end_refund(completed(a_wish(1)), "rfd_1", RefundEnd(is_paid=True), LATER)
    late = RefundEnd(is_paid=False, failed_step=STEP, reason="unavailable")

    assert paid.refunds[0].status is RefundStatus.PAID
    assert paid.attention is None
    assert end_refund(paid, "rfd_1", late, LATER) == paid


def test_a_refund_that_failed_lies_on_the_desk() -> None:
    """Beside what lay there before."""
    failed = RefundEnd(is_paid=False, failed_step=STEP, reason="refundRefused")
    before = Attention(concern=Concern.STEP_FAILED, since=NOON, failed_steps=("sendConfirmation",))
    record = end_refund(replace(completed(a_wish(1)), attention=before), "rfd_1", failed, LATER)

    assert record.attention == replace(before, failed_steps=("sendConfirmation", STEP))
    assert record.refunds[0].reason == "refundRefused"


@pytest.mark.parametrize(
    ("action", "status", "left"),
    [
        (Action.RETRY, RefundStatus.REQUESTED, TOTAL - 1),
        (Action.SETTLED, RefundStatus.SETTLED, TOTAL - 1),
        (Action.SKIP, RefundStatus.SKIPPED, TOTAL),
    ],
)
def test_a_person_decides_about_a_failed_refund(
    action: Action, status: RefundStatus, left: int
) -> None:
    """What was skipped may be paid back another time; what was settled by hand may not."""
    failed = RefundEnd(is_paid=False, failed_step=STEP, reason="refundRefused")
    record = end_refund(completed(a_wish(1)), "rfd_1", failed, LATER)
    decided = decide_refunds(record, (STEP,), action, LATER)

    assert decided.refunds[0].status is status
    assert decided.left_to_refund.minor == left


def test_a_decision_about_something_else_leaves_a_refund_alone() -> None:
    """Each failed step waits for its own decision."""
    failed = RefundEnd(is_paid=False, failed_step=STEP, reason="refundRefused")
    record = end_refund(completed(a_wish(1)), "rfd_1", failed, LATER)

    assert decide_refunds(record, ("sendConfirmation",), Action.SKIP, LATER) == record


def test_a_paid_refund_of_which_nobody_was_told_stays_paid() -> None:
    """Whatever is decided about the mail."""
    untold = RefundEnd(is_paid=True, failed_step="sendRefundNotice")
    record = end_refund(completed(a_wish(1)), "rfd_1", untold, LATER)
    skipped = decide_refunds(record, ("sendRefundNotice",), Action.SKIP, LATER)

    assert skipped.refunds[0].status is RefundStatus.PAID
    assert skipped.refunds[0].failed_step is None


def test_what_was_paid_stays_paid_when_it_is_told_in_vain() -> None:
    """It is open as long as it is to be told, and on the desk when that failed again."""
    untold = RefundEnd(is_paid=True, failed_step="sendRefundNotice")
    paid = end_refund(completed(a_wish(10)), "rfd_1", untold, LATER)
    again = decide_refunds(paid, ("sendRefundNotice",), Action.RETRY, LATER)
    lost = end_refund(again, "rfd_1", RefundEnd(is_paid=False, failed_step=STEP), LATER)

    assert [bool(record.open_refunds) for record in (paid, again, lost)] == [False, True, False]
    assert (lost.refunds[0].status, lost.refunds[0].failed_step) == (RefundStatus.PAID, STEP)
