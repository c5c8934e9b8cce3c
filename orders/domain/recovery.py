"""Recovery: when to look at an order that has not ended, and what to do about it or its refund."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Final, Protocol

from orders.domain.order_record import OrderRecord
from orders.domain.policies import RecoveryPolicy
from orders.domain.waits import WaitPhase

#: A wait that has not ended this long after its deadline is recovered.
_WAIT_GRACE: Final = timedelta(minutes=10)


class Phase(StrEnum):
    """Runtime statuses of an instance, grouped as far as the app distinguishes them."""

    #: There is no instance.
    ABSENT = "absent"
    #: It has not run its first turn.
    PENDING = "pending"
    #: It is suspended until it is resumed.
    SUSPENDED = "suspended"
    #: It is running.
    RUNNING = "running"
    #: It has ended: completed, failed or terminated.
    ENDED = "ended"

    @property
    def is_active(self) -> bool:
        """Whether it continues by itself."""
        return self in {Phase.PENDING, Phase.RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceState:
    """What recovery has to know about an orchestration instance."""

    phase: Phase
    is_terminated: bool = False
    last_updated_at: datetime | None = None


class RecoveryAction(Enum):
    """What recovery does."""

    #: The orchestration is running.
    LEAVE = auto()
    #: Wake the orchestration: the event may have been lost.
    WAKE = auto()
    #: Start the orchestration from the start.
    RESTART = auto()
    #: Terminate the stalled orchestration, then start it.
    TERMINATE_FIRST = auto()
    #: Start it again without counting an attempt: recovery itself terminated it.
    COMPLETE_RESTART = auto()
    #: An operator terminated the orchestration.
    STOPPED_BY_OPERATOR = auto()
    #: An operator suspended the orchestration, and must resume it.
    SUSPENDED = auto()


class Recoverable(Protocol):
    """An order's record or a refund, as far as recovery reads it."""

    @property
    def recovery_attempts(self) -> int:
        """Recovery attempts so far."""

    @property
    def terminated_at(self) -> datetime | None:
        """When recovery terminated the orchestration."""

    @property
    def wake_requested_at(self) -> datetime | None:
        """Since when the orchestration should have woken from its wait."""


def recovery_due_at(record: OrderRecord) -> datetime:
    """Return when recovery looks at the order, if nothing changes before."""
    paused_until = recovery_paused_until(record)
    if _sleeps_until(record) is not None:
        return paused_until
    return max(paused_until, record.updated_at or paused_until)


def recovery_paused_until(record: OrderRecord) -> datetime:
    """Return until when recovery leaves the order alone, however its record changes otherwise.

    It pauses while the order sleeps, and after an attempt. Without a pause the answer is the time
    of placing. Recovery is never due before.
    """
    pauses = (_sleeps_until(record), record.next_recovery_at)
    return max([record.order.placed_at, *(time for time in pauses if time is not None)])


def recovery_action(
    subject: Recoverable, instance: InstanceState, now: datetime, policy: RecoveryPolicy
) -> RecoveryAction:
    """Decide what to do about the orchestration of an order or a refund."""
    if instance.phase is Phase.SUSPENDED:
        return RecoveryAction.SUSPENDED
    if instance.is_terminated and subject.terminated_at is not None:
        return RecoveryAction.COMPLETE_RESTART
    if instance.phase.is_active:
        wake_requested_at = subject.wake_requested_at
        if _is_stalled(instance, wake_requested_at, now, policy):
            return RecoveryAction.TERMINATE_FIRST
        return RecoveryAction.LEAVE if wake_requested_at is None else RecoveryAction.WAKE
    if instance.is_terminated:
        return RecoveryAction.STOPPED_BY_OPERATOR
    return RecoveryAction.RESTART


def _sleeps_until(record: OrderRecord) -> datetime | None:
    """Return until when the orchestration may sleep; None if it should be awake."""
    waiting = record.waiting
    if waiting is None or waiting.phase is not WaitPhase.ASLEEP or record.wake_requested_at:
        return None
    return waiting.until + _WAIT_GRACE


def _is_stalled(
    instance: InstanceState,
    wake_requested_at: datetime | None,
    now: datetime,
    policy: RecoveryPolicy,
) -> bool:
    """Whether an active instance has done nothing for long, sleep on request apart."""
    times = [time for time in (instance.last_updated_at, wake_requested_at) if time is not None]
    return bool(times) and now - max(times) > policy.stalled_after
