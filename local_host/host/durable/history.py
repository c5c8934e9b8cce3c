"""What does an orchestration's history consist of?

An event is a plain dict in the shape that the real host hands to the SDK (`EventType` is a number);
the management API shows the same events under their names. One function here builds each kind.
"""

from datetime import datetime
from enum import IntEnum
from typing import Any

from local_host.host.clock import wire_time
from local_host.host.store import event as store_event

#: One entry of a history.
Event = store_event.Event


class EventType(IntEnum):
    """The numbers that Durable Task gives its history events."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_ORCHESTRATION_INSTANCE_CREATED = 7
    SUB_ORCHESTRATION_INSTANCE_COMPLETED = 8
    SUB_ORCHESTRATION_INSTANCE_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_SENT = 14
    EVENT_RAISED = 15
    GENERIC_EVENT = 17
    EXECUTION_SUSPENDED = 19
    EXECUTION_RESUMED = 20

    @property
    def wire_name(self) -> str:
        """The name in the management API, as `TaskCompleted`."""
        return self.name.title().replace("_", "")


#: What an orchestrator asked for; their ids count up from 0, those of other events are -1.
DECISIONS = frozenset(
    {
        EventType.TASK_SCHEDULED,
        EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
        EventType.TIMER_CREATED,
        EventType.EVENT_SENT,
    }
)
_MARKERS = frozenset({EventType.ORCHESTRATOR_STARTED, EventType.ORCHESTRATOR_COMPLETED})


def played(event: Event) -> Event:
    """The event as it stands in a later episode."""
    if event["EventId"] >= 0 or event["EventType"] in _MARKERS:
        return event
    return {**event, "IsPlayed": True}


def make(kind: EventType, at: datetime, event_id: int = -1, **fields: Any) -> Event:  # noqa: ANN401 (JSON)
    """An event with the fields that all have and those of its own."""
    return {
        "EventType": int(kind),
        **fields,
        "EventId": event_id,
        "IsPlayed": False,
        "Timestamp": wire_time(at),
    }


def orchestrator_started(at: datetime) -> Event:
    """An episode begins; its time is the orchestrator's `current_utc_datetime`."""
    return make(EventType.ORCHESTRATOR_STARTED, at)


def orchestrator_completed(at: datetime) -> Event:
    """An episode ends."""
    return make(EventType.ORCHESTRATOR_COMPLETED, at)


def execution_started(  # noqa: PLR0913 (the wire's own fields)
    at: datetime,
    *,
    instance_id: str,
    execution_id: str,
    name: str,
    version: str | None,
    input_: str | None,
    parent: Event | None = None,
    generation: int | None = 0,
) -> Event:
    """An execution begins; `input_` is JSON text."""
    return make(
        EventType.EXECUTION_STARTED,
        at,
        OrchestrationInstance={"InstanceId": instance_id, "ExecutionId": execution_id},
        ParentInstance=parent,
        Name=name,
        Version=version,
        Input=input_,
        Tags=None,
        Correlation=None,
        ParentTraceContext=None,
        ScheduledStartTime=None,
        Generation=generation,
        GenerateNewTrace=False,
    )


def execution_completed(
    at: datetime, event_id: int, status: str, result: str | None, details: Event | None = None
) -> Event:
    """An execution has ended; `result` is JSON text, or an error's plain text."""
    return make(
        EventType.EXECUTION_COMPLETED,
        at,
        event_id,
        OrchestrationStatus=status,
        Result=result,
        FailureDetails=details,
    )


def task_scheduled(at: datetime, event_id: int, name: str) -> Event:
    """An activity is called; its input stays out of the history, as on the real host."""
    return make(
        EventType.TASK_SCHEDULED,
        at,
        event_id,
        Name=name,
        Version="",
        Input=None,
        ParentTraceContext=None,
        Tags=None,
    )


def task_completed(at: datetime, scheduled_id: int, result: str | None) -> Event:
    """An activity returned; `result` is JSON text."""
    return make(EventType.TASK_COMPLETED, at, TaskScheduledId=scheduled_id, Result=result)


def task_failed(at: datetime, scheduled_id: int, reason: str, details: str) -> Event:
    """An activity raised."""
    return make(
        EventType.TASK_FAILED,
        at,
        TaskScheduledId=scheduled_id,
        Reason=reason,
        Details=details,
        FailureDetails=None,
    )


def sub_orchestration_created(
    at: datetime, event_id: int, name: str, version: str | None, instance_id: str
) -> Event:
    """A sub-orchestration is called."""
    return make(
        EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
        at,
        event_id,
        Name=name,
        Version=version,
        InstanceId=instance_id,
        Input=None,
        ClientSpanId=None,
        Tags=None,
    )


def sub_orchestration_completed(at: datetime, scheduled_id: int, result: str | None) -> Event:
    """A sub-orchestration returned; `result` is JSON text."""
    return make(
        EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
        at,
        TaskScheduledId=scheduled_id,
        Result=result,
    )


def sub_orchestration_failed(at: datetime, scheduled_id: int, reason: str, details: str) -> Event:
    """A sub-orchestration failed."""
    return make(
        EventType.SUB_ORCHESTRATION_INSTANCE_FAILED,
        at,
        TaskScheduledId=scheduled_id,
        Reason=reason,
        Details=details,
        FailureDetails=None,
    )


def timer_created(at: datetime, event_id: int, fire_at: datetime) -> Event:
    """A durable timer is set."""
    return make(EventType.TIMER_CREATED, at, event_id, FireAt=wire_time(fire_at))


def timer_fired(at: datetime, timer_id: int, fire_at: datetime) -> Event:
    """A durable timer has come due."""
    return make(EventType.TIMER_FIRED, at, TimerId=timer_id, FireAt=wire_time(fire_at))


def event_sent(at: datetime, event_id: int, target: str, name: str, input_: str) -> Event:
    """A message goes to an entity."""
    return make(EventType.EVENT_SENT, at, event_id, InstanceId=target, Name=name, Input=input_)


def event_raised(at: datetime, name: str, input_: str | None) -> Event:
    """An external event, or an entity's answer; `input_` is JSON text."""
    return make(EventType.EVENT_RAISED, at, Name=name, Input=input_, ParentTraceContext=None)
