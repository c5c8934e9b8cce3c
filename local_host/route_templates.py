"""ASP.NET route templates, as Azure Functions uses them in `route="orders/{id:int}"`.

A template consists of segments between slashes: literals, parameters (`{id}`, `{name?}`,
`{*rest}`), and literals with parameters in them (`{name}.{kind}`). A parameter can have inline
constraints: `{id:int:min(1)}`, `{code:length(3)}`, `{name:regex(^a)}`.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

#: Tests a parameter's value; the result is true if the value satisfies the constraint.
Constraint = Callable[[str], object]

_PARAMETER = re.compile(
    r"\{(?P<rest>\*{0,2})(?P<name>[A-Za-z_]\w*)(?P<constraints>(?::[^{}]+?)?)(?P<optional>\??)\}"
)
_CONSTRAINT = re.compile(r":(?P<name>\w+)(?:\((?P<arguments>.*?)\))?(?=:|$)")
_INT_LIMIT, _LONG_LIMIT = 2**31, 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The part of a template between two slashes."""

    pattern: re.Pattern[str]
    constraints: dict[str, list[Constraint]]
    #: Precedence of the segment: routes with lower ranks are tried first.
    rank: int
    optional: bool = False
    #: The name of a `{*parameter}`, which takes the rest of the path.
    catch_all: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Segment":
        """Parse one segment.

        Raises:
            ValueError: it has a constraint that is not supported.
        """
        parameters = list(_PARAMETER.finditer(text))
        constraints = {m["name"]: parse_constraints(m["constraints"]) for m in parameters}
        pattern = re.compile(_segment_pattern(text), re.IGNORECASE | re.DOTALL)
        if not parameters:
            return cls(pattern=pattern, constraints=constraints, rank=0)
        parameter = parameters[0]
        if parameter.group() != text:
            return cls(pattern=pattern, constraints=constraints, rank=1)
        is_constrained = bool(parameter["constraints"])
        if parameter["rest"]:
            rank, name = 3 if is_constrained else 4, parameter["name"]
            return cls(pattern=pattern, constraints=constraints, rank=rank, catch_all=name)
        return cls(
            pattern=pattern,
            constraints=constraints,
            rank=1 if is_constrained else 2,
            optional=bool(parameter["optional"]),
        )

    def match(self, text: str) -> dict[str, str] | None:
        """Return the parameters in one segment of a path, or None if it does not match."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        values = match.groupdict()
        satisfied = all(
            constraint(values[name])
            for name, constraints in self.constraints.items()
            for constraint in constraints
        )
        return values if satisfied else None


def find_route_problems(template: str) -> Iterator[str]:
    """Yield what is wrong with a route template, and how to correct it."""
    for segment in template.strip("/").split("/"):
        try:
            Segment.parse(segment)
        except ValueError as error:
            names = sorted([*_PLAIN, *_WITH_NUMBERS, "regex"])
            yield f"{error}; supported constraints are {', '.join(names)}"


def parse_constraints(text: str) -> list[Constraint]:
    """Parse a list of constraints, such as `:int:min(1)`.

    Raises:
        ValueError: a constraint or its arguments are not supported.
    """
    constraints: list[Constraint] = []
    position = 0
    while position < len(text):
        match = _CONSTRAINT.match(text, position)
        if match is None:
            raise _unsupported(text[position:].strip(":"))
        constraints.append(_constraint(match["name"], match["arguments"]))
        position = match.end()
    return constraints


def _segment_pattern(text: str) -> str:
    pieces, position = [], 0
    for match in _PARAMETER.finditer(text):
        pieces += [re.escape(text[position : match.start()]), f"(?P<{match['name']}>.+?)"]
        position = match.end()
    return "".join([*pieces, re.escape(text[position:])])


def _constraint(name: str, arguments: str | None) -> Constraint:
    if arguments is None:
        if name in _PLAIN:
            return _PLAIN[name]
        raise _unsupported(name)
    if name == "regex":
        return _regex(arguments)
    if name in _WITH_NUMBERS:
        with contextlib.suppress(ValueError, TypeError):
            return _WITH_NUMBERS[name](*(int(number) for number in arguments.split(",")))
    raise _unsupported(f"{name}({arguments})")


def _unsupported(constraint: str) -> ValueError:
    return ValueError(f"the route constraint {constraint!r} is not supported")


def _regex(pattern: str) -> Constraint:
    try:
        return re.compile(pattern, re.IGNORECASE).search
    except re.error as error:
        raise ValueError(
            f"the route constraint 'regex({pattern})' has an invalid pattern: {error}"
        ) from error


def _parsed_by(parse: Callable[[str], object]) -> Constraint:
    def constraint(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return constraint


def _integer(limit: int) -> Constraint:
    def constraint(text: str) -> bool:
        return bool(re.fullmatch(r"[+-]?\d+", text)) and -limit <= int(text) < limit

    return constraint


def _between(lower: int | None, upper: int | None) -> Constraint:
    def constraint(text: str) -> bool:
        if not _PLAIN["long"](text):
            return False
        return (lower is None or lower <= int(text)) and (upper is None or int(text) <= upper)

    return constraint


def _length(shortest: int, longest: int | None = None) -> Constraint:
    return lambda text: shortest <= len(text) <= (shortest if longest is None else longest)


_PLAIN: dict[str, Constraint] = {
    "int": _integer(_INT_LIMIT),
    "long": _integer(_LONG_LIMIT),
    "alpha": re.compile(r"[A-Za-z]*").fullmatch,
    "bool": re.compile(r"true|false", re.IGNORECASE).fullmatch,
    "guid": _parsed_by(UUID),
    "double": _parsed_by(float),
    "float": _parsed_by(float),
    "decimal": _parsed_by(float),
    "datetime": _parsed_by(datetime.fromisoformat),
    "required": bool,
    "file": re.compile(r".*\.[^.]+").fullmatch,
    "nonfile": lambda text: not _PLAIN["file"](text),
}
_WITH_NUMBERS: dict[str, Callable[..., Constraint]] = {
    "min": lambda lower: _between(lower, None),
    "max": lambda upper: _between(None, upper),
    "range": _between,
    "minlength": lambda shortest: lambda text: len(text) >= shortest,
    "maxlength": lambda longest: lambda text: len(text) <= longest,
    "length": _length,
}
