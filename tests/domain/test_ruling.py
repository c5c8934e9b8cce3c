"""What does a person's decision change?"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from orders.domain.attention import Attention, AttentionReason, Resolution, ResolutionAction
from orders.domain.attention_resolution import Answer, rule
from orders.domain.outcome import Outcome, Reason
from orders.domain.refund_requests import RefundRequest, rule_refund
from tests.builders import NOON, a_record

FAILED = Attention(reason=AttentionReason.STEP_FAILED, since=NOON, failed_steps=("voidPayment",))
TWO = Attention(
    reason=AttentionReason.STEP_FAILED, since=NOON, failed_steps=("cancelShipment", "voidPayment")
)
RECOVERY_FAILED = Attention(reason=AttentionReason.RECOVERY_FAILED, since=NOON)


def a_resolution(
    action: ResolutionAction = ResolutionAction.RETRY,
    *steps: str,
    note: str = "n",
    at: datetime = NOON,
) -> Resolution:
    """A decision of Grace."""
    return Resolution(action=action, note=note, by="Grace", at=at, steps=steps)


def test_an_order_that_a_person_decided_about_is_open_again() -> None:
    """Its run is not over before the book has an end."""
    ended = Outcome.needs_attention("unavailable", ("voidPayment",))

    ruling = rule(a_record(outcome=ended, attention=FAILED, recovery_attempts=3), a_resolution())

    assert ruling.continues_order
    assert (ruling.record.outcome, ruling.record.attention) == (None, None)
    assert ruling.record.recovery_attempts == 0
    assert ruling.record.resolutions[0].steps == ("voidPayment",)


def test_an_order_that_was_refused_stays_refused() -> None:
    """Only its mail is tried again: what was out of stock may be there meanwhile."""
    refused = Outcome.rejected(Reason.OUT_OF_STOCK)
    record = a_record(outcome=refused.with_failed("sendNotice", "not sent"), attention=FAILED)

    ruling = rule(record, a_resolution())

    assert ruling.record.outcome is None
    assert ruling.record.undoing == refused


@pytest.mark.parametrize("action", [ResolutionAction.SETTLED_ELSEWHERE, ResolutionAction.SKIP])
def test_an_end_stands_where_a_person_leaves_its_mail_out(action: ResolutionAction) -> None:
    """There is nothing to run."""
    completed = Outcome.completed("T1").with_failed("sendConfirmation", "not sent")

    ruling = rule(a_record(outcome=completed, attention=FAILED), a_resolution(action))

    assert ruling.answer is Answer.ACCEPTED
    assert not ruling.continues_order
    assert ruling.record.outcome == completed


@pytest.mark.parametrize("action", [ResolutionAction.SETTLED_ELSEWHERE, ResolutionAction.SKIP])
def test_an_order_that_was_lost_can_only_be_retried(action: ResolutionAction) -> None:
    """Nobody knows which step to leave out."""
    assert (
        rule(a_record(attention=RECOVERY_FAILED), a_resolution(action)).answer is Answer.ONLY_RETRY
    )
    assert rule(a_record(attention=RECOVERY_FAILED), a_resolution()).answer is Answer.ACCEPTED


def test_a_resolution_is_taken_once() -> None:
    """The same words again are the same decision; others find nothing to decide."""
    record = rule(a_record(attention=FAILED), a_resolution()).record

    assert rule(record, a_resolution()).answer is Answer.REPEATED
    assert rule(record, a_resolution(note="other")).answer is Answer.NOTHING_TO_RESOLVE


def test_what_was_not_decided_stays_on_the_desk() -> None:
    """Since when it lay there, and the order waits."""
    ended = Outcome.needs_attention("unavailable", TWO.failed_steps)

    ruling = rule(
        a_record(outcome=ended, attention=TWO),
        a_resolution(ResolutionAction.SETTLED_ELSEWHERE, "voidPayment"),
    )

    assert not ruling.continues_order
    assert ruling.record.outcome == ended
    assert ruling.record.attention == replace(TWO, failed_steps=("cancelShipment",))
    assert ruling.record.resolved_steps == ("voidPayment",)


def test_an_order_goes_on_once_all_is_decided() -> None:
    """One step was done by hand, the other is tried again."""
    ended = Outcome.needs_attention("unavailable", TWO.failed_steps)
    settled = a_resolution(ResolutionAction.SETTLED_ELSEWHERE, "voidPayment")

    half = rule(a_record(outcome=ended, attention=TWO), settled).record
    ruling = rule(half, a_resolution(ResolutionAction.RETRY))

    assert ruling.continues_order
    assert ruling.record.resolutions[-1].steps == ("cancelShipment",)
    assert ruling.record.resolved_steps == ("voidPayment",)


@pytest.mark.parametrize(
    ("first", "at", "goes_on"),
    [
        (ResolutionAction.RETRY, NOON, True),
        (ResolutionAction.SKIP, NOON, False),
        (ResolutionAction.RETRY, NOON - timedelta(hours=1), False),
    ],
    ids=["to be retried", "left out", "retried before it failed again"],
)
def test_an_end_is_opened_where_any_step_is_to_be_retried(
    first: ResolutionAction, at: datetime, *, goes_on: bool
) -> None:
    """Whichever step was decided last; what was decided before it failed again does not count."""
    completed = Outcome.completed("T1").with_failed("sendConfirmation", "not sent")
    earlier = replace(a_resolution(first, at=at), steps=("cancelShipment",))
    record = a_record(outcome=completed, attention=FAILED, resolutions=(earlier,))

    assert rule(record, a_resolution(ResolutionAction.SETTLED_ELSEWHERE)).continues_order is goes_on


@pytest.mark.parametrize("attention", [TWO, RECOVERY_FAILED])
def test_a_resolution_about_steps_that_did_not_fail_is_refused(attention: Attention) -> None:
    """Also where one of them did."""
    resolution = a_resolution(ResolutionAction.SKIP, "voidPayment", "sendNotice")

    assert rule(a_record(attention=attention), resolution).answer is Answer.UNKNOWN_STEPS


def test_a_resolution_about_some_steps_is_taken_once() -> None:
    """Told again it changes nothing, and lets nothing go on; other words are refused."""
    settled = a_resolution(ResolutionAction.SETTLED_ELSEWHERE, "voidPayment")
    record = rule(a_record(attention=TWO), settled).record

    again = rule(record, settled)

    assert (again.answer, again.record) == (Answer.REPEATED, record)
    assert not again.continues_order
    for other in (replace(settled, note="other"), replace(settled, steps=("sendNotice",))):
        assert rule(record, other).answer is Answer.UNKNOWN_STEPS


def test_a_resolution_that_is_refused_lets_no_refund_go_on() -> None:
    """Though an earlier one has it tried again."""
    wish = RefundRequest(
        refund_id="rfd_1", amount=None, note="broken", by="Grace", at=NOON, fingerprint="f"
    )
    refunding = rule_refund(a_record(outcome=Outcome.completed("T1")), wish).record
    earlier = replace(a_resolution(), refunds=("rfd_1",))
    record = replace(refunding, resolutions=(earlier,))

    assert rule(record, a_resolution()).refunds_to_start == record.refunds
    assert rule(record, a_resolution(note="other")).refunds_to_start == ()
