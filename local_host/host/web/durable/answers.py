"""How does the extension word what went wrong, and read what was asked?"""

from datetime import UTC, datetime

from local_host.host.clock import parse_time, wire_time
from local_host.host.web.requests import Request, Response

_WIRE_LENGTH = len("2026-11-22T16:21:54.058687Z")


def message(status: int, text: str) -> Response:
    """A refusal with one sentence."""
    return Response.of_json({"Message": text}, status)


def fault(text: str) -> Response:
    """The extension's own exception, as the real host shows it."""
    body = {
        "Message": "Something went wrong while processing your request",
        "ExceptionMessage": text,
        "ExceptionType": "System.InvalidOperationException",
        "StackTrace": "",
    }
    return Response.of_json(body, 500)


def bad_json(body: bytes) -> Response:
    """The real host's words, for a body whose first character is wrong already."""
    found = body.decode(errors="replace").strip()[:1]
    return Response.of_json(
        {
            "Message": "Invalid JSON content",
            "ExceptionMessage": (
                f"Unexpected character encountered while parsing value: {found}. "
                "Path '', line 0, position 0."
            ),
            "ExceptionType": "Newtonsoft.Json.JsonReaderException",
            "StackTrace": "",
        },
        400,
    )


def parameter(request: Request, name: str) -> str:
    """A query parameter, its name in any case; empty where there is none."""
    wanted = name.lower()
    return next((v for k, v in request.query.items() if k.lower() == wanted), "")


def flag(request: Request, name: str, *, default: bool = False) -> bool:
    """A query parameter that is true or false."""
    value = parameter(request, name)
    return value.lower() == "true" if value else default


def number(request: Request, name: str) -> float | None:
    """A query parameter that is a number above 0; anything else counts as none."""
    try:
        value = float(parameter(request, name))
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


def moment(request: Request, name: str) -> str:
    """A query parameter that is a time, as histories write it; anything else counts as none."""
    text = parameter(request, name).replace(" ", "+")  # a `+` that nobody encoded
    try:
        return wire_time(_in_utc(parse_time(text))).rjust(_WIRE_LENGTH, "0")
    except ValueError:
        return ""


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return at.replace(tzinfo=UTC)
