"""Timeline of an instance or the state of an entity as text, for `--inspect`.

It reads the data file itself, so it works while a host runs and after one has died.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from local_host.errors import DataFileError, InspectionError
from local_host.host.history.codec import event_from_json, get_event_name
from local_host.host.history.events import (
    CallCompleted,
    CallFailed,
    CallResult,
    EventRaised,
    EventSent,
    ExecutionCompleted,
    ExecutionResumed,
    ExecutionStarted,
    ExecutionSuspended,
    ExecutionTerminated,
    HistoryEvent,
    OrchestratorCompleted,
    OrchestratorStarted,
    SubOrchestrationInstanceCompleted,
    SubOrchestrationInstanceCreated,
    SubOrchestrationInstanceFailed,
    TaskScheduled,
    TimerCreated,
    TimerFired,
)
from local_host.host.store.records import InstanceRecord

_MAX_WIDTH = 160
_MAX_SECONDS = 120
_Call = TaskScheduled | SubOrchestrationInstanceCreated | TimerCreated


def show_timeline(data: Path, name: str) -> str:
    """Return the timeline of an instance, or the state of an entity (`@name@key`).

    Raises:
        InspectionError: There is no such instance or entity, or no data at all.
        DataFileError: The data file cannot be read.
    """
    path = data / "host.sqlite3"
    if not path.is_file():
        raise InspectionError(f"{data} has no data. Choose the folder with --data or --app.")
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
            file.row_factory = sqlite3.Row
            file.execute("BEGIN")  # one snapshot for all queries
            return _show(file, name)
    except (sqlite3.Error, json.JSONDecodeError) as error:
        raise DataFileError(f"{path} cannot be read: {error}") from error


def _show(file: sqlite3.Connection, name: str) -> str:
    instance = file.execute("SELECT * FROM instances WHERE instance_id = ?", [name]).fetchone()
    if instance:
        rows = file.execute(
            "SELECT event FROM history WHERE instance_id = ? ORDER BY position", [name]
        )
        events = [event_from_json(row["event"]) for row in rows]
        return render_timeline(InstanceRecord.from_row(instance), events)
    entity = file.execute("SELECT * FROM entities WHERE entity_id = ?", [name]).fetchone()
    if entity:
        state = entity["state"] if entity["present"] else "deleted"
        return f"{name}\nstate    {state}\nupdated  {entity['updated_at']}"
    ids = [row[0] for row in file.execute("SELECT instance_id FROM instances")]
    ids += [row[0] for row in file.execute("SELECT entity_id FROM entities")]
    near = get_close_matches(name, ids, 1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Other ids in the data: {len(ids)}."
    raise InspectionError(f"No instance or entity has the id {name!r}. {hint}")


def render_timeline(instance: InstanceRecord, events: Sequence[HistoryEvent]) -> str:
    """Render an instance and its history as lines of text."""
    lines = [
        f"{instance.name}  {instance.instance_id}  {instance.status}",
        *_format_field("input", instance.input_ and _decode_once(instance.input_)),
        *_format_field("custom status", instance.custom_status),
        *_format_field("output", instance.output),
        "",
    ]
    previous: datetime | None = None
    for event in events:
        if isinstance(event, OrchestratorStarted | OrchestratorCompleted):
            continue
        at = _get_time(event)
        since = "" if previous is None else f"+{_format_duration(at - previous)}"
        lines.append(f"{_format_time(at)}  {since:>9}  {_describe(event, events)}")
        previous = at
    if not any(isinstance(event, ExecutionCompleted) for event in events):
        lines += _list_open_calls(events)
    return "\n".join(lines)


def _format_field(label: str, text: str | None) -> Iterator[str]:
    if text is not None:
        yield f"{label:<15}{_shorten(text)}"


def _describe(event: HistoryEvent, events: Sequence[HistoryEvent]) -> str:  # noqa: PLR0911 - one case for each kind
    match event:
        case CallResult() | TimerFired():
            return _describe_result(event, events)
        case ExecutionStarted():
            return f"started{_format_value(event.input_ and _decode_once(event.input_))}"
        case TaskScheduled():
            return f"activity {event.name} called"
        case SubOrchestrationInstanceCreated():
            return f"sub-orchestration {event.name} called as {event.instance_id}"
        case TimerCreated():
            return f"timer set to {_format_time(event.fire_at)}"
        case EventSent():
            return f"entity {event.instance_id} called: {_format_operation(event)}"
        case EventRaised():
            entity = _find_entity(event, events)
            return (
                f"  entity {entity} {_format_response(event)}"
                if entity
                else _format_external_event(event)
            )
        case ExecutionCompleted():
            return f"ended: {event.status}{_format_value(event.result)}"
        case ExecutionTerminated() | ExecutionSuspended() | ExecutionResumed():
            return f"{get_event_name(event)}{_format_value(event.reason)}"
        case _:
            return get_event_name(event)


def _describe_result(result: CallResult | TimerFired, events: Sequence[HistoryEvent]) -> str:
    call = _find_call(result, events)
    match result:
        case TimerFired():
            subject, verb, value = "timer", "fired", ""
        case CallFailed(reason=reason):
            subject, verb, value = _format_call(result, call), "failed", _format_value(reason)
        case CallCompleted(result=text):
            subject, verb, value = _format_call(result, call), "completed", _format_value(text)
    duration = _get_time(result) - (call or result).timestamp
    return f"  {subject} {verb} after {_format_duration(duration)}{value}"


def _format_call(result: CallResult, call: _Call | None) -> str:
    is_child = isinstance(
        result, SubOrchestrationInstanceCompleted | SubOrchestrationInstanceFailed
    )
    name = getattr(call, "name", "")
    return f"{'sub-orchestration' if is_child else 'activity'} {name}".rstrip()


def _get_time(event: HistoryEvent) -> datetime:
    """Return when an event happened. The timestamp of `TimerFired` is when its timer was set."""
    return event.fire_at if isinstance(event, TimerFired) else event.timestamp


def _get_call_id(event: HistoryEvent) -> int | None:
    """Return the event id of the call that an event answers, or None."""
    match event:
        case CallResult(scheduled_id=event_id) | TimerFired(timer_id=event_id):
            return event_id
    return None


def _find_call(result: HistoryEvent, events: Sequence[HistoryEvent]) -> _Call | None:
    """Return the call of a result; a rewind may have removed it."""
    event_id = _get_call_id(result)
    return next((e for e in events if isinstance(e, _Call) and e.event_id == event_id), None)


def _format_operation(event: EventSent) -> str:
    request = json.loads(event.input_)
    argument = _decode_once(request.get("input"))
    text = f" {_shorten(argument)}" if argument != "null" else ""
    return f"{request['op']}{text}" + (" (signal)" if request.get("signal") else "")


def _decode_once(text: str | None) -> str:
    """Undo one of the two encodings of the SDK."""
    inner = json.loads(text or "null")
    return inner if isinstance(inner, str) else text or "null"


def _find_entity(event: EventRaised, events: Sequence[HistoryEvent]) -> str | None:
    """Return the entity whose response this is; None for an external event."""
    for sent in events:
        if isinstance(sent, EventSent) and event.name in sent.input_:
            return sent.instance_id
    return None


def _format_response(event: EventRaised) -> str:
    response = json.loads(event.input_ or "{}")
    verb = "failed" if "exceptionType" in response else "returned"
    return f"{verb}: {_shorten(str(response['result']))}"


def _format_external_event(event: EventRaised) -> str:
    return f"event {event.name} received{_format_value(event.input_)}"


def _format_value(text: str | None) -> str:
    return f": {_shorten(text)}" if text else ""


def _list_open_calls(events: Sequence[HistoryEvent]) -> Iterator[str]:
    """Yield a line for each call that has no result."""
    completed_ids = {_get_call_id(event) for event in events}
    yield ""
    for event in events:
        if isinstance(event, _Call) and event.event_id not in completed_ids:
            since = _format_time(event.timestamp)
            yield f"open since {since}: {_describe(event, events)}"


def _format_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}"


def _format_duration(span: timedelta) -> str:
    seconds = max(0.0, span.total_seconds())
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < _MAX_SECONDS:
        return f"{seconds:.1f} s"
    return str(timedelta(seconds=round(seconds)))


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_WIDTH else f"{line[: _MAX_WIDTH - 1]}…"
