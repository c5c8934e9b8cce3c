"""Routing of HTTP requests to the app's functions, with ASP.NET's rules.

Paths match in any case, a trailing slash is ignored, and a literal segment has precedence over a
parameter.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from local_host.functions import FunctionInfo
from local_host.route_templates import Segment

_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The path and the methods of a function."""

    function: FunctionInfo
    #: The template with the prefix.
    path: str
    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, function: FunctionInfo, prefix: str) -> "Route":
        """Return the route of a function.

        Raises:
            ValueError: its template is not supported; the message names the function.
        """
        path = full_path(function, prefix)
        try:
            segments = tuple(Segment.parse(part) for part in path.split("/") if part)
        except ValueError as error:
            raise ValueError(f"{function.name}: {error}") from error
        return cls(function=function, path=path, segments=segments)

    def match(self, parts: list[str]) -> dict[str, str] | None:
        """Return the parameters in the parts of a path, or None if the path does not match."""
        parameters: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            if segment.catch_all:
                rest = "/".join(parts[position:])
                values = segment.match(rest) if rest else {}
                return None if values is None else {**parameters, **values}
            if position >= len(parts):
                if not segment.optional:
                    return None
                continue
            values = segment.match(parts[position])
            if values is None:
                return None
            parameters.update(values)
        return parameters if len(parts) <= len(self.segments) else None

    def conflicts_with(self, other: "Route") -> bool:
        """Return whether both routes have the same path and a method in common."""
        own, others = set(self.function.methods), set(other.function.methods)
        has_common_method = not own or not others or bool(own & others)
        return has_common_method and self.path.lower() == other.path.lower()


class Router:
    """All routes of an app, in the order of their precedence."""

    def __init__(self, functions: Iterable[FunctionInfo], prefix: str) -> None:
        """`prefix` is routePrefix in host.json.

        Raises:
            ValueError: a route is not supported; the message names the function.
        """
        #: Functions that are not served, by name, with the real host's reason.
        self.in_error: dict[str, str] = {}
        routes: list[Route] = []
        for route in (Route.of(f, prefix) for f in functions if f.route is not None):
            first = next((r for r in routes if route.conflicts_with(r)), None)
            if first is None:
                routes.append(route)
            else:
                self.in_error[route.function.name] = (
                    "The route specified conflicts with the route defined by function "
                    f"'{first.function.name}'."
                )
        self._routes = sorted(routes, key=lambda r: [segment.rank for segment in r.segments])

    def find(self, method: str, raw_path: str) -> tuple[FunctionInfo, dict[str, str]] | None:
        """Return the function for an encoded path, and the parameters of its route."""
        parts = [_decode(part) for part in raw_path.strip("/").split("/") if part]
        for route in self._routes:
            if route.function.methods and method not in route.function.methods:
                continue
            parameters = route.match(parts)
            if parameters is not None:
                return route.function, parameters
        return None


def full_path(function: FunctionInfo, prefix: str) -> str:
    """Return the route of a function with the prefix, without a leading slash."""
    return "/".join(part for part in (prefix, (function.route or "").strip("/")) if part)


def _decode(part: str) -> str:
    """Decode a part of a path; an encoded slash stays encoded, as on the real host."""
    return "%2F".join(unquote(piece) for piece in _ENCODED_SLASH.split(part))
