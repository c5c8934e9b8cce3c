"""The Idempotency-Key header."""

import re
from typing import Final

import azure.functions as func

from api.http.problems import ProblemError, bad_request, unprocessable

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(req: func.HttpRequest) -> str | None:
    """Return the request's idempotency key, if there is one.

    Raises:
        ProblemError: the key is malformed.
    """
    key: str | None = req.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise bad_request(
            "invalid-idempotency-key",
            "The Idempotency-Key must have 1 to 255 visible ASCII characters.",
        )
    return key


def require_idempotency_key(req: func.HttpRequest) -> str:
    """Return the request's idempotency key.

    Raises:
        ProblemError: the key is missing or malformed.
    """
    key = idempotency_key(req)
    if key is None:
        raise bad_request(
            "idempotency-key-missing",
            "This request requires an Idempotency-Key header, which makes repeating it harmless.",
        )
    return key


def key_reused(resource: str) -> ProblemError:
    """Return the problem of a key that was used for another request."""
    return unprocessable(
        "idempotency-key-reused",
        f"This Idempotency-Key was used for another {resource}. Use a new key for a new"
        f" {resource}.",
    )
