"""Which values does a route's parameter take?

ASP.NET's inline constraints: `{id:int}`, `{id:int:min(1)}`, `{code:length(3)}`, `{name:regex(^a)}`.
"""

import contextlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

Test = Callable[[str], object]
_ONE = re.compile(r":(?P<name>\w+)(?:\((?P<arguments>.*?)\))?(?=:|$)")
_LARGEST_INT, _LARGEST_LONG = 2**31, 2**63


def constraints_of(text: str) -> list[Test]:
    """The tests that `:int:min(1)` stands for.

    Raises:
        ValueError: a constraint is not known, or its arguments cannot be used.
    """
    found: list[Test] = []
    position = 0
    while position < len(text):
        match = _ONE.match(text, position)
        if match is None:
            raise ValueError(f"the route constraint {text[position:].strip(':')!r} is not known")
        found.append(_test(match["name"], match["arguments"]))
        position = match.end()
    return found


def _test(name: str, arguments: str | None) -> Test:
    if arguments is None and name in _PLAIN:
        return _PLAIN[name]
    if arguments is not None and name == "regex":
        return _regex(arguments)
    if arguments is not None and name in _WITH_NUMBERS:
        with contextlib.suppress(ValueError, TypeError):
            return _WITH_NUMBERS[name](*(int(number) for number in arguments.split(",")))
    raise ValueError(f"the route constraint {name!r} is not known")


def _regex(pattern: str) -> Test:
    try:
        return re.compile(pattern, re.IGNORECASE).search
    except re.error as error:
        raise ValueError(f"the route constraint regex({pattern}) is none: {error}") from error


def known() -> Sequence[str]:
    """The names of all constraints."""
    return sorted([*_PLAIN, *_WITH_NUMBERS, "regex"])


def _parses(read: Callable[[str], object]) -> Test:
    def test(text: str) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return True

    return test


def _integer(limit: int) -> Test:
    def test(text: str) -> bool:
        return bool(re.fullmatch(r"[+-]?\d+", text)) and -limit <= int(text) < limit

    return test


def _between(least: int | None, most: int | None) -> Test:
    def test(text: str) -> bool:
        if not _PLAIN["long"](text):
            return False
        return (least is None or least <= int(text)) and (most is None or int(text) <= most)

    return test


def _length(least: int, most: int | None = None) -> Test:
    return lambda text: least <= len(text) <= (least if most is None else most)


_PLAIN: dict[str, Test] = {
    "int": _integer(_LARGEST_INT),
    "long": _integer(_LARGEST_LONG),
    "alpha": re.compile(r"[A-Za-z]*").fullmatch,
    "bool": re.compile(r"true|false", re.IGNORECASE).fullmatch,
    "guid": _parses(UUID),
    "double": _parses(float),
    "float": _parses(float),
    "decimal": _parses(float),
    "datetime": _parses(datetime.fromisoformat),
    "required": bool,
    "file": re.compile(r".*\.[^.]+").fullmatch,
    "nonfile": lambda text: not _PLAIN["file"](text),
}
_WITH_NUMBERS: dict[str, Callable[..., Test]] = {
    "min": lambda least: _between(least, None),
    "max": lambda most: _between(None, most),
    "range": _between,
    "minlength": lambda least: lambda text: len(text) >= least,
    "maxlength": lambda most: lambda text: len(text) <= most,
    "length": _length,
}
