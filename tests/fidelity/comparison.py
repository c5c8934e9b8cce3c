"""Comparison of two hosts' responses, without what may differ between two runs of one host."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

Json = Any
_MAX_LENGTH = 300
#: Texts that differ in each run, and what replaces them.
_REPLACEMENTS = [
    (re.compile(r'\s*\n\s*\{"\$type".*', re.DOTALL), " <details>"),
    (re.compile(r"\n\s*Stack:.*", re.DOTALL), "\n<stack>"),
    (re.compile(r"[?&]code=[^&\"]*"), ""),
    (re.compile(r" Additional info: The following are the known .*"), " <the known functions>"),
    (re.compile(r"https?://127\.0\.0\.1:(?!9/)\d+"), "{base}"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\b[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "<guid>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<id>"),
]
#: Stack traces, fields of .NET and the trace context, which an app never sees.
_IGNORED_KEYS = {
    *("StackTrace", "StackTraceString", "RemoteStackTrace", "ExceptionType", "Details"),
    *("FailureDetails", "Correlation", "ParentTraceContext", "ScheduledStartTime", "Generation"),
    *("GenerateNewTrace", "lastOperationTime", "Date", "www-authenticate"),
}
_ENTITY_EVENTS = {"EventSent", "EventRaised"}


def normalize(value: Json, key: str = "") -> Json:
    """Return the value without what may differ between two runs of one host."""
    if isinstance(value, str):
        return _normalize_text(value, key)
    if isinstance(value, list):
        items = [normalize(item) for item in value]
        return _sort_neighbors(items) if key == "historyEvents" else items
    if isinstance(value, dict):
        if value.get("EventType") in _ENTITY_EVENTS and _has_entity_message(value):
            value = {**value, "Input": "<entity message>"}
        return {k: normalize(v, k) for k, v in value.items() if k not in _IGNORED_KEYS}
    return value


def _normalize_text(value: str, key: str) -> str:
    if key == "content-type":
        return value.lower().replace(" ", "")
    if key == "x-ms-continuation-token":
        return "<token>"
    for pattern, replacement in _REPLACEMENTS:
        value = pattern.sub(replacement, value)
    return value


def _has_entity_message(event: dict[str, Json]) -> bool:
    return str(event.get("Input", "")).startswith('{"$type"')


def _sort_neighbors(events: list[Json]) -> list[Json]:
    """Sort neighbors of one kind: parallel calls may end in any order."""
    groups = groupby(events, key=lambda event: event.get("EventType"))
    return [event for _, group in groups for event in sorted(group, key=json.dumps)]


def find_differences(recorded: Json, actual: Json, at: str = "") -> Iterator[str]:
    """Yield a sentence for each difference."""
    if isinstance(recorded, dict) and isinstance(actual, dict):
        for key in sorted(recorded.keys() | actual.keys()):
            if key not in actual:
                yield f"{at}.{key} missing, real host: {_shorten(recorded[key])}"
            elif key not in recorded:
                yield f"{at}.{key} not on the real host: {_shorten(actual[key])}"
            else:
                yield from find_differences(recorded[key], actual[key], f"{at}.{key}")
    elif isinstance(recorded, list) and isinstance(actual, list) and len(recorded) == len(actual):
        for number, (left, right) in enumerate(zip(recorded, actual, strict=True)):
            yield from find_differences(left, right, f"{at}[{number}]")
    elif recorded != actual:
        yield f"{at} is {_shorten(actual)}, real host: {_shorten(recorded)}"


def _shorten(value: Json) -> str:
    return json.dumps(value)[:_MAX_LENGTH]
