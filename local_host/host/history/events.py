"""History events of an orchestration, one class for each kind, and the statuses of an instance.

Classes have the names that the management API shows. Inputs and results are JSON text.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class RuntimeStatus(StrEnum):
    """Status of an orchestration instance, as the management API spells it."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUSPENDED = "Suspended"
    COMPLETED = "Completed"
    FAILED = "Failed"
    TERMINATED = "Terminated"
    #: Status of an execution that started the next one; an instance never keeps it.
    CONTINUED_AS_NEW = "ContinuedAsNew"
    #: A filter may name it; no instance has it.
    CANCELED = "Canceled"

    @property
    def is_final(self) -> bool:
        """Whether an instance with this status has ended."""
        return self in FINAL_STATUSES


FINAL_STATUSES = frozenset(
    {RuntimeStatus.COMPLETED, RuntimeStatus.FAILED, RuntimeStatus.TERMINATED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrchestrationInstance:
    """One execution of an instance; continue-as-new starts another under the same id."""

    instance_id: str
    execution_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentInstance:
    """The orchestration that called a sub-orchestration, and the event id of the call."""

    name: str
    version: str | None
    instance: OrchestrationInstance
    scheduled_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureDetails:
    """Failure of an execution that no replay caused."""

    error_type: str
    message: str
    is_non_retriable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """Base of all events. Decisions count their `event_id` up from 0; other events have -1."""

    timestamp: datetime
    event_id: int = -1
    #: Whether an earlier turn has processed the event.
    is_played: bool = False


class DecisionEvent(HistoryEvent):
    """Base of the events that record what an orchestrator scheduled."""

    __slots__ = ()


# ------------------------------------------------------------ the turn


@dataclass(frozen=True, slots=True, kw_only=True)
class OrchestratorStarted(HistoryEvent):
    """A turn begins; its timestamp is the orchestrator's `current_utc_datetime`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrchestratorCompleted(HistoryEvent):
    """A turn ends."""


def mark_played(event: HistoryEvent) -> HistoryEvent:
    """Return the event as later turns see it; decisions and turns never count as played."""
    if event.event_id >= 0 or isinstance(event, OrchestratorStarted | OrchestratorCompleted):
        return event
    return replace(event, is_played=True)


# ------------------------------------------------------------ the execution


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionStarted(HistoryEvent):
    """An execution begins. `generation` is None after continue-as-new, as on the real host."""

    instance: OrchestrationInstance
    name: str
    version: str | None
    input_: str | None
    parent: ParentInstance | None = None
    generation: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionCompleted(HistoryEvent):
    """An execution has ended; `result` is JSON text, or the plain text of an error."""

    status: RuntimeStatus
    result: str | None
    failure: FailureDetails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionTerminated(HistoryEvent):
    """A client terminated the instance."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionSuspended(HistoryEvent):
    """A client suspended the instance."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionResumed(HistoryEvent):
    """A client resumed the instance."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericEvent(HistoryEvent):
    """A rewind (`data` is its reason), or the place of an event that a rewind removed."""

    data: str | None


# ------------------------------------------------------------ activities and sub-orchestrations


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScheduled(DecisionEvent):
    """An activity is called; its input stays out of the history, as on the real host."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubOrchestrationInstanceCreated(DecisionEvent):
    """A sub-orchestration is called."""

    name: str
    version: str | None
    instance_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult(HistoryEvent):
    """Base of the events that answer a call; `scheduled_id` is the call's event id."""

    scheduled_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCompleted(CallResult):
    """Base of the events of a call that returned."""

    result: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFailed(CallResult):
    """Base of the events of a call that failed."""

    reason: str
    details: str


class TaskCompleted(CallCompleted):
    """An activity returned."""

    __slots__ = ()


class TaskFailed(CallFailed):
    """An activity raised."""

    __slots__ = ()


class SubOrchestrationInstanceCompleted(CallCompleted):
    """A sub-orchestration returned."""

    __slots__ = ()


class SubOrchestrationInstanceFailed(CallFailed):
    """A sub-orchestration failed."""

    __slots__ = ()


# ------------------------------------------------------------ timers, entities, external events


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCreated(DecisionEvent):
    """A durable timer is set."""

    fire_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(HistoryEvent):
    """A durable timer has come due; `timer_id` is the event id of its `TimerCreated`."""

    timer_id: int
    fire_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSent(DecisionEvent):
    """An operation goes to an entity (`@name@key`); `input_` is the request."""

    instance_id: str
    name: str
    input_: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRaised(HistoryEvent):
    """An external event, or an entity's response under the id of its request."""

    name: str
    input_: str | None
