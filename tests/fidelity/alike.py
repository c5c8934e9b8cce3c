"""In what may two runs of one host differ, and where do two answers differ beyond that?"""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

Json = Any
_REPLACED = [
    (re.compile(r'\s*\n\s*\{"\$type".*', re.DOTALL), " <details>"),
    (re.compile(r"\n\s*Stack:.*", re.DOTALL), "\n<stack>"),
    (re.compile(r"[?&]code=[^&\"]*"), ""),
    (re.compile(r" Additional info: The following are the known .*"), " <the known functions>"),
    (re.compile(r"https?://127\.0\.0\.1:(?!9/)\d+"), "{base}"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\b[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "<guid>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<id>"),
]
#: Stack traces, .NET's own fields and the trace context: an app never sees them.
_LEFT_OUT = {
    *("StackTrace", "StackTraceString", "RemoteStackTrace", "ExceptionType", "Details"),
    *("FailureDetails", "Correlation", "ParentTraceContext", "ScheduledStartTime", "Generation"),
    *("GenerateNewTrace", "lastOperationTime", "Date", "www-authenticate"),
}
_ENTITY_MESSAGES = {"EventSent", "EventRaised"}


def made_alike(value: Json, key: str = "") -> Json:
    """The value without what may differ between two runs of one host."""
    if isinstance(value, str):
        return _text(value, key)
    if isinstance(value, list):
        items = [made_alike(item) for item in value]
        return _in_a_fixed_order(items) if key == "historyEvents" else items
    if isinstance(value, dict):
        if value.get("EventType") in _ENTITY_MESSAGES and _is_entity_message(value):
            value = {**value, "Input": "<entity message>"}
        return {k: made_alike(v, k) for k, v in value.items() if k not in _LEFT_OUT}
    return value


def _text(value: str, key: str) -> str:
    if key == "content-type":
        return value.lower().replace(" ", "")
    if key == "x-ms-continuation-token":
        return "<token>"
    for pattern, replacement in _REPLACED:
        value = pattern.sub(replacement, value)
    return value


def _is_entity_message(event: dict[str, Json]) -> bool:
    return str(event.get("Input", "")).startswith('{"$type"')


def _in_a_fixed_order(events: list[Json]) -> list[Json]:
    """Neighbors of one kind sorted: what runs side by side may end in any order."""
    groups = groupby(events, key=lambda event: event.get("EventType"))
    return [event for _, group in groups for event in sorted(group, key=json.dumps)]


def differences(wanted: Json, got: Json, at: str = "") -> Iterator[str]:
    """Where the two differ, in words."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in sorted(wanted.keys() | got.keys()):
            if key not in got:
                yield f"{at}.{key} missing, real host: {_short(wanted[key])}"
            elif key not in wanted:
                yield f"{at}.{key} not on the real host: {_short(got[key])}"
            else:
                yield from differences(wanted[key], got[key], f"{at}.{key}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for number, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from differences(one, other, f"{at}[{number}]")
    elif wanted != got:
        yield f"{at} is {_short(got)}, real host: {_short(wanted)}"


def _short(value: Json) -> str:
    return json.dumps(value)[:300]
