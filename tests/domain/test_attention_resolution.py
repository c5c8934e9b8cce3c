"""Change of the record when an operator resolves failed steps."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from orders.domain.attention import (
    MAX_RESOLUTIONS,
    Attention,
    AttentionReason,
    Resolution,
    ResolutionAction,
    ResolutionStatus,
)
from orders.domain.operator_changes import (
    ResolutionResult,
    close_refund,
    request_refund,
    resolve_attention,
)
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome, Reason
from orders.domain.refund import RefundOutcome
from tests.builders import NOON, a_record, a_refund_request, a_resolution

ONE_STEP = Attention(
    reason=AttentionReason.STEP_FAILED, since=NOON, failed_steps=("reversePayment",)
)
TWO_STEPS = replace(ONE_STEP, failed_steps=("cancelShipment", "reversePayment"))
RECOVERY_FAILED = Attention(reason=AttentionReason.RECOVERY_FAILED, since=NOON)
EMAIL_FAILED = replace(ONE_STEP, failed_steps=("sendConfirmation",))


def resolve(record: OrderRecord, resolution: Resolution) -> ResolutionResult:
    """Apply a resolution; its answer holds the next record."""
    after, result = resolve_attention(record, resolution)
    assert after is result.record
    return result


def test_resolved_order_is_open_again() -> None:
    """The outcome is removed, the recovery attempts start again, and the order continues."""
    outcome = Outcome.needs_attention("unavailable", ("reversePayment",))
    record = a_record(outcome=outcome, attention=ONE_STEP, recovery_attempts=3)

    result = resolve(record, a_resolution())

    assert result.continues_order
    assert (result.record.outcome, result.record.attention) == (None, None)
    assert result.record.recovery_attempts == 0
    assert result.record.resolutions[0].steps == ("reversePayment",)


def test_rejected_order_stays_rejected_when_its_email_is_retried() -> None:
    """The order is not fulfilled, even if the product is in stock again."""
    rejected = Outcome.rejected(Reason.OUT_OF_STOCK)
    outcome = rejected.with_failed_step("sendOutcomeEmail", "not sent")
    attention = replace(ONE_STEP, failed_steps=("sendOutcomeEmail",))

    result = resolve(a_record(outcome=outcome, attention=attention), a_resolution())

    assert result.record.outcome is None
    assert result.record.undoing == rejected


def test_undo_goal_is_kept_when_an_undo_step_is_retried() -> None:
    """The first goal recorded counts."""
    outcome = Outcome.needs_attention("unavailable", ("reversePayment",))
    record = a_record(outcome=outcome, attention=ONE_STEP, undoing=Outcome.canceled())

    assert resolve(record, a_resolution()).record.undoing == Outcome.canceled()


@pytest.mark.parametrize("action", [ResolutionAction.SETTLED_ELSEWHERE, ResolutionAction.SKIP])
def test_outcome_is_kept_if_the_failed_email_is_not_retried(action: ResolutionAction) -> None:
    """Nothing is left to do for the orchestration."""
    outcome = Outcome.completed("T1").with_failed_step("sendConfirmation", "not sent")

    result = resolve(a_record(outcome=outcome, attention=EMAIL_FAILED), a_resolution(action))

    assert result.status is ResolutionStatus.ACCEPTED
    assert not result.continues_order
    assert result.record.outcome == outcome


def test_retry_for_an_erased_order_does_not_reopen_it() -> None:
    """Only emails were left, and they have no recipient."""
    outcome = Outcome.completed("T1").with_failed_step("sendConfirmation", "not sent")
    record = a_record(outcome=outcome, attention=EMAIL_FAILED, erased_at=NOON)

    result = resolve(record, a_resolution())

    assert result.status is ResolutionStatus.ACCEPTED
    assert result.record.outcome == outcome


@pytest.mark.parametrize("action", [ResolutionAction.SETTLED_ELSEWHERE, ResolutionAction.SKIP])
def test_order_without_known_failed_step_can_only_be_retried(action: ResolutionAction) -> None:
    """There is no step that could be skipped."""
    record = a_record(attention=RECOVERY_FAILED)

    assert resolve(record, a_resolution(action)).status is ResolutionStatus.ONLY_RETRY
    assert resolve(record, a_resolution()).status is ResolutionStatus.ACCEPTED


def test_repeated_resolution_changes_nothing() -> None:
    """The same resolution is a repeat; another one finds nothing to resolve."""
    record = resolve(a_record(attention=ONE_STEP), a_resolution()).record

    repeated = resolve(record, a_resolution(resolution_id="res_2"))
    other = resolve(record, a_resolution(resolution_id="res_2", note="other"))

    assert repeated.status is ResolutionStatus.REPEATED
    assert other.status is ResolutionStatus.NOTHING_TO_RESOLVE


def test_unresolved_step_stays_in_the_queue() -> None:
    """The entry keeps its time, and the order does not continue."""
    outcome = Outcome.needs_attention("unavailable", TWO_STEPS.failed_steps)
    record = a_record(outcome=outcome, attention=TWO_STEPS)

    result = resolve(record, a_resolution(ResolutionAction.SETTLED_ELSEWHERE, "reversePayment"))

    assert not result.continues_order
    assert result.record.outcome == outcome
    assert result.record.attention == replace(TWO_STEPS, failed_steps=("cancelShipment",))
    assert result.record.resolved_steps == ("reversePayment",)


def test_order_continues_when_every_step_is_resolved() -> None:
    """One step is settled elsewhere, the other is retried."""
    outcome = Outcome.needs_attention("unavailable", TWO_STEPS.failed_steps)
    settled = a_resolution(ResolutionAction.SETTLED_ELSEWHERE, "reversePayment")

    half = resolve(a_record(outcome=outcome, attention=TWO_STEPS), settled).record
    result = resolve(half, a_resolution(ResolutionAction.RETRY, resolution_id="res_2"))

    assert result.continues_order
    assert result.record.resolutions[-1].steps == ("cancelShipment",)
    assert result.record.resolved_steps == ("reversePayment",)


@pytest.mark.parametrize(
    ("earlier_action", "at", "continues"),
    [
        (ResolutionAction.RETRY, NOON, True),
        (ResolutionAction.SKIP, NOON, False),
        (ResolutionAction.RETRY, NOON - timedelta(hours=1), False),
    ],
    ids=["retried", "skipped", "retried before it failed again"],
)
def test_completed_order_is_reopened_if_any_step_is_retried(
    earlier_action: ResolutionAction, at: datetime, *, continues: bool
) -> None:
    """The order of the resolutions does not matter; those of an earlier failure do not count."""
    completed = Outcome.completed("T1").with_failed_step("sendConfirmation", "not sent")
    earlier = a_resolution(earlier_action, "cancelShipment", resolution_id="res_0", at=at)
    record = a_record(outcome=completed, attention=EMAIL_FAILED, resolutions=(earlier,))

    result = resolve(record, a_resolution(ResolutionAction.SETTLED_ELSEWHERE))

    assert result.continues_order is continues


@pytest.mark.parametrize("attention", [TWO_STEPS, RECOVERY_FAILED])
def test_resolution_of_steps_that_did_not_fail_is_refused(attention: Attention) -> None:
    """One unknown step is enough."""
    resolution = a_resolution(ResolutionAction.SKIP, "reversePayment", "sendOutcomeEmail")

    result = resolve(a_record(attention=attention), resolution)

    assert result.status is ResolutionStatus.UNKNOWN_STEPS


def test_repeated_resolution_of_some_steps_changes_nothing() -> None:
    """The order does not continue; another resolution of these steps is refused."""
    settled = a_resolution(ResolutionAction.SETTLED_ELSEWHERE, "reversePayment")
    record = resolve(a_record(attention=TWO_STEPS), settled).record

    later = replace(settled, resolution_id="res_2")
    repeated = resolve(record, later)

    assert (repeated.status, repeated.record) == (ResolutionStatus.REPEATED, record)
    assert not repeated.continues_order
    for other in (replace(later, note="other"), replace(later, steps=("sendOutcomeEmail",))):
        assert resolve(record, other).status is ResolutionStatus.UNKNOWN_STEPS


def test_refused_resolution_starts_no_refund() -> None:
    """An earlier retry starts the refund, a refused resolution does not."""
    completed = a_record(outcome=Outcome.completed("T1"))
    refunding, _ = request_refund(completed, a_refund_request())
    record = replace(refunding, resolutions=(a_resolution(refunds=("rfd_1",)),))
    later = a_resolution(resolution_id="res_2")

    assert resolve(record, later).refunds_to_start == record.refunds
    assert resolve(record, replace(later, note="other")).refunds_to_start == ()


@pytest.mark.parametrize(
    ("order_steps", "resolutions"),
    [
        ((), [(("refundPayment",), ("rfd_1",))]),
        (
            ("sendConfirmation",),
            [(("sendConfirmation",), ()), (("refundPayment",), ("rfd_1",))],
        ),
    ],
    ids=["refund only", "refund and email"],
)
def test_resolution_is_recorded_separately_for_order_and_refunds(
    order_steps: tuple[str, ...], resolutions: list[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    """Steps of refunds are not among the order's own resolved steps."""
    failed = RefundOutcome(is_paid=False, failed_step="refundPayment", reason="refundRefused")
    outcome = Outcome.completed("T1")
    for step in order_steps:
        outcome = outcome.with_failed_step(step, "not sent")
    attention = replace(EMAIL_FAILED, failed_steps=order_steps) if order_steps else None
    record = a_record(outcome=outcome, attention=attention)
    record, _ = request_refund(record, a_refund_request(1))
    record, _ = close_refund(record, "rfd_1", failed, NOON)

    result = resolve(record, a_resolution(ResolutionAction.SKIP))

    assert [(item.steps, item.refunds) for item in result.record.resolutions] == resolutions
    assert result.record.resolved_steps == order_steps


