"""What has happened to an instance, told to a person?

Read straight from the data folder, so that it works while a host runs on it, and after one died.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from local_host.errors import DataFileError, InspectionError
from local_host.host.clock import parse_time
from local_host.host.durable.history import Event, EventType

_WIDEST = 160
_OPEN = {
    EventType.TASK_SCHEDULED: "activity",
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED: "sub-orchestration",
    EventType.TIMER_CREATED: "timer",
}
_ANSWERS = {
    EventType.TASK_COMPLETED: "completed",
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED: "completed",
    EventType.TASK_FAILED: "failed",
    EventType.SUB_ORCHESTRATION_INSTANCE_FAILED: "failed",
    EventType.TIMER_FIRED: "fired",
}
_MARKERS = {EventType.ORCHESTRATOR_STARTED, EventType.ORCHESTRATOR_COMPLETED}


def show_timeline(data: Path, name: str) -> str:
    """The history of an instance, or the state of an entity (`@name@key`).

    Raises:
        InspectionError: there is no such instance or entity, or no data at all.
        DataFileError: the data file cannot be read.
    """
    path = data / "host.sqlite3"
    if not path.is_file():
        raise InspectionError(f"{data} holds no data: choose the folder with --data or --app")
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
            file.row_factory = sqlite3.Row
            file.execute("BEGIN")  # one moment for all that is read
            return _show_found(file, name)
    except (sqlite3.Error, json.JSONDecodeError) as error:
        raise DataFileError(f"{path} cannot be read: {error}") from error


def _show_found(file: sqlite3.Connection, name: str) -> str:
    instance = file.execute("SELECT * FROM instances WHERE instance_id = ?", [name]).fetchone()
    if instance:
        rows = file.execute(
            "SELECT event FROM history WHERE instance_id = ? ORDER BY position", [name]
        )
        return render(dict(instance), [json.loads(row["event"]) for row in rows])
    entity = file.execute("SELECT * FROM entities WHERE entity_id = ?", [name]).fetchone()
    if entity:
        state = entity["state"] if entity["present"] else "deleted"
        return f"{name}\nstate    {state}\nupdated  {entity['updated_at']}"
    known = [row[0] for row in file.execute("SELECT instance_id FROM instances")]
    known += [row[0] for row in file.execute("SELECT entity_id FROM entities")]
    near = get_close_matches(name, known, 1)
    hint = f" Did you mean {near[0]!r}?" if near else f" There are {len(known)} others."
    raise InspectionError(f"no instance or entity has the id {name!r}.{hint}")


def render(instance: dict[str, Any], events: list[Event]) -> str:
    """The timeline; `instance` has the fields of an instance's record."""
    lines = [
        f"{instance['name']}  {instance['instance_id']}  {instance['status']}",
        *_titled("input", instance.get("input", instance.get("input_"))),
        *_titled("custom status", instance["custom_status"]),
        *_titled("output", instance["output"]),
        "",
    ]
    before: datetime | None = None
    for event in events:
        if event["EventType"] in _MARKERS:
            continue
        at = _when(event)
        since = "" if before is None else f"+{_length(at - before)}"
        lines.append(f"{_moment(at)}  {since:>9}  {_tell(event, events)}")
        before = at
    lines += _waits(events) if _is_open(events) else []
    return "\n".join(lines)


def _titled(title: str, text: str | None) -> Iterator[str]:
    if text is not None:
        yield f"{title:<15}{_short(text)}"


def _tell(event: Event, events: list[Event]) -> str:  # noqa: PLR0911 (one for each kind)
    kind = EventType(event["EventType"])
    if kind in _ANSWERS:
        call = _call_of(event, events)
        took = _length(_when(event) - parse_time(call["Timestamp"]))
        what = f"  {_OPEN[EventType(call['EventType'])]} {call.get('Name') or ''}".rstrip()
        return f"{what} {_ANSWERS[kind]} after {took}{_ending(event)}"
    match kind:
        case EventType.EXECUTION_STARTED:
            return f"started{_ending(event)}"
        case EventType.TASK_SCHEDULED:
            return f"activity {event['Name']} called"
        case EventType.SUB_ORCHESTRATION_INSTANCE_CREATED:
            return f"sub-orchestration {event['Name']} called as {event['InstanceId']}"
        case EventType.TIMER_CREATED:
            return f"timer set to {_moment(parse_time(event['FireAt']))}"
        case EventType.EVENT_SENT:
            return f"entity {event['InstanceId']} asked: {_operation(event)}"
        case EventType.EVENT_RAISED:
            entity = _asked_entity(event, events)
            return f"  entity {entity} {_answer(event)}" if entity else _event(event)
        case EventType.EXECUTION_COMPLETED:
            return f"ended: {event['OrchestrationStatus']}{_ending(event)}"
        case _:
            return f"{kind.wire_name}{_ending(event)}"


def _when(event: Event) -> datetime:
    """When it happened. A fired timer's own time is when it was set, as on the real host."""
    fired = event.get("FireAt") if "TimerId" in event else None
    return parse_time(fired or event["Timestamp"])


def _call_of(answer: Event, events: list[Event]) -> Event:
    """The event of the call that was answered."""
    number = answer.get("TaskScheduledId", answer.get("TimerId"))
    calls = (e for e in events if e["EventId"] == number and e["EventType"] in _OPEN)
    return next(calls, {**answer, "EventType": EventType.TASK_SCHEDULED})


def _operation(event: Event) -> str:
    request = json.loads(event["Input"])
    asked = _once_decoded(request.get("input"))
    given = f" {_short(asked)}" if asked != "null" else ""
    return f"{request['op']}{given}" + (" (signal)" if request.get("signal") else "")


def _once_decoded(text: str | None) -> str:
    """What the SDK encoded twice, encoded once."""
    inner = json.loads(text or "null")
    return inner if isinstance(inner, str) else text or "null"


def _asked_entity(event: Event, events: list[Event]) -> str | None:
    """The entity whose answer this is; None for an external event."""
    for sent in events:
        if sent["EventType"] == EventType.EVENT_SENT and event["Name"] in sent["Input"]:
            return str(sent["InstanceId"])
    return None


def _answer(event: Event) -> str:
    answer = json.loads(event["Input"])
    ended = "failed" if "exceptionType" in answer else "answered"
    return f"{ended}: {_short(str(answer['result']))}"


def _event(event: Event) -> str:
    return f"event {event['Name']} came{_ending(event)}"


def _ending(event: Event) -> str:
    for field in ("Result", "Reason", "Input"):
        if event.get(field) not in (None, ""):
            return f": {_short(str(event[field]))}"
    return ""


def _is_open(events: list[Event]) -> bool:
    return not any(e["EventType"] == EventType.EXECUTION_COMPLETED for e in events)


def _waits(events: list[Event]) -> Iterator[str]:
    """What the instance waits for, as far as its history tells."""
    answered = {e.get("TaskScheduledId", e.get("TimerId")) for e in events}
    yield ""
    for event in events:
        if event["EventType"] in _OPEN and event["EventId"] not in answered:
            since = _moment(parse_time(event["Timestamp"]))
            yield f"open since {since}: {_tell(event, events)}"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}"


def _length(span: timedelta) -> str:
    seconds = max(0.0, span.total_seconds())
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 120:  # noqa: PLR2004 (reads best so)
        return f"{seconds:.1f} s"
    return str(timedelta(seconds=round(seconds)))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"
