"""What does a person's decision change?"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.desk import Action, Attention, Concern, Decision
from domain.outcome import Outcome, Reason
from domain.refund_ruling import RefundWish, rule_refund
from domain.ruling import Answer, rule
from tests.builders import NOON, a_record

FAILED = Attention(concern=Concern.STEP_FAILED, since=NOON, failed_steps=("voidPayment",))
TWO = Attention(
    concern=Concern.STEP_FAILED, since=NOON, failed_steps=("cancelShipment", "voidPayment")
)
LOST = Attention(concern=Concern.LOST, since=NOON)


def a_decision(
    action: Action = Action.RETRY, *steps: str, note: str = "n", at: datetime = NOON
) -> Decision:
    """A decision of Grace."""
    return Decision(action=action, note=note, by="Grace", at=at, steps=steps)


def test_an_order_that_a_person_decided_about_is_open_again() -> None:
    """Its run is not over before the book has an end."""
    ended = Outcome.needs_attention("unavailable", ("voidPayment",))

    ruling = rule(a_record(outcome=ended, attention=FAILED, rescues=3), a_decision())

    assert ruling.is_to_be_run
    assert (ruling.record.outcome, ruling.record.attention) == (None, None)
    assert ruling.record.rescues == 0
    assert ruling.record.decisions[0].steps == ("voidPayment",)


def test_an_order_that_was_refused_stays_refused() -> None:
    """Only its mail is tried again: what was out of stock may be there meanwhile."""
    refused = Outcome.rejected(Reason.OUT_OF_STOCK)
    record = a_record(outcome=refused.with_failed("sendNotice", "not sent"), attention=FAILED)

    ruling = rule(record, a_decision())

    assert ruling.record.outcome is None
    assert ruling.record.undoing == refused


@pytest.mark.parametrize("action", [Action.SETTLED, Action.SKIP])
def test_an_end_stands_where_a_person_leaves_its_mail_out(action: Action) -> None:
    """There is nothing to run."""
    completed = Outcome.completed("T1").with_failed("sendConfirmation", "not sent")

    ruling = rule(a_record(outcome=completed, attention=FAILED), a_decision(action))

    assert ruling.answer is Answer.TAKEN
    assert not ruling.is_to_be_run
    assert ruling.record.outcome == completed


@pytest.mark.parametrize("action", [Action.SETTLED, Action.SKIP])
def test_an_order_that_was_lost_can_only_be_retried(action: Action) -> None:
    """Nobody knows which step to leave out."""
    assert rule(a_record(attention=LOST), a_decision(action)).answer is Answer.ONLY_RETRY
    assert rule(a_record(attention=LOST), a_decision()).answer is Answer.TAKEN


def test_a_decision_is_taken_once() -> None:
    """The same words again are the same decision; others find nothing to decide."""
    record = rule(a_record(attention=FAILED), a_decision()).record

    assert rule(record, a_decision()).answer is Answer.REPEATED
    assert rule(record, a_decision(note="other")).answer is Answer.NOT_ON_DESK


def test_what_was_not_decided_stays_on_the_desk() -> None:
    """Since when it lay there, and the order waits."""
    ended = Outcome.needs_attention("unavailable", TWO.failed_steps)

    ruling = rule(a_record(outcome=ended, attention=TWO), a_decision(Action.SETTLED, "voidPayment"))

    assert not ruling.is_to_be_run
    assert ruling.record.outcome == ended
    assert ruling.record.attention == replace(TWO, failed_steps=("cancelShipment",))
    assert ruling.record.waived == ("voidPayment",)


def test_an_order_goes_on_once_all_is_decided() -> None:
    """One step was done by hand, the other is tried again."""
    ended = Outcome.needs_attention("unavailable", TWO.failed_steps)
    settled = a_decision(Action.SETTLED, "voidPayment")

    half = rule(a_record(outcome=ended, attention=TWO), settled).record
    ruling = rule(half, a_decision(Action.RETRY))

    assert ruling.is_to_be_run
    assert ruling.record.decisions[-1].steps == ("cancelShipment",)
    assert ruling.record.waived == ("voidPayment",)


@pytest.mark.parametrize(
    ("first", "at", "goes_on"),
    [
        (Action.RETRY, NOON, True),
        (Action.SKIP, NOON, False),
        (Action.RETRY, NOON - timedelta(hours=1), False),
    ],
    ids=["to be retried", "left out", "retried before it failed again"],
)
def test_an_end_is_opened_where_any_step_is_to_be_retried(
    first: Action, at: datetime, *, goes_on: bool
) -> None:
    """Whichever step was decided last; what was decided before it failed again does not count."""
    completed = Outcome.completed("T1").with_failed("sendConfirmation", "not sent")
    earlier = replace(a_decision(first, at=at), steps=("cancelShipment",))
    record = a_record(outcome=completed, attention=FAILED, decisions=(earlier,))

    assert rule(record, a_decision(Action.SETTLED)).is_to_be_run is goes_on


@pytest.mark.parametrize("attention", [TWO, LOST])
def test_a_decision_about_steps_that_did_not_fail_is_refused(attention: Attention) -> None:
    """Also where one of them did."""
    decision = a_decision(Action.SKIP, "voidPayment", "sendNotice")

    assert rule(a_record(attention=attention), decision).answer is Answer.UNKNOWN_STEPS


def test_a_decision_about_some_steps_is_taken_once() -> None:
    """Told again it changes nothing, and lets nothing go on; other words are refused."""
    settled = a_decision(Action.SETTLED, "voidPayment")
    record = rule(a_record(attention=TWO), settled).record

    again = rule(record, settled)

    assert (again.answer, again.record) == (Answer.REPEATED, record)
    assert not again.is_to_be_run
    for other in (replace(settled, note="other"), replace(settled, steps=("sendNotice",))):
        assert rule(record, other).answer is Answer.UNKNOWN_STEPS


def test_a_decision_that_is_refused_lets_no_refund_go_on() -> None:
    """Though an earlier one has it tried again."""
    wish = RefundWish(
        refund_id="rfd_1", amount=None, note="broken", by="Grace", at=NOON, fingerprint="f"
    )
    refunding = rule_refund(a_record(outcome=Outcome.completed("T1")), wish).record
    earlier = replace(a_decision(), refunds=("rfd_1",))
    record = replace(refunding, decisions=(earlier,))

    assert rule(record, a_decision()).refunds_to_be_run == record.refunds
    assert rule(record, a_decision(note="other")).refunds_to_be_run == ()
