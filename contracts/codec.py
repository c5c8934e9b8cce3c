"""How do our values become plain JSON, and come back?

Names turn to camelCase, enums to their text; what is empty is left out, so a list field of a
persisted value needs the default `()`. Fields that we do not know are ignored: a history may have
been written by a newer version.
"""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

T = TypeVar("T")


def encode(value: object) -> dict[str, Any]:
    """The JSON object that stands for `value`."""
    (plain,) = _adapter(cast("Hashable", type(value))).dump_python(
        (value,), mode="json", by_alias=True
    )
    return cast("dict[str, Any]", _without_empty(plain))


def decode(cls: type[T], data: object) -> T:
    """The `cls` that `data` stands for."""
    (value,) = _adapter(cast("Hashable", cls)).validate_python((data,))
    return cast("T", value)


@cache
def _adapter(cls: Hashable) -> TypeAdapter[Any]:
    # A dataclass of its own takes no config from here, one inside a tuple does: so domain/ can stay
    # free of pydantic.
    config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)
    kind: Any = tuple.__class_getitem__(cls)
    return TypeAdapter(kind, config=config)


def _without_empty(value: object) -> object:
    if isinstance(value, dict):
        kept = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None and item != []}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value
