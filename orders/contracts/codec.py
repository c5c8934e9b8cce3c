"""Codec between domain values and plain JSON.

Field names become camelCase, enums their value. Empty values are left out, so a list field of a
persisted value needs the default `()` unless it is never empty. Unknown fields are ignored: a newer
version may have written the history.
"""

from collections.abc import Hashable
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, cast

from pydantic import ConfigDict, Discriminator, TypeAdapter
from pydantic.alias_generators import to_camel
from typing_extensions import TypeForm

T = TypeVar("T")

#: The field that says which member of a union of results an object is.
TAG: Final = "result"


def encode(value: object) -> dict[str, Any]:
    """Return the value as a JSON object."""
    (plain,) = _adapter(cast("Hashable", type(value))).dump_python(
        (value,), mode="json", by_alias=True
    )
    return cast("dict[str, Any]", _without_empty(plain))


def decode(kind: TypeForm[T], data: object) -> T:
    """Return the value of this class that the JSON object describes.

    The tag of the object selects the member of a union.
    """
    (value,) = _adapter(cast("Hashable", kind)).validate_python((data,))
    return cast("T", value)


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    # Pydantic applies this config to a dataclass inside a tuple, not to the dataclass itself. The
    # tuple keeps the domain free of pydantic.
    config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)
    # A union in a field needs no discriminator: its literal tags differ.
    item: Any = Annotated[kind, Discriminator(TAG)] if isinstance(kind, UnionType) else kind
    container: Any = tuple.__class_getitem__(item)
    return TypeAdapter(container, config=config)


def _without_empty(value: object) -> object:
    if isinstance(value, dict):
        members = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in members.items() if item is not None and item != []}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value
