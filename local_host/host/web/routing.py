"""Which function serves a path?

ASP.NET's route templates, as the real host uses them: `orders/{id:int}`, `{name?}`, `{*rest}`,
`files/{name}.{kind}`. Letters match in any case, a trailing slash is ignored, a literal segment
wins over a parameter.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from local_host.functions import FunctionInfo
from local_host.host.web.constraints import Test, constraints_of, known

_PARAMETER = re.compile(
    r"\{(?P<rest>\*{0,2})(?P<name>[A-Za-z_]\w*)(?P<constraints>(?::[^{}]+?)?)(?P<may>\??)\}"
)
_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a template between slashes: a literal, a parameter, or several with text."""

    pattern: re.Pattern[str]
    tests: dict[str, list[Test]]
    #: How exact the segment is: the lower, the earlier it is tried.
    rank: int
    optional: bool = False
    catch_all: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Segment":
        """Read one part of a template.

        Raises:
            ValueError: it has a constraint that is not known.
        """
        found = list(_PARAMETER.finditer(text))
        tests = {m["name"]: constraints_of(m["constraints"]) for m in found}
        pattern = re.compile(_pattern(text), re.IGNORECASE | re.DOTALL)
        if not found:
            return cls(pattern, tests, 0)
        alone = found[0] if found[0].group() == text else None
        if alone is None:
            return cls(pattern, tests, 1)
        constrained = bool(alone["constraints"])
        if alone["rest"]:
            return cls(pattern, tests, 3 if constrained else 4, catch_all=alone["name"])
        return cls(pattern, tests, 1 if constrained else 2, optional=bool(alone["may"]))

    def take(self, text: str) -> dict[str, str] | None:
        """The parameters in one part of a path, if it fits."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        found = match.groupdict()
        fits = all(test(found[name]) for name, tests in self.tests.items() for test in tests)
        return found if fits else None


def _pattern(text: str) -> str:
    """The template's text as a regular expression."""
    pieces, position = [], 0
    for match in _PARAMETER.finditer(text):
        pieces += [re.escape(text[position : match.start()]), f"(?P<{match['name']}>.+?)"]
        position = match.end()
    return "".join([*pieces, re.escape(text[position:])])


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
                rest = "/".join(parts[position:])
                taken = segment.take(rest) if rest else {}
                return None if taken is None else {**found, **taken}
            if position >= len(parts):
                if not segment.optional:
                    return None
                continue
            taken = segment.take(parts[position])
            if taken is None:
                return None
            found.update(taken)
        return found if len(parts) <= len(self.segments) else None

    def conflicts_with(self, other: "Route", prefix: str) -> bool:
        """Whether both want the same requests of one template."""
        mine, theirs = set(self.function.methods), set(other.function.methods)
        same = full_path(self.function, prefix).lower() == full_path(other.function, prefix).lower()
        return same and (not mine or not theirs or bool(mine & theirs))


class Router:
    """All routes of an app, the most exact first."""

    def __init__(self, functions: Iterable[FunctionInfo], prefix: str) -> None:
        """`prefix` is host.json's routePrefix.

        Raises:
            ValueError: a route cannot be used; the message names the function.
        """
        #: Functions that are not served, by name, with the real host's reason.
        self.in_error: dict[str, str] = {}
        routes: list[Route] = []
        for route in (_route(f, prefix) for f in functions if f.route is not None):
            first = next((r for r in routes if route.conflicts_with(r, prefix)), None)
            if first is None:
                routes.append(route)
            else:
                self.in_error[route.function.name] = (
                    "The route specified conflicts with the route defined by function "
                    f"'{first.function.name}'."
                )
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


def check_route(template: str) -> Iterator[str]:
    """What is wrong with a route, as text with the mend; nothing where it can be used."""
    for part in template.strip("/").split("/"):
        try:
            Segment.parse(part)
        except ValueError as error:
            yield f"{error}; known ones are {', '.join(known())}"


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
