"""The decision table of recovery."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from orders.domain.order_record import OrderRecord
from orders.domain.policies import RecoveryPolicy
from orders.domain.recovery import (
    InstanceState,
    Phase,
    RecoveryAction,
    recovery_action,
    recovery_due_at,
    recovery_paused_until,
)
from orders.domain.wait_changes import check_wait, request_retry
from orders.domain.waits import WaitPolicy
from tests.builders import NOON, a_record, a_round

POLICY = RecoveryPolicy()
RECENTLY = NOON - timedelta(minutes=59)
LONG_AGO = NOON - timedelta(minutes=61)
LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("instance", "terminated_by_recovery", "action"),
    [
        (InstanceState(phase=Phase.ABSENT), False, RecoveryAction.RESTART),
        (InstanceState(phase=Phase.ENDED), False, RecoveryAction.RESTART),
        (InstanceState(phase=Phase.SUSPENDED), False, RecoveryAction.SUSPENDED),
        (
            InstanceState(phase=Phase.RUNNING, last_updated_at=RECENTLY),
            False,
            RecoveryAction.LEAVE,
        ),
        (
            InstanceState(phase=Phase.PENDING, last_updated_at=RECENTLY),
            False,
            RecoveryAction.LEAVE,
        ),
        (
            InstanceState(phase=Phase.RUNNING, last_updated_at=LONG_AGO),
            False,
            RecoveryAction.TERMINATE_FIRST,
        ),
        (
            InstanceState(phase=Phase.PENDING, last_updated_at=LONG_AGO),
            False,
            RecoveryAction.TERMINATE_FIRST,
        ),
        (InstanceState(phase=Phase.RUNNING), False, RecoveryAction.LEAVE),
        (
            InstanceState(phase=Phase.ENDED, is_terminated=True),
            False,
            RecoveryAction.STOPPED_BY_OPERATOR,
        ),
        (
            InstanceState(phase=Phase.ENDED, is_terminated=True),
            True,
            RecoveryAction.COMPLETE_RESTART,
        ),
    ],
)
def test_recovery_action(
    instance: InstanceState, *, terminated_by_recovery: bool, action: RecoveryAction
) -> None:
    """The phase decides, and who terminated the orchestration."""
    record = a_record(terminated_at=NOON if terminated_by_recovery else None)

    assert recovery_action(record, instance, NOON, POLICY) is action


@pytest.mark.parametrize(
    ("woken_at", "instance", "action"),
    [
        (
            RECENTLY,
            InstanceState(phase=Phase.RUNNING, last_updated_at=LONG_AGO),
            RecoveryAction.WAKE,
        ),
        (
            LONG_AGO,
            InstanceState(phase=Phase.RUNNING, last_updated_at=LONG_AGO),
            RecoveryAction.TERMINATE_FIRST,
        ),
        (RECENTLY, InstanceState(phase=Phase.ABSENT), RecoveryAction.RESTART),
        (RECENTLY, InstanceState(phase=Phase.SUSPENDED), RecoveryAction.SUSPENDED),
    ],
)
def test_recovery_action_for_an_order_that_should_be_awake(
    woken_at: datetime, instance: InstanceState, action: RecoveryAction
) -> None:
    """It sleeps on purpose, so only the time since it was woken counts."""
    waiting, _ = check_wait(a_record(runs=1), a_round(), WaitPolicy(), LONG_AGO)
    woken, _ = request_retry(waiting, woken_at)

    record = replace(woken, updated_at=woken_at)

    assert recovery_action(record, instance, NOON, POLICY) is action


@pytest.mark.parametrize(
    ("record", "due_at"),
    [
        (a_record(), NOON),
        (a_record(updated_at=LATER), LATER),
        (a_record(updated_at=NOON, next_recovery_at=LATER), LATER),
        (a_record(updated_at=LATER, next_recovery_at=NOON), LATER),
    ],
    ids=["placed", "changed", "attempted", "changed after the attempt"],
)
def test_recovery_is_due_after_the_last_change_and_the_pause(
    record: OrderRecord, due_at: datetime
) -> None:
    """A changed record is left alone for a while too."""
    assert recovery_due_at(record) == due_at


def test_pause_of_recovery_does_not_move_with_ordinary_changes() -> None:
    """It moves if the order falls asleep, is woken or was recovered."""
    woken_at = NOON + timedelta(minutes=1)
    running = a_record(runs=1)
    asleep, _ = check_wait(running, a_round(), WaitPolicy(), NOON)
    woken, _ = request_retry(asleep, woken_at)
    recovered, _ = running.record_recovery(1, LATER)
    records = (running, asleep, woken, recovered)

    times = [recovery_paused_until(record) for record in records]

    assert times == [NOON, NOON + timedelta(hours=24, minutes=10), NOON, LATER]
    for record in records:
        changed = replace(record, updated_at=LATER)
        assert recovery_paused_until(changed) == recovery_paused_until(record)
        assert recovery_due_at(changed) >= recovery_paused_until(changed)
