"""How does the management API show an instance?"""

import json
from typing import Any

from local_host.host.clock import parse_time
from local_host.host.durable.history import Event, EventType
from local_host.host.store.records import InstanceRecord
from local_host.host.web.durable.answers import flag
from local_host.host.web.requests import Request

_HIDDEN = {"EventId", "IsPlayed", "Name", "TaskScheduledId", "TimerId", "Version", "Tags"}
_CREATION_ONLY = {"OrchestrationInstance", "ParentInstance"}
_SCHEDULED = {
    EventType.TASK_COMPLETED: EventType.TASK_SCHEDULED,
    EventType.TASK_FAILED: EventType.TASK_SCHEDULED,
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED: EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
    EventType.SUB_ORCHESTRATION_INSTANCE_FAILED: EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
}
_MARKERS = {EventType.ORCHESTRATOR_STARTED, EventType.ORCHESTRATOR_COMPLETED}


def show_instance(instance: InstanceRecord, *, with_input: bool = True) -> dict[str, Any]:
    """The instance without its history."""
    return {
        "name": instance.name,
        "instanceId": instance.instance_id,
        "runtimeStatus": instance.status,
        "input": _parsed(instance.input_) if with_input else None,
        "customStatus": _parsed(instance.custom_status),
        "output": _parsed(instance.output),
        "createdTime": to_the_second(instance.created_at),
        "lastUpdatedTime": to_the_second(instance.updated_at),
    }


def show_history(events: list[Event], *, with_outputs: bool) -> list[dict[str, Any]]:
    """The history, each answer merged with the call that it answers."""
    calls = {
        (event["EventType"], event["EventId"]): event
        for event in events
        if event["EventType"] in _SCHEDULED.values()
    }
    answered = {
        (_SCHEDULED[event["EventType"]], event["TaskScheduledId"])
        for event in events
        if event["EventType"] in _SCHEDULED
    }
    return [
        _show(event, calls, with_outputs=with_outputs)
        for event in events
        if event["EventType"] not in _MARKERS
        and (event["EventType"], event["EventId"]) not in answered
    ]


def _show(
    event: Event, calls: dict[tuple[int, int], Event], *, with_outputs: bool
) -> dict[str, Any]:
    kind = EventType(event["EventType"])
    hidden = _HIDDEN | _CREATION_ONLY
    if kind in (EventType.EVENT_RAISED, EventType.EVENT_SENT):
        hidden = hidden - {"Name"}
    shown = {"EventType": kind.wire_name}
    shown |= {k: v for k, v in event.items() if k not in hidden and k != "EventType"}
    if kind == EventType.EXECUTION_STARTED or kind in _SCHEDULED.values():
        shown["FunctionName"] = event["Name"]
    if "Result" in shown:
        if not with_outputs:
            del shown["Result"]
        elif shown.get("OrchestrationStatus", "Completed") == "Completed":
            shown["Result"] = _parsed(shown["Result"])
    if kind in _SCHEDULED:
        call = calls[_SCHEDULED[kind], event["TaskScheduledId"]]
        scheduled = parse_time(call["Timestamp"])
        shown["ScheduledTime"] = scheduled.isoformat()
        shown["FunctionName"] = call["Name"]
        shown["Input"] = call["Input"]
    return shown


def _parsed(text: str | None) -> Any:  # noqa: ANN401 (JSON)
    return None if text is None else json.loads(text)


def ended_status(request: Request, instance: InstanceRecord) -> int:
    """The HTTP status of an ended instance: 500 for a failed one only if the caller says so."""
    failed = instance.status == "Failed"
    return 500 if failed and flag(request, "returnInternalServerErrorOnFailure") else 200


def to_the_second(moment: str) -> str:
    """A history's time as statuses show it."""
    return moment.partition(".")[0] + "Z"
