"""Bicep files as the tests read them: parameters, outputs, resources, modules and what they get."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.shop import APP

INFRA = APP / "infra"
MAIN = INFRA / "main.bicep"

_PARAMETER = re.compile(
    r"^(?P<decorators>(?:@.*\n)*)param (?P<name>\w+) (?P<type>\w+)(?: = (?P<default>.+))?$",
    re.MULTILINE,
)
_RESOURCE = re.compile(
    r"^ *resource (?P<symbol>\w+) '(?P<type>[^'@]+)(?:@(?P<version>[^']+))?'", re.MULTILINE
)
_MODULE = re.compile(r"^module (?P<symbol>\w+) '(?P<path>[^']+)'.*\{$", re.MULTILINE)
_OUTPUT = re.compile(r"^output (\w+) ", re.MULTILINE)
_KEY = re.compile(r"(\w+)\s*:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a file."""

    name: str
    type: str
    is_secure: bool
    has_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource. A child has the short type of its own, and no version."""

    symbol: str
    type: str
    version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module that a file uses."""

    symbol: str
    path: str
    #: The keys of `params`.
    passed: tuple[str, ...]
    body: str


@dataclass(frozen=True, kw_only=True)
class BicepFile:  # cached properties need a dictionary, hence no slots
    """A Bicep file."""

    path: Path

    @cached_property
    def text(self) -> str:
        """Its content without comments."""
        text = self.path.read_text("utf-8")
        return re.sub(r"^ *//.*\n|(?<=[\]},]) *// .*$", "", text, flags=re.MULTILINE)

    @property
    def parameters(self) -> list[Parameter]:
        """Its parameters."""
        return [
            Parameter(
                name=match["name"],
                type=match["type"],
                is_secure="@secure()" in match["decorators"],
                has_default=match["default"] is not None,
            )
            for match in _PARAMETER.finditer(self.text)
        ]

    @property
    def outputs(self) -> list[str]:
        """The names of its outputs."""
        return _OUTPUT.findall(self.text)

    @property
    def resources(self) -> list[Resource]:
        """Its resources, those included that exist already."""
        return [Resource(**match.groupdict()) for match in _RESOURCE.finditer(self.text)]

    @property
    def modules(self) -> list[Module]:
        """The modules that it uses."""
        return list(self._modules())

    def _modules(self) -> Iterator[Module]:
        for match in _MODULE.finditer(self.text):
            body = block(self.text, match.end() - 1)
            yield Module(
                symbol=match["symbol"],
                path=match["path"],
                passed=tuple(keys(block(body, body.index("params: {") + len("params: ")))),
                body=body,
            )


def bicep_files() -> list[BicepFile]:
    """Return all Bicep files, the main one first."""
    return [BicepFile(path=path) for path in (MAIN, *sorted(INFRA.glob("modules/*.bicep")))]


def parameters_of_azd() -> dict[str, dict[str, Any]]:
    """Return the parameters that azd passes."""
    content: dict[str, Any] = json.loads((INFRA / "main.parameters.json").read_text("utf-8"))
    parameters: dict[str, dict[str, Any]] = content["parameters"]
    return parameters


def block(text: str, start: int) -> str:
    """Return what is between the brace at `start` and the one that closes it."""
    depth = 0
    for index, character in _code(text, start):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if not depth:
            return text[start + 1 : index]
    raise ValueError("a brace is not closed")


def keys(body: str) -> list[str]:
    """Return the keys of an object, without those of objects in it."""
    found, depth, is_start = [], 0, True
    for index, character in _code(body, 0):
        depth += {"{": 1, "}": -1, "(": 1, ")": -1, "[": 1, "]": -1}.get(character, 0)
        if is_start and not depth and (match := _KEY.match(body, index)):
            found.append(match[1])
        is_start = character in "\n," or (is_start and character == " ")
    return found


def _code(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the characters that are not in a string, with their positions."""
    is_string = False
    for index in range(start, len(text)):
        if text[index] == "'" and text[index - 1] != "\\":
            is_string = not is_string
        elif not is_string:
            yield index, text[index]
