"""What did the caller send? The door: kind and size first, then JSON without double meanings."""

import json
from email.message import Message
from http import HTTPStatus
from typing import Final

import azure.functions as func

from api.http.problems import Problem

MAX_BYTES: Final = 256 * 1024


def read_json(req: func.HttpRequest) -> object:
    """The JSON value in the body, or the Problem with it."""
    _require_json(req.headers.get("Content-Type", ""))
    body = req.get_body()
    if len(body) > MAX_BYTES:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "too-large",
            f"The body must have {MAX_BYTES} bytes at most.",
        )
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "broken-json", "The body is not well-formed JSON in UTF-8."
        ) from error


def _require_json(content_type: str) -> None:
    header = Message()
    header["Content-Type"] = content_type
    charset = str(header.get_param("charset", "utf-8")).lower()
    if header.get_content_type() != "application/json" or charset not in {"utf-8", "utf8"}:
        raise Problem(
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
