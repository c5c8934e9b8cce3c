"""The decision table of recovery."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from orders.domain.policies import RecoveryPolicy
from orders.domain.recovery import InstanceState, Phase, RecoveryAction, recovery_action
from orders.domain.wait_changes import check_wait, request_retry
from orders.domain.waits import WaitPolicy
from tests.builders import NOON, a_record, a_round

POLICY = RecoveryPolicy()
RECENTLY = NOON - timedelta(minutes=59)
LONG_AGO = NOON - timedelta(minutes=61)


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
