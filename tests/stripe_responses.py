"""Requests to the simulated Stripe, and its error responses."""

from typing import Any

from tests.wire import Fault, Request

Response = tuple[int, dict[str, Any]]

#: The parameters of each step.
PARAMETERS = {
    "create": {"amount", "currency", "payment_method", "capture_method", "metadata[order_id]"}
    | {"allowed_payment_method_types[0]"},
    "confirm": {"expand[0]"},
    "capture": {"expand[0]"},
    "cancel": {"expand[0]", "cancellation_reason"},
    "refund": {"payment_intent", "amount", "metadata[refund_id]"},
    "refunds": {"payment_intent", "limit", "starting_after"},
    "find": {"expand[0]"},
    "object": {"expand[0]"},
    "disputes": {"payment_intent", "limit", "starting_after"},
    "list": {"created[gte]", "expand[0]", "limit", "starting_after"},
}


class RefusedError(Exception):
    """The response is an error."""

    def __init__(self, status: int, **error: object) -> None:
        super().__init__(status)
        content = {"message": "a message of Stripe", **error}
        self.response: Response = (status, {"error": content})


def without_effect(fault: Fault) -> Response | None:
    """Return the response to a request that had no effect; None: the connection breaks."""
    match fault:
        case Fault.BUSY:
            return RefusedError(429, type="invalid_request_error", code="lock_timeout").response
        case Fault.IN_USE:
            return RefusedError(
                409, type="idempotency_error", code="idempotency_key_in_use"
            ).response
        case Fault.GARBLED:
            return 502, {}
        case _:
            return None


def invalid(code: str, param: str) -> RefusedError:
    """Return the error of an invalid parameter."""
    return RefusedError(400, type="invalid_request_error", code=code, param=param)


def require_status(intent: dict[str, Any], *statuses: str) -> None:
    """Refuse a change that the status of the intent does not permit."""
    if intent["status"] not in statuses:
        raise invalid("payment_intent_unexpected_state", "intent")


def step_of(request: Request) -> tuple[str, str]:
    """Return the step that a request asks for, and the object in its path."""
    if request.method == "GET":
        return _look_up(request.path[1:])
    match request.path:
        case [_, "refunds"]:
            return "refund", ""
        case [_, _, intent_id, step]:
            return step, intent_id
        case _:
            return "create", ""


def _look_up(path: list[str]) -> tuple[str, str]:
    match path:
        case ["payment_intents", intent_id]:
            return "find", intent_id
        case [_, object_id]:
            return "object", object_id
        case ["refunds" | "disputes" as kind]:
            return kind, ""
        case _:
            return "list", ""
