"""Conventions of the extension's HTTP API: error bodies, query parameters, pages of lists."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from local_host.host.clock import format_time, parse_time
from local_host.host.history.events import RuntimeStatus
from local_host.host.store.records import InstanceRecord
from local_host.host.web.requests import Request, Response

_WIRE_LENGTH = len("2026-11-22T16:21:54.058687Z")
_CONTINUATION_TOKEN = "x-ms-continuation-token"  # noqa: S105 - a header name
_MAX_PAGE_SIZE = 1000
_DEFAULT_PAGE_SIZE = 100

# ------------------------------------------------------------ responses


def build_error(status: int, text: str) -> Response:
    """Build an error response with one sentence."""
    return Response.of_json({"Message": text}, status)


def build_exception(text: str) -> Response:
    """Build the response of an exception in the extension, as the real host shows it."""
    body = {
        "Message": "Something went wrong while processing your request",
        "ExceptionMessage": text,
        "ExceptionType": "System.InvalidOperationException",
        "StackTrace": "",
    }
    return Response.of_json(body, 500)


def build_invalid_json(body: bytes) -> Response:
    """Build the real host's response to a body whose first character is no JSON."""
    first = body.decode(errors="replace").strip()[:1]
    return Response.of_json(
        {
            "Message": "Invalid JSON content",
            "ExceptionMessage": (
                f"Unexpected character encountered while parsing value: {first}. "
                "Path '', line 0, position 0."
            ),
            "ExceptionType": "Newtonsoft.Json.JsonReaderException",
            "StackTrace": "",
        },
        400,
    )


def get_ended_status_code(request: Request, instance: InstanceRecord) -> int:
    """Return the HTTP status of an ended instance: 500 for a failed one if the caller wants it."""
    failed = instance.status == RuntimeStatus.FAILED
    return 500 if failed and read_flag(request, "returnInternalServerErrorOnFailure") else 200


# ------------------------------------------------------------ query parameters


def read_parameter(request: Request, name: str) -> str:
    """Return a query parameter, its name in any case, or an empty string."""
    lower = name.lower()
    return next((v for k, v in request.query.items() if k.lower() == lower), "")


def read_flag(request: Request, name: str, *, default: bool = False) -> bool:
    """Return a query parameter that is true or false."""
    value = read_parameter(request, name)
    return value.lower() == "true" if value else default


def read_number(request: Request, name: str) -> float | None:
    """Return a query parameter that is a positive number, or None."""
    try:
        value = float(read_parameter(request, name))
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


def read_time(request: Request, name: str) -> str:
    """Return a query parameter that is a time, as histories write it, or an empty string."""
    text = read_parameter(request, name).replace(" ", "+")  # a `+` that was not encoded
    try:
        return format_time(_to_utc(parse_time(text))).rjust(_WIRE_LENGTH, "0")
    except ValueError:
        return ""


def _to_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return at.replace(tzinfo=UTC)


# ------------------------------------------------------------ pages


def read_page_size(request: Request) -> int:
    """Return the number of items of a page."""
    size = int(read_number(request, "top") or _DEFAULT_PAGE_SIZE) or _DEFAULT_PAGE_SIZE
    return min(size, _MAX_PAGE_SIZE)


def read_first_id(request: Request) -> str:
    """Return the id at which the page begins; an invalid token is ignored."""
    token = request.header(_CONTINUATION_TOKEN) or ""
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def build_page(items: list[dict[str, Any]], ids: list[str], size: int) -> Response:
    """Build a page of items; `ids` has one more id than the page if there is a next one."""
    response = Response.of_json(items[:size])
    if len(ids) > size:
        token = base64.b64encode(ids[size].encode()).decode()
        response.headers.append((_CONTINUATION_TOKEN, token))
    return response
