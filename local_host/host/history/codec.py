"""JSON of history events, in the shape that the real host hands to the SDK.

The task hub keeps the same JSON. One table lists the keys of each kind in the order of the wire.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from local_host.host.clock import format_time, parse_time
from local_host.host.history import events
from local_host.host.history.events import (
    FailureDetails,
    HistoryEvent,
    OrchestrationInstance,
    ParentInstance,
    RuntimeStatus,
)


class EventType(IntEnum):
    """Numbers that Durable Task gives its history events."""

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


# ------------------------------------------------------------ nested objects


def encode_parent(parent: ParentInstance | None) -> dict[str, Any] | None:
    """Encode the caller of a sub-orchestration."""
    if parent is None:
        return None
    return {
        "Name": parent.name,
        "OrchestrationInstance": _encode_instance(parent.instance),
        "TaskScheduleId": parent.scheduled_id,
        "Version": parent.version,
    }


def decode_parent(wire: dict[str, Any] | None) -> ParentInstance | None:
    """Decode the caller of a sub-orchestration."""
    if wire is None:
        return None
    return ParentInstance(
        name=wire["Name"],
        version=wire["Version"],
        instance=_decode_instance(wire["OrchestrationInstance"]),
        scheduled_id=wire["TaskScheduleId"],
    )


def _encode_instance(instance: OrchestrationInstance) -> dict[str, str]:
    return {"InstanceId": instance.instance_id, "ExecutionId": instance.execution_id}


def _decode_instance(wire: dict[str, str]) -> OrchestrationInstance:
    return OrchestrationInstance(instance_id=wire["InstanceId"], execution_id=wire["ExecutionId"])


def _encode_failure(failure: FailureDetails | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {
        "ErrorType": failure.error_type,
        "ErrorMessage": failure.message,
        "StackTrace": None,
        "InnerFailure": None,
        "IsNonRetriable": failure.is_non_retriable,
        "Properties": None,
    }


def _decode_failure(wire: dict[str, Any] | None) -> FailureDetails | None:
    if wire is None:
        return None
    return FailureDetails(
        error_type=wire["ErrorType"],
        message=wire["ErrorMessage"],
        is_non_retriable=wire["IsNonRetriable"],
    )


# ------------------------------------------------------------ the table


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """One key of an event's JSON: an attribute of the event, or always the same value."""

    key: str
    attribute: str | None = None
    constant: str | bool | None = None
    encode: Callable[[Any], Any] | None = None
    decode: Callable[[Any], Any] | None = None


def _plain(key: str, attribute: str) -> _Field:
    return _Field(key=key, attribute=attribute)


def _constant(key: str, value: str | bool | None = None) -> _Field:  # noqa: FBT001 - a JSON value
    return _Field(key=key, constant=value)


_INSTANCE = _Field(
    key="OrchestrationInstance",
    attribute="instance",
    encode=_encode_instance,
    decode=_decode_instance,
)
_PARENT = _Field(
    key="ParentInstance", attribute="parent", encode=encode_parent, decode=decode_parent
)
_STATUS = _Field(key="OrchestrationStatus", attribute="status", decode=RuntimeStatus)
_FAILURE = _Field(
    key="FailureDetails", attribute="failure", encode=_encode_failure, decode=_decode_failure
)
_FIRE_AT = _Field(key="FireAt", attribute="fire_at", encode=format_time, decode=parse_time)
_NAME = _plain("Name", "name")
_VERSION = _plain("Version", "version")
_INPUT = _plain("Input", "input_")
_REASON = _plain("Reason", "reason")
_RESULT = _plain("Result", "result")
_SCHEDULED_ID = _plain("TaskScheduledId", "scheduled_id")
_INSTANCE_ID = _plain("InstanceId", "instance_id")
_TRACE = _constant("ParentTraceContext")
_TAGS = _constant("Tags")
_COMPLETED = (_SCHEDULED_ID, _RESULT)
_FAILED = (_SCHEDULED_ID, _REASON, _plain("Details", "details"), _constant("FailureDetails"))