@pytest.mark.parametrize("recorded", [MAX_RESOLUTIONS - 1, MAX_RESOLUTIONS])
def test_order_has_at_most_a_hundred_resolutions(recorded: int) -> None:
    """One more is refused, and the record stays as it is."""
    earlier = tuple(a_resolution(resolution_id=f"res_{number}") for number in range(recorded))
    record = a_record(attention=ONE_STEP, resolutions=earlier)

    result = resolve(record, a_resolution(resolution_id="res_more"))

    if recorded < MAX_RESOLUTIONS:
        assert result.status is ResolutionStatus.ACCEPTED
        assert len(result.record.resolutions) == MAX_RESOLUTIONS
    else:
        assert (result.status, result.record) == (ResolutionStatus.TOO_MANY, record)


def test_resolution_with_two_entries_does_not_exceed_the_limit() -> None:
    """The order's own step and that of its refund are two entries."""
    failed = RefundOutcome(is_paid=False, failed_step="refundPayment")
    completed = a_record(
        outcome=Outcome.completed("T1").with_failed_step("sendConfirmation", "not sent"),
        attention=EMAIL_FAILED,
        resolutions=tuple(
            a_resolution(resolution_id=f"res_{number}") for number in range(MAX_RESOLUTIONS - 1)
        ),
    )
    record, _ = request_refund(completed, a_refund_request(1))
    record, _ = close_refund(record, "rfd_1", failed, NOON)
    both = a_resolution(ResolutionAction.SKIP, resolution_id="res_more")

    result = resolve(record, both)
    one = resolve(record, replace(both, steps=("refundPayment",)))

    assert (result.status, result.record) == (ResolutionStatus.TOO_MANY, record)
    assert one.status is ResolutionStatus.ACCEPTED
