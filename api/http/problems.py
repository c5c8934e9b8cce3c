"""How does a caller learn why not? As problem+json (RFC 9457), never as a traceback."""

import json
import logging
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

from orders.domain.errors import UnavailableError

_log = logging.getLogger(__name__)

#: Enough to mend a form; a request that is wrong in more places is not a form.
_MOST_ERRORS: Final = 100
_RETRY_AFTER_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong, and how it would be right."""

    field: str
    message: str


class ProblemError(Exception):
    """The request cannot be served, and this is what the caller is told."""

    def __init__(  # noqa: PLR0913, PLR0917 - each of them is a part of the answer
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.more = more or {}

    def response(self) -> func.HttpResponse:
        """The problem as an HTTP answer."""
        body: dict[str, Any] = {
            "type": f"urn:durable-orders:problem:{self.kind}",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            **self.more,
        }
        if self.errors:
            body["errors"] = [asdict(error) for error in self.errors[:_MOST_ERRORS]]
        return func.HttpResponse(
            json.dumps(body),
            status_code=self.status.value,
            headers=self.headers,
            mimetype="application/problem+json",
        )


def order_not_found() -> ProblemError:
    """The order that was asked for is not in the book."""
    return ProblemError(HTTPStatus.NOT_FOUND, "no-such-order", "There is no order of this id.")


async def answer(work: Coroutine[Any, Any, func.HttpResponse]) -> func.HttpResponse:
    """Do the work of a request; whatever goes wrong becomes a problem that a caller can act on."""
    try:
        return await work
    except ProblemError as problem:
        return problem.response()
    except UnavailableError:
        _log.exception("a request had to be turned away")
        return _later("The service cannot answer at the moment. Repeat the request unchanged.")
    except Exception:  # noqa: BLE001 - the last resort of every request
        _log.exception("a request failed")
        return _later("The service failed to answer. Repeat the request unchanged.")


def _later(detail: str) -> func.HttpResponse:
    headers = {"Retry-After": str(_RETRY_AFTER_SECONDS)}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return ProblemError(status, "unavailable", detail, headers=headers).response()
