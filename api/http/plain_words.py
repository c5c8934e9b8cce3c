"""How do we say what is wrong with a field, so that whoever filled it in can mend it?"""

from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from api.http.problems import FieldError

#: A caller's own field names are repeated to them only in part: they can be of any length.
_LONGEST_NAME: Final = 60

_WORDS: Final = {
    "missing": "is required",
    "enum": "must be {expected}",
    "unexpected_keyword_argument": "is not a known field",
    "dataclass_type": "must be an object",
    "tuple_type": "must be a list",
    "int_type": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "string_type": "must be text",
    "string_unicode": "must be text without broken characters",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "too_long": "must have {max_length} characters or fewer",  # only texts are counted by pydantic
}


def in_plain_words(error: ValidationError) -> tuple[FieldError, ...]:
    """Every bad field with its sentence. What the caller sent is not repeated."""
    details = error.errors(include_url=False, include_input=False)
    return tuple(FieldError(_path(detail["loc"]), _sentence(detail)) for detail in details)


def _sentence(detail: ErrorDetails) -> str:
    words = _WORDS.get(detail["type"])
    if words is None:
        return detail["msg"]  # one of our own checks: it speaks plainly already
    return words.format(**detail.get("ctx", {}))


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part[:_LONGEST_NAME]}"
    return path.removeprefix(".") or "body"