_FIELDS: dict[type[HistoryEvent], tuple[EventType, tuple[_Field, ...]]] = {
    events.ExecutionStarted: (
        EventType.EXECUTION_STARTED,
        (
            *(_INSTANCE, _PARENT, _NAME, _VERSION, _INPUT, _TAGS),
            *(_constant("Correlation"), _TRACE, _constant("ScheduledStartTime")),
            *(_plain("Generation", "generation"), _constant("GenerateNewTrace", value=False)),
        ),
    ),
    events.ExecutionCompleted: (EventType.EXECUTION_COMPLETED, (_STATUS, _RESULT, _FAILURE)),
    events.ExecutionTerminated: (EventType.EXECUTION_TERMINATED, (_plain("Input", "reason"),)),
    events.TaskScheduled: (
        EventType.TASK_SCHEDULED,
        (_NAME, _constant("Version", ""), _constant("Input"), _TRACE, _TAGS),
    ),
    events.TaskCompleted: (EventType.TASK_COMPLETED, _COMPLETED),
    events.TaskFailed: (EventType.TASK_FAILED, _FAILED),
    events.SubOrchestrationInstanceCreated: (
        EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
        (_NAME, _VERSION, _INSTANCE_ID, _constant("Input"), _constant("ClientSpanId"), _TAGS),
    ),
    events.SubOrchestrationInstanceCompleted: (
        EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
        _COMPLETED,
    ),
    events.SubOrchestrationInstanceFailed: (
        EventType.SUB_ORCHESTRATION_INSTANCE_FAILED,
        _FAILED,
    ),
    events.TimerCreated: (EventType.TIMER_CREATED, (_FIRE_AT,)),
    events.TimerFired: (EventType.TIMER_FIRED, (_plain("TimerId", "timer_id"), _FIRE_AT)),
    events.OrchestratorStarted: (EventType.ORCHESTRATOR_STARTED, ()),
    events.OrchestratorCompleted: (EventType.ORCHESTRATOR_COMPLETED, ()),
    events.EventSent: (EventType.EVENT_SENT, (_INSTANCE_ID, _NAME, _INPUT)),
    events.EventRaised: (EventType.EVENT_RAISED, (_NAME, _INPUT, _TRACE)),
    events.GenericEvent: (EventType.GENERIC_EVENT, (_plain("Data", "data"),)),
    events.ExecutionSuspended: (EventType.EXECUTION_SUSPENDED, (_REASON,)),
    events.ExecutionResumed: (EventType.EXECUTION_RESUMED, (_REASON,)),
}
_CLASSES = {number: (kind, fields) for kind, (number, fields) in _FIELDS.items()}


# ------------------------------------------------------------ events


def get_event_name(event: HistoryEvent) -> str:
    """Return the name of the kind of an event, as the management API shows it."""
    return type(event).__name__


def encode_event(event: HistoryEvent) -> dict[str, Any]:
    """Encode an event."""
    number, fields = _FIELDS[type(event)]
    wire: dict[str, Any] = {"EventType": int(number)}
    for field in fields:
        value = field.constant if field.attribute is None else getattr(event, field.attribute)
        wire[field.key] = value if field.encode is None else field.encode(value)
    wire["EventId"] = event.event_id
    wire["IsPlayed"] = event.is_played
    wire["Timestamp"] = format_time(event.timestamp)
    return wire


def decode_event(wire: dict[str, Any]) -> HistoryEvent:
    """Decode an event; keys that this host does not use are ignored."""
    kind, fields = _CLASSES[wire["EventType"]]
    values = {
        field.attribute: wire[field.key] if field.decode is None else field.decode(wire[field.key])
        for field in fields
        if field.attribute is not None
    }
    return kind(
        event_id=wire["EventId"],
        is_played=wire["IsPlayed"],
        timestamp=parse_time(wire["Timestamp"]),
        **values,
    )


def event_to_json(event: HistoryEvent) -> str:
    """Encode an event as JSON text."""
    return json.dumps(encode_event(event))


def event_from_json(text: str) -> HistoryEvent:
    """Decode an event from JSON text."""
    return decode_event(json.loads(text))
