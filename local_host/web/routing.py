"""Which function serves a path?

ASP.NET's route templates, as the real host uses them: `orders/{id:int}`, `{name?}`, `{*rest}`.
Letters match in any case, a trailing slash is ignored, a literal segment wins over a parameter.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from local_host.functions import FunctionInfo

_PARAMETER = re.compile(
    r"\{(?P<rest>\*{0,2})(?P<name>\w+)(?::(?P<constraint>[^}?]+))?(?P<may>\??)\}"
)
_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)
_CONSTRAINTS: dict[str, Callable[[str], object]] = {
    "int": re.compile(r"-?\d+").fullmatch,
    "long": re.compile(r"-?\d+").fullmatch,
    "alpha": re.compile(r"[A-Za-z]*").fullmatch,
    "bool": re.compile(r"true|false", re.IGNORECASE).fullmatch,
    "guid": re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE).fullmatch,
    "double": re.compile(r"-?\d+(\.\d+)?").fullmatch,
    "decimal": re.compile(r"-?\d+(\.\d+)?").fullmatch,
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a template between slashes."""

    literal: str | None
    name: str = ""
    constraint: str | None = None
    optional: bool = False
    catch_all: bool = False

    @classmethod
    def parse(cls, text: str) -> "Segment":
        """Read one part of a template.

        Raises:
            ValueError: it has a constraint that is not known.
        """
        match = _PARAMETER.fullmatch(text)
        if match is None:
            return cls(text.lower())
        constraint = match["constraint"]
        if constraint is not None and constraint not in _CONSTRAINTS:
            raise ValueError(f"the route constraint {constraint!r} is not known")
        return cls(None, match["name"], constraint, bool(match["may"]), bool(match["rest"]))

    @property
    def rank(self) -> int:
        """How exact the segment is: the lower, the earlier it is tried."""
        if self.literal is not None:
            return 0
        if self.catch_all:
            return 3
        return 1 if self.constraint else 2

    def takes(self, text: str) -> bool:
        """Whether one part of a path fits."""
        if self.literal is not None:
            return text.lower() == self.literal
        return self.constraint is None or bool(_CONSTRAINTS[self.constraint](text))


@dataclass(frozen=True, slots=True)
class Route:
    """A function's path and methods."""

    function: FunctionInfo
    segments: tuple[Segment, ...]

    def match(self, parts: list[str]) -> dict[str, str] | None:
        """The parameters, if the path fits."""
        found: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            if segment.catch_all:
                found[segment.name] = "/".join(parts[position:])
                return found
            if position >= len(parts):
                if not segment.optional:
                    return None
                continue
            if not segment.takes(parts[position]):
                return None
            if segment.literal is None:
                found[segment.name] = parts[position]
        return found if len(parts) <= len(self.segments) else None


class Router:
    """All routes of an app, the most exact first."""

    def __init__(self, functions: Iterable[FunctionInfo], prefix: str) -> None:
        """`prefix` is host.json's routePrefix.

        Raises:
            ValueError: a route cannot be used; the message names the function.
        """
        routes = [_route(f, prefix) for f in functions if f.route is not None]
        self._routes = sorted(routes, key=lambda r: [segment.rank for segment in r.segments])

    def find(self, method: str, raw_path: str) -> tuple[FunctionInfo, dict[str, str]] | None:
        """The function for a path as it came over the wire, and its route parameters."""
        parts = [_decode(part) for part in raw_path.strip("/").split("/") if part]
        for route in self._routes:
            if route.function.methods and method not in route.function.methods:
                continue
            found = route.match(parts)
            if found is not None:
                return route.function, found
        return None


def full_path(function: FunctionInfo, prefix: str) -> str:
    """A function's path with the prefix, without a slash in front."""
    return "/".join(part for part in (prefix, (function.route or "").strip("/")) if part)


def _route(function: FunctionInfo, prefix: str) -> Route:
    parts = full_path(function, prefix).split("/")
    try:
        return Route(function, tuple(Segment.parse(part) for part in parts if part))
    except ValueError as error:
        raise ValueError(f"{function.name}: {error}") from error


def _decode(part: str) -> str:
    """Decode a part of a path; an encoded slash stays encoded, as on the real host."""
    return "%2F".join(unquote(piece) for piece in _ENCODED_SLASH.split(part))
