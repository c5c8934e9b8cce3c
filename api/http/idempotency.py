"""Under which key does the caller ask, so that asking again is harmless?"""

import re
from http import HTTPStatus
from typing import Final

import azure.functions as func

from api.http.problems import ProblemError

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(req: func.HttpRequest) -> str | None:
    """The caller's key, if there is one, or the Problem with it."""
    key: str | None = req.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            "idempotency-key-malformed",
            "The Idempotency-Key must have 1 to 255 visible ASCII characters.",
        )
    return key


def require_idempotency_key(req: func.HttpRequest, what: str) -> str:
    """The caller's key, or the Problem that there is none."""
    key = idempotency_key(req)
    if key is None:
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            "idempotency-key-missing",
            f"{what} needs an Idempotency-Key header, so that repeating it is harmless.",
        )
    return key


def key_reused(what: str) -> ProblemError:
    """The key stands for something else already."""
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "idempotency-key-reused",
        f"This Idempotency-Key was used for another {what}. A new {what} needs a new key.",
    )
