"""How is a field read from a file that people write? Wrong ones are named in plain words."""

from typing import Any, Final

_KINDS: Final = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def field(document: object, name: str, kind: type, default: object = None) -> Any:  # noqa: ANN401
    """The field of this name, which must be of this kind. Raises ValueError."""
    value = document.get(name, default) if isinstance(document, dict) else None
    # `type`, not `isinstance`: true is no price.
    if type(value) is not kind:
        raise ValueError(f"{name} must be {_KINDS[kind]} in {document}")
    return value


def not_negative(document: object, name: str) -> int:
    """The whole number of this name, 0 or more. Raises ValueError."""
    number: int = field(document, name, int)
    if number < 0:
        raise ValueError(f"{name} must not be negative in {document}")
    return number
