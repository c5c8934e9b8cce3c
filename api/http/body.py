"""What did the caller send? The door: kind and size first, then JSON without double meanings."""

import json
from email.message import Message
from http import HTTPStatus
from typing import Final

import azure.functions as func

from api.http.problems import ProblemError

MAX_BYTES: Final = 256 * 1024


def read_json(req: func.HttpRequest) -> object:
    """The JSON value in the body, or the Problem with it."""
    _require_json(req.headers.get("Content-Type", ""))
    body = req.get_body()
    if len(body) > MAX_BYTES:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "too-large",
            f"The body must have {MAX_BYTES} bytes at most.",
        )
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, "broken-json", "The body is not well-formed JSON in UTF-8."
        ) from error


def _require_json(content_type: str) -> None:
    header = Message()
    header["Content-Type"] = content_type
    charset = str(header.get_param("charset", "utf-8")).lower()
    if header.get_content_type() != "application/json" or charset not in {"utf-8", "utf8"}:
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "not-json",
            "The body must be application/json in UTF-8.",
            headers={"Accept-Post": "application/json"},
        )


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands there twice")
    return members


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


# ==== merged from api/http/plain_words.py
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


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
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
