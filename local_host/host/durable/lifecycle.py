"""What can be done to an instance from outside, and what of it stands in its history?"""

from datetime import datetime

from local_host.host.durable.history import Event, EventType, make

_HOLDS_UP = {EventType.EXECUTION_SUSPENDED: True, EventType.EXECUTION_RESUMED: False}
_FAILED_CALLS = {EventType.TASK_FAILED, EventType.SUB_ORCHESTRATION_INSTANCE_FAILED}


def terminated(at: datetime, reason: str) -> Event:
    """Somebody ended the instance from outside."""
    return make(EventType.EXECUTION_TERMINATED, at, Input=reason)


def suspended(at: datetime, reason: str) -> Event:
    """Somebody holds the instance up."""
    return make(EventType.EXECUTION_SUSPENDED, at, Reason=reason)


def resumed(at: datetime, reason: str) -> Event:
    """Somebody lets the instance go on."""
    return make(EventType.EXECUTION_RESUMED, at, Reason=reason)


def rewound(at: datetime, reason: str) -> Event:
    """A failed instance is to go on from before its failure."""
    return make(EventType.GENERIC_EVENT, at, Data=reason)


def holds_up(event: Event) -> bool | None:
    """Whether the event suspends the instance (true), resumes it (false), or neither (None)."""
    return _HOLDS_UP.get(event["EventType"])


def blank_failures(events: list[Event]) -> tuple[list[Event], list[str]]:
    """The history as a rewind leaves it, and the children that are to be rewound as well.

    Failures lose all but their place, and so do the activities that failed and the failed end; a
    failed child's call stays, since the child will answer once more. Nothing else is touched.
    """
    failed = {e["TaskScheduledId"] for e in events if e["EventType"] in _FAILED_CALLS}
    children = [
        e["InstanceId"]
        for e in events
        if e["EventType"] == EventType.SUB_ORCHESTRATION_INSTANCE_CREATED and e["EventId"] in failed
    ]
    return [_blank(e) if _is_failure(e, failed) else e for e in events], children


def _is_failure(event: Event, failed: set[int]) -> bool:
    match event["EventType"]:
        case EventType.TASK_FAILED | EventType.SUB_ORCHESTRATION_INSTANCE_FAILED:
            return True
        case EventType.TASK_SCHEDULED:
            return event["EventId"] in failed
        case EventType.EXECUTION_COMPLETED:
            return bool(event["OrchestrationStatus"] == "Failed")
    return False


def _blank(event: Event) -> Event:
    kept = {name: event[name] for name in ("EventId", "IsPlayed", "Timestamp")}
    return {"EventType": int(EventType.GENERIC_EVENT), "Data": None, **kept}
