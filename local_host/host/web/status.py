"""Instances and histories as the management API shows them."""

import json
from collections.abc import Sequence
from typing import Any

from local_host.host.history.codec import encode_event, get_event_name
from local_host.host.history.events import (
    CallCompleted,
    CallResult,
    EventRaised,
    EventSent,
    ExecutionCompleted,
    ExecutionStarted,
    HistoryEvent,
    OrchestratorCompleted,
    OrchestratorStarted,
    RuntimeStatus,
    SubOrchestrationInstanceCreated,
    TaskCompleted,
    TaskFailed,
    TaskScheduled,
)
from local_host.host.store.records import InstanceRecord

_HIDDEN_KEYS = {
    *("EventType", "EventId", "IsPlayed", "Name", "TaskScheduledId", "TimerId", "Version", "Tags"),
    *("OrchestrationInstance", "ParentInstance"),
}
_Call = TaskScheduled | SubOrchestrationInstanceCreated
#: The class and the event id of a call.
_CallKey = tuple[type[HistoryEvent], int]


def show_instance(instance: InstanceRecord, *, with_input: bool = True) -> dict[str, Any]:
    """Return the instance without its history."""
    return {
        "name": instance.name,
        "instanceId": instance.instance_id,
        "runtimeStatus": instance.status,
        "input": _parse(instance.input_) if with_input else None,
        "customStatus": _parse(instance.custom_status),
        "output": _parse(instance.output),
        "createdTime": truncate_to_seconds(instance.created_at),
        "lastUpdatedTime": truncate_to_seconds(instance.updated_at),
    }


def show_history(events: Sequence[HistoryEvent], *, with_outputs: bool) -> list[dict[str, Any]]:
    """Return the history, each result merged with its call."""
    calls: dict[_CallKey, _Call] = {
        (type(e), e.event_id): e for e in events if isinstance(e, _Call)
    }
    completed = {_call_key(event) for event in events if isinstance(event, CallResult)}
    return [
        _show_event(event, calls, with_outputs=with_outputs)
        for event in events
        if not isinstance(event, OrchestratorStarted | OrchestratorCompleted)
        and (type(event), event.event_id) not in completed
    ]


def _call_key(result: CallResult) -> _CallKey:
    is_activity = isinstance(result, TaskCompleted | TaskFailed)
    call = TaskScheduled if is_activity else SubOrchestrationInstanceCreated
    return call, result.scheduled_id


def _show_event(
    event: HistoryEvent, calls: dict[_CallKey, _Call], *, with_outputs: bool
) -> dict[str, Any]:
    hidden = _HIDDEN_KEYS
    if isinstance(event, EventRaised | EventSent):
        hidden = hidden - {"Name"}
    shown: dict[str, Any] = {"EventType": get_event_name(event)}
    shown |= {key: value for key, value in encode_event(event).items() if key not in hidden}
    if isinstance(event, ExecutionStarted | _Call):
        shown["FunctionName"] = event.name
    if isinstance(event, CallCompleted | ExecutionCompleted):
        if not with_outputs:
            del shown["Result"]
        elif not _has_plain_result(event):
            shown["Result"] = _parse(event.result)
    if isinstance(event, CallResult):
        call = calls[_call_key(event)]
        shown["ScheduledTime"] = call.timestamp.isoformat()
        shown["FunctionName"] = call.name
        shown["Input"] = None  # histories hold no inputs of calls
    return shown


def _has_plain_result(event: HistoryEvent) -> bool:
    """Return whether the result is the plain text of an error or of a reason."""
    return isinstance(event, ExecutionCompleted) and event.status != RuntimeStatus.COMPLETED


def _parse(text: str | None) -> Any:  # noqa: ANN401 - JSON
    return None if text is None else json.loads(text)


def truncate_to_seconds(moment: str) -> str:
    """Shorten a time of a history as statuses show it."""
    return moment.partition(".")[0] + "Z"
