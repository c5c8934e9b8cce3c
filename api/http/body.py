"""Request bodies: content type, size, strict JSON, then the schema."""

import json
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from email.message import Message
from functools import cache
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar, cast

import azure.functions as func
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from api.http.problems import FieldError, ProblemError, bad_request, unprocessable

T = TypeVar("T")

MAX_BYTES: Final = 256 * 1024
#: A caller's field name can have any length; errors repeat only its beginning.
_MAX_NAME_LENGTH: Final = 60

_MESSAGES: Final = {
    "missing": "is required",
    "enum": "must be {expected}",
    "unexpected_keyword_argument": "is not a known field",
    "dataclass_type": "must be an object",
    "tuple_type": "must be a list",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "string_type": "must be text",
    "string_unicode": "must be text without broken characters",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "too_long": "must have {max_length} characters or fewer",  # pydantic counts texts only
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySchema(Generic[T]):
    """Schema of a request body, and the problem of a body that does not match it."""

    model: type[T]
    problem_kind: str
    problem_detail: str

    def validate(
        self,
        body: object,
        *,
        context: dict[str, Any] | None = None,
        more_errors: tuple[FieldError, ...] = (),
    ) -> T:
        """Return the body as the model.

        Raises:
            ProblemError: names every invalid field, after them `more_errors`.
        """
        try:
            value = _adapter(cast("Hashable", self.model)).validate_python(body, context=context)
        except ValidationError as error:
            # `from None`: tracebacks must not contain the caller's data.
            raise self.invalid((*_field_errors(error), *more_errors)) from None
        if more_errors:
            raise self.invalid(more_errors)
        return cast("T", value)

    def canonical(self, value: T) -> bytes:
        """Return a serialization that is equal for every way of writing the same request."""
        return _adapter(cast("Hashable", self.model)).dump_json(
            value, by_alias=True, exclude_none=True
        )

    def invalid(self, errors: tuple[FieldError, ...]) -> ProblemError:
        """Return the problem of an invalid body."""
        return unprocessable(self.problem_kind, self.problem_detail, errors)


def read_json(req: func.HttpRequest) -> object:
    """Return the JSON value in the body.

    Raises:
        ProblemError: the content type, the size or the JSON is wrong.
    """
    _require_json(req.headers.get("Content-Type", ""))
    return parse_json(read_bytes(req))


def read_bytes(req: func.HttpRequest) -> bytes:
    """Return the body as it was sent.

    Raises:
        ProblemError: it is too large.
    """
    body: bytes = req.get_body()
    if len(body) > MAX_BYTES:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body-too-large",
            f"The body must not exceed {MAX_BYTES} bytes.",
        )
    return body


def parse_json(body: bytes) -> object:
    """Return the JSON value in a body.

    Raises:
        ProblemError: it is not JSON.
    """
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique_members, parse_constant=_refuse
        )
    except (ValueError, RecursionError) as error:
        raise bad_request(
            "malformed-json", "The body must be well-formed JSON in UTF-8."
        ) from error


def _require_json(content_type: str) -> None:
    header = Message()
    header["Content-Type"] = content_type
    charset = str(header.get_param("charset", "utf-8")).lower()
    if header.get_content_type() != "application/json" or charset not in {"utf-8", "utf8"}:
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The header Content-Type must be application/json, in UTF-8.",
            headers={"Accept-Post": "application/json"},
        )


def _unique_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        repeated = next(name for name, count in counts.items() if count > 1)
        raise bad_request(
            "malformed-json", f"The member '{repeated[:_MAX_NAME_LENGTH]}' appears twice."
        )
    return members


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    details = error.errors(include_url=False, include_input=False)
    return tuple(FieldError(_path(detail["loc"]), _message(detail)) for detail in details)


def _message(detail: ErrorDetails) -> str:
    message = _MESSAGES.get(detail["type"])
    if message is None:
        return detail["msg"]  # one of our own checks
    return message.format(**detail.get("ctx", {}))


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part[:_MAX_NAME_LENGTH]}"
    return path.removeprefix(".") or "body"


@cache
def _adapter(model: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("Any", model))
