"""Problems: error responses as `application/problem+json` (RFC 9457)."""

import json
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

from api.http.responses import NO_STORE
from orders.order_ids import is_order_id

#: Most field errors in one response.
_MAX_ERRORS: Final = 100
_RETRY_AFTER_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field or parameter, and what is expected."""

    field: str
    message: str


class ProblemError(Exception):
    """The request is refused with this problem."""

    def __init__(  # noqa: PLR0913 - the parts of a problem
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        members: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.members = members or {}

    def response(self) -> func.HttpResponse:
        """Return the problem as an HTTP response."""
        body: dict[str, Any] = {
            "type": f"urn:durable-orders:problem:{self.kind}",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            **self.members,
        }
        if self.errors:
            body["errors"] = [asdict(error) for error in self.errors[:_MAX_ERRORS]]
        return func.HttpResponse(
            json.dumps(body),
            status_code=self.status.value,
            # A cache must not repeat a refusal either.
            headers=NO_STORE | self.headers,
            mimetype="application/problem+json",
        )


def bad_request(kind: str, detail: str, errors: tuple[FieldError, ...] = ()) -> ProblemError:
    """Return the problem of a malformed request."""
    return ProblemError(HTTPStatus.BAD_REQUEST, kind, detail, errors=errors)


def not_found(kind: str, detail: str) -> ProblemError:
    """Return the problem of a missing resource."""
    return ProblemError(HTTPStatus.NOT_FOUND, kind, detail)


def read_order_id(req: func.HttpRequest) -> str:
    """Return the order ID in the path.

    Raises:
        ProblemError: no order can have this ID.
    """
    order_id: str = req.route_params["order_id"]
    if not is_order_id(order_id):
        raise order_not_found()
    return order_id


def order_not_found() -> ProblemError:
    """Return the problem of an unknown order ID."""
    return not_found("order-not-found", "No order with this ID.")


def conflict(kind: str, detail: str, members: dict[str, Any] | None = None) -> ProblemError:
    """Return the problem of a request that does not fit the current state."""
    return ProblemError(HTTPStatus.CONFLICT, kind, detail, members=members)


def unprocessable(kind: str, detail: str, errors: tuple[FieldError, ...] = ()) -> ProblemError:
    """Return the problem of a well-formed request with invalid content."""
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, kind, detail, errors=errors)


def internal_error(kind: str, detail: str) -> ProblemError:
    """Return the problem of a fault that repeating the request does not resolve."""
    return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, kind, detail)


def unavailable(detail: str, *, may_repeat: bool = True) -> ProblemError:
    """Return the problem of a request that may succeed later."""
    headers = {"Retry-After": str(_RETRY_AFTER_SECONDS)} if may_repeat else {}
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, headers=headers)
