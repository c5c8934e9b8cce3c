"""What does a person's decision change?"""

import pytest

from domain.desk import Action, Attention, Concern, Decision
from domain.outcome import Outcome, Reason
from domain.ruling import Answer, rule
from tests.builders import NOON, a_record

FAILED = Attention(concern=Concern.STEP_FAILED, since=NOON, failed_steps=("voidPayment",))
LOST = Attention(concern=Concern.LOST, since=NOON)


def a_decision(action: Action = Action.RETRY, note: str = "n") -> Decision:
    """A decision of Grace."""
    return Decision(action=action, note=note, by="Grace", at=NOON)


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
