"""Codec between domain values and plain JSON.

Field names become camelCase, enums their value. Empty values are left out, so a list field of a
persisted value needs the default `()`. Unknown fields are ignored: a newer version may have written
the history.
"""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

T = TypeVar("T")


def encode(value: object) -> dict[str, Any]:
    """Return the value as a JSON object."""
    (plain,) = _adapter(cast("Hashable", type(value))).dump_python(
        (value,), mode="json", by_alias=True
    )
    return cast("dict[str, Any]", _without_empty(plain))


def decode(cls: type[T], data: object) -> T:
    """Return the `cls` that the JSON object describes."""
    (value,) = _adapter(cast("Hashable", cls)).validate_python((data,))
    return cast("T", value)


@cache
def _adapter(cls: Hashable) -> TypeAdapter[Any]:
    # Pydantic applies this config to a dataclass inside a tuple, not to the dataclass itself. The
    # tuple keeps the domain free of pydantic.
    config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)
    kind: Any = tuple.__class_getitem__(cls)
    return TypeAdapter(kind, config=config)


def _without_empty(value: object) -> object:
    if isinstance(value, dict):
        members = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in members.items() if item is not None and item != []}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value
