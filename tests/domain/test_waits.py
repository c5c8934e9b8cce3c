"""Rules of waits: deadlines, rounds, what happens at the end."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from orders.contracts.names import Activity
from orders.domain.attention import Attention, AttentionReason, ResolutionAction
from orders.domain.operator_changes import resolve_attention
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome, Reason
from orders.domain.recovery import recovery_due_at
from orders.domain.wait_changes import check_wait, end_wait, request_retry
from orders.domain.waits import (
    WAIT_RULES,
    Expiry,
    GiveUp,
    Sleep,
    StartAgain,
    TryAgain,
    WaitAnswer,
    WaitingFor,
    WaitPhase,
    WaitPolicy,
    WaitRound,
    WakePosition,
)
from tests.builders import NOON, a_record, a_resolution, a_round

POLICY = WaitPolicy()
LATER = NOON + timedelta(hours=1)
REJECTED = Outcome.rejected("cardDeclined")


def check(
    record: OrderRecord, this: WaitRound, now: datetime = LATER
) -> tuple[OrderRecord, WaitAnswer]:
    """Begin a round with the default policy."""
    return check_wait(record, this, POLICY, now)


def a_waiting_record(step: str = "processPayment") -> OrderRecord:
    """Return the record of an order that waits since noon."""
    return check(a_record(runs=1), a_round(step=step), NOON)[0]


def test_every_rule_names_a_step_and_what_is_held() -> None:
    """The steps are activities that call a partner."""
    assert WAIT_RULES.keys() <= set(Activity)
    assert all(rule.holds for rule in WAIT_RULES.values())


@pytest.mark.parametrize(
    ("step", "until", "expiry"),
    [
        ("processPayment", timedelta(hours=24), Expiry.UNDO),
        ("shipOrder", timedelta(hours=24), Expiry.UNDO),
        ("capturePayment", timedelta(hours=24), Expiry.UNDO),
        ("dispatchOrder", timedelta(days=5), Expiry.ATTENTION),
    ],
)
def test_deadline_depends_on_the_step(step: str, until: timedelta, expiry: Expiry) -> None:
    """Before the capture a day, after it five days."""
    waiting = a_waiting_record(step).waiting

    assert waiting is not None
    assert (waiting.since, waiting.until) == (NOON, NOON + until)
    assert waiting.expiry is expiry


@pytest.mark.parametrize(
    "record", [a_record(runs=1, undoing=REJECTED), a_record(dispatched_at=NOON)]
)
def test_wait_of_an_order_that_cannot_be_undone_ends_with_attention(record: OrderRecord) -> None:
    """Whatever the step is."""
    waiting = check(record, a_round(step="shipOrder"))[0].waiting

    assert waiting is not None
    assert waiting.expired == Outcome.needs_attention(Reason.UNAVAILABLE, ("shipOrder",))


def test_wait_with_an_authorization_ends_before_the_bank_releases_it() -> None:
    """The amount may have been held since the order was placed."""
    late = NOON + timedelta(days=5, hours=12)
    with_hold = check(a_record(runs=1), a_round(step="shipOrder"), late)[0].waiting
    without = check(a_record(runs=1), a_round(step="processPayment"), late)[0].waiting

    assert with_hold is not None
    assert with_hold.until == NOON + timedelta(days=6)
    assert without is not None
    assert without.until == late + timedelta(hours=24)


def test_first_round_begins_a_wait() -> None:
    """The orchestration sleeps, and the status says so."""
    record, answer = check(a_record(runs=1), a_round())

    assert answer == Sleep(until=LATER + timedelta(hours=24))
    assert record.status is OrderStatus.WAITING
    assert record.wake_position.event == "wake-1-0"


def test_wait_for_a_step_that_is_switched_off_is_for_the_shop() -> None:
    """Its partner is available."""
    waiting = check(a_record(runs=1), a_round(is_switched_off=True))[0].waiting

    assert waiting is not None
    assert waiting.waiting_for is WaitingFor.SHOP


def test_later_round_keeps_the_deadline() -> None:
    """A restarted orchestration continues the same wait."""
    before = a_waiting_record()
    restarted, _ = before.open()
    record, answer = check(restarted, a_round(run=2, is_first=False))

    assert before.waiting is not None
    assert answer == Sleep(until=before.waiting.until)
    assert record.waiting == before.waiting
    assert record.wake_position == WakePosition(2, 0)


def test_woken_order_tries_its_step_once() -> None:
    """The round after that sleeps again, until recovery allows the next attempt."""
    woken, _ = request_retry(a_waiting_record(), LATER)
    tries, answer = check(woken, a_round(1, is_first=False))
    failed, then = check(tries, a_round(2, is_first=False))

    assert answer == TryAgain()
    assert isinstance(then, Sleep)
    assert request_retry(failed, LATER + timedelta(seconds=59))[0] == failed
    assert request_retry(failed, LATER + timedelta(seconds=60))[0] != failed


def test_pauses_between_attempts_double_up_to_a_quarter_of_an_hour() -> None:
    """They begin with a minute."""
    record, now, pauses = a_waiting_record(), LATER, list[int]()
    for number in range(1, 15, 2):
        record, _ = request_retry(record, now)
        assert record.waiting is not None
        pauses.append((record.waiting.next_attempt_at - now) // timedelta(minutes=1))
        for later in (number, number + 1):  # tries the step, then fails
            record, _ = check(record, a_round(later, is_first=False), now)
        now = record.waiting.next_attempt_at if record.waiting else now

    assert pauses == [1, 2, 4, 8, 15, 15, 15]


def test_expired_wait_gives_up() -> None:
    """Even if the partner has just become available."""
    woken, _ = request_retry(a_waiting_record(), LATER)
    record, answer = check(woken, a_round(1, is_first=False), NOON + timedelta(hours=24))

    assert answer == GiveUp(outcome=Outcome.rejected(Reason.UNAVAILABLE))
    assert record.status is OrderStatus.PROCESSING
    assert record.begin_undo(Outcome.rejected(Reason.UNAVAILABLE))[0].waiting is None


def test_canceled_order_gives_up() -> None:
    """The reason of the cancellation becomes the reason of the outcome."""
    canceled, _ = a_waiting_record().request_cancel(LATER, Reason.STOPPED_BY_OPERATOR)

    answer = check(canceled, a_round(1, is_first=False))[1]

    assert answer == GiveUp(outcome=Outcome.canceled(Reason.STOPPED_BY_OPERATOR))


def test_undo_of_a_canceled_order_waits() -> None:
    """The cancellation does not end the wait for the undo that it requires."""
    canceled, _ = a_record(runs=1).request_cancel(NOON)
    undoing, _ = canceled.begin_undo(Outcome.canceled())

    assert isinstance(check(undoing, a_round(step="reversePayment"))[1], Sleep)


def test_closed_order_gives_up() -> None:
    """A call that was believed lost learns the outcome and changes nothing."""
    closed, outcome = a_record(runs=1).close(REJECTED, NOON)

    assert check(closed, a_round()) == (closed, GiveUp(outcome=outcome))


@pytest.mark.parametrize("this", [a_round(0), a_round(5, run=0)])
def test_late_round_changes_nothing(this: WaitRound) -> None:
    """It is older than the latest round, or belongs to an earlier orchestration."""
    record = replace(a_waiting_record(), wake_position=WakePosition(1, 3))

    assert check(record, this) == (record, StartAgain())


def test_round_of_a_wait_that_an_operator_has_ended_starts_again() -> None:
    """The record says what was resolved."""
    ended = a_waiting_record().without_wait()

    assert check(ended, a_round(1, is_first=False))[1] == StartAgain()


@pytest.mark.parametrize("action", [ResolutionAction.SETTLED_ELSEWHERE, ResolutionAction.SKIP])
def test_resolution_of_the_step_wakes_the_orchestration_to_start_again(
    action: ResolutionAction,
) -> None:
    """The order waits no longer. Recovery wakes it until the round has begun."""
    queued, _ = a_waiting_record().request_attention(
        AttentionReason.WAITING, NOON, ("processPayment",)
    )
    resolved, _ = resolve_attention(queued, a_resolution(action, at=LATER))
    record, answer = check(resolved, a_round(1, is_first=False))

    assert resolved.status is OrderStatus.PROCESSING
    assert resolved.wake_requested_at == LATER
    assert answer == StartAgain()
    assert record.waiting is None


def test_end_of_a_wait_is_ignored_if_a_later_round_has_begun() -> None:
    """The call was believed lost."""
    record = replace(a_waiting_record(), wake_position=WakePosition(1, 3))

    assert end_wait(record, "processPayment", WakePosition(1, 0), LATER) == (record, None)
    assert end_wait(record, "shipOrder", WakePosition(1, 3), LATER) == (record, None)
    assert end_wait(record, "processPayment", WakePosition(1, 3), LATER)[0].waiting is None


def test_end_of_a_wait_ends_the_attention_that_it_needed() -> None:
    """Attention for another reason remains."""
    record = a_waiting_record()
    for reason, remains in ((AttentionReason.WAITING, False), (AttentionReason.SUSPENDED, True)):
        queued = replace(record, attention=Attention(reason=reason, since=NOON))

        assert (queued.without_wait().attention is not None) is remains


@pytest.mark.parametrize(
    ("phase", "due"),
    [
        (WaitPhase.ASLEEP, NOON + timedelta(hours=24, minutes=10)),
        (WaitPhase.READY, LATER),
        (WaitPhase.AWAKE, LATER),
        (WaitPhase.OVER, LATER),
    ],
)
def test_recovery_is_due_when_the_orchestration_should_be_awake(
    phase: WaitPhase, due: datetime
) -> None:
    """One that sleeps is left alone until ten minutes after the deadline."""
    waiting = a_waiting_record().waiting
    assert waiting is not None
    record = a_record(runs=1, waiting=replace(waiting, phase=phase), updated_at=LATER)

    assert recovery_due_at(record) == due


def test_recovery_of_a_canceled_order_that_sleeps_is_due_at_once() -> None:
    """The event that should have woken it may be lost."""
    canceled, _ = replace(a_waiting_record(), updated_at=LATER).request_cancel(LATER)

    assert recovery_due_at(canceled) == LATER
    assert canceled.wake_requested_at == LATER
