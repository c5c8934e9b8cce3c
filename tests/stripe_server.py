"""Stripe on 127.0.0.1: PaymentIntents and refunds as Stripe documents them.

It stores the first response under an idempotency key, failures included. It refuses the key with
another body, refuses unknown parameters, and fails on demand before or after an effect. The adapter
uses it through Stripe's own SDK.
"""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

from tests.wire import Fault, Plan, Reply, Request, listening

API_KEY = "sk_test_for_tests"

#: Payment methods of Stripe's test mode that are declined, with their codes.
DECLINES = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", None),
    "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", None),
    "pm_card_chargeDeclinedProcessingError": ("processing_error", None),
}
NEEDS_ACTION = "pm_card_authenticationRequired"
PAYMENT_METHODS = {"pm_card_visa", "pm_card_mastercard", NEEDS_ACTION, *DECLINES}

MIN_AMOUNT = 50

#: Statuses of a refund that pays nothing.
NOT_PAID = {"failed", "canceled"}

PARAMETERS = {
    "create": {"amount", "currency", "payment_method", "capture_method", "metadata[order_id]"}
    | {"allowed_payment_method_types[0]"},
    "confirm": {"expand[0]"},
    "capture": {"expand[0]"},
    "cancel": {"expand[0]", "cancellation_reason"},
    "refund": {"payment_intent", "amount", "metadata[refund_id]"},
    "refunds": {"payment_intent", "limit", "starting_after"},
    "find": {"expand[0]"},
    "list": {"created[gte]", "expand[0]", "limit", "starting_after"},
}

Params = dict[str, str]
Response = tuple[int, dict[str, Any]]


class RefusedError(Exception):
    """The response is an error."""

    def __init__(self, status: int, **error: object) -> None:
        super().__init__(status)
        content = {"message": "a message of Stripe", **error}
        self.response: Response = (status, {"error": content})


@dataclass
class Stripe:
    """State of Stripe, and the faults to simulate."""

    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Request and response by idempotency key.
    stored: dict[str, tuple[str, Response]] = field(default_factory=dict)
    #: (step, key) of every request, oldest first.
    requests: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    plan: Plan = field(default_factory=Plan)
    #: Errors by refused step.
    refusals: dict[str, RefusedError] = field(default_factory=dict)
    #: Status of a new refund.
    refund_status: str = "succeeded"
    page_length: int = 100
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _lock: Lock = field(default_factory=Lock)

    def keys_of(self, step: str) -> list[str]:
        """Return the idempotency keys of all requests for a step, oldest first."""
        return [key for name, key in self.requests if name == step]

    def serve(self, step: str, intent_id: str, params: Params, key: str) -> Response | None:
        """Answer a request; None: the connection breaks."""
        self.plan.call_before(step)
        with self._lock:
            self.requests.append((step, key))
            fault = self.plan.next_fault(step)
            if fault and fault.is_before and fault is not Fault.ERROR_BEFORE:
                return _without_effect(fault)
            response = self._once(step, intent_id, params, key, fault)
        if fault is Fault.SLOW:
            self.plan.wait()
        return None if fault in {Fault.LOST_AFTER, Fault.SLOW} else response

    def respond(self, request: Request) -> Reply:
        """Answer a request over HTTP."""
        response: Response | None = RefusedError(401, type="invalid_request_error").response
        if request.headers["Authorization"] == f"Bearer {API_KEY}":
            step, intent_id = _step(request)
            params = {**request.query, **dict(parse_qsl(request.body))}
            response = self.serve(step, intent_id, params, request.headers["Idempotency-Key"] or "")
        if response is None:
            return None
        status, body = response
        return status, json.dumps(body).encode() if body else b"<html>bad gateway</html>"

    def _once(
        self, step: str, intent_id: str, params: Params, key: str, fault: Fault | None
    ) -> Response:
        body = json.dumps([step, intent_id, params])
        if key in self.stored:
            first, response = self.stored[key]
            reused = RefusedError(400, type="idempotency_error").response
            return response if first == body else reused
        response = (500, {"error": {"type": "api_error", "message": "a message of Stripe"}})
        if fault is not Fault.ERROR_BEFORE:
            result = self._execute(step, intent_id, params)
            response = response if fault is Fault.ERROR_AFTER else result
        if key:
            self.stored[key] = (body, response)
        return response

    def _execute(self, step: str, intent_id: str, params: Params) -> Response:
        try:
            for name in params.keys() - PARAMETERS[step]:
                raise _invalid("parameter_unknown", name)
            execute = getattr(self, f"_{step}")
            return 200, execute(self._get(intent_id), params) if intent_id else execute(params)
        except RefusedError as refused:
            return refused.response

    def _get(self, intent_id: str) -> dict[str, Any]:
        if intent_id not in self.intents:
            raise RefusedError(404, type="invalid_request_error", code="resource_missing")
        return self.intents[intent_id]

    def _create(self, params: Params) -> dict[str, Any]:
        if params["payment_method"] not in PAYMENT_METHODS:
            raise _invalid("resource_missing", "payment_method")
        if int(params["amount"]) < MIN_AMOUNT:
            raise _invalid("amount_too_small", "amount")
        intent = {
            "id": f"pi_{next(self._numbers)}",
            "object": "payment_intent",
            "status": "requires_confirmation",
            "amount": int(params["amount"]),
            "currency": params["currency"],
            "payment_method": params["payment_method"],
            "capture_method": params["capture_method"],
            "metadata": {"order_id": params["metadata[order_id]"]},
            "amount_received": 0,
            "latest_charge": None,
            "last_payment_error": None,
            "cancellation_reason": None,
        }
        self.intents[str(intent["id"])] = intent
        return json.loads(json.dumps(intent))  # type: ignore[no-any-return]

    def _find(self, intent: dict[str, Any], params: Params) -> dict[str, Any]:
        plain = json.loads(json.dumps(intent))
        if params.get("expand[0]") != "latest_charge" and intent["latest_charge"]:
            plain["latest_charge"] = intent["latest_charge"]["id"]
        return plain  # type: ignore[no-any-return]

    def _list(self, params: Params) -> dict[str, Any]:
        assert "created[gte]" not in params or params["expand[0]"] == "data.latest_charge"
        return self._page("/v1/payment_intents", list(self.intents.values()), params)

    def _refunds(self, params: Params) -> dict[str, Any]:
        refunds = [
            r for r in self.refunds.values() if r["payment_intent"] == params["payment_intent"]
        ]
        return self._page("/v1/refunds", refunds, params)

    def _page(self, url: str, rows: list[dict[str, Any]], params: Params) -> dict[str, Any]:
        newest_first = rows[::-1]
        ids = [row["id"] for row in newest_first]
        first = ids.index(params["starting_after"]) + 1 if "starting_after" in params else 0
        page = newest_first[first : first + self.page_length]
        more = first + self.page_length < len(ids)
        data = json.loads(json.dumps(page))
        return {"object": "list", "url": url, "has_more": more, "data": data}

    def _confirm(self, intent: dict[str, Any], params: Params) -> dict[str, Any]:
        _require_status(intent, "requires_confirmation")
        method = intent["payment_method"]
        if method == NEEDS_ACTION:
            intent["status"] = "requires_action"
            return self._find(intent, params)
        charge = {"id": f"ch_{next(self._numbers)}", "object": "charge", "amount_refunded": 0}
        intent["latest_charge"] = charge
        if method in DECLINES:
            code, decline_code = DECLINES[method]
            error = {"type": "card_error", "code": code, "decline_code": decline_code}
            charge["status"] = "failed"
            intent.update(status="requires_payment_method", last_payment_error=error)
            raise RefusedError(402, **error)
        charge["status"] = "succeeded"
        intent["status"] = "requires_capture"
        return self._find(intent, params)

    def _capture(self, intent: dict[str, Any], params: Params) -> dict[str, Any]:
        _require_status(intent, "requires_capture")
        self._refuse_if_planned("capture")
        intent.update(status="succeeded", amount_received=intent["amount"])
        return self._find(intent, params)

    def _cancel(self, intent: dict[str, Any], params: Params) -> dict[str, Any]:
        _require_status(
            intent,
            *("requires_payment_method", "requires_confirmation"),
            *("requires_action", "requires_capture"),
        )
        if intent["status"] == "requires_capture":
            intent["latest_charge"]["amount_refunded"] = intent["amount"]
        intent.update(status="canceled", cancellation_reason=params["cancellation_reason"])
        return self._find(intent, params)

    def _refund(self, params: Params) -> dict[str, Any]:
        intent = self._get(params["payment_intent"])
        amount, charge = int(params["amount"]), intent["latest_charge"]
        self._refuse_if_planned("refund")
        refundable = intent["amount_received"] - charge["amount_refunded"]
        if not refundable:
            raise RefusedError(400, type="invalid_request_error", code="charge_already_refunded")
        if amount > refundable:
            raise RefusedError(400, type="invalid_request_error", param="amount")
        refund = {
            "id": f"re_{next(self._numbers)}",
            "object": "refund",
            "payment_intent": intent["id"],
            "amount": amount,
            "status": self.refund_status,
            "metadata": {"refund_id": params["metadata[refund_id]"]},
        }
        self.refunds[str(refund["id"])] = refund
        charge["amount_refunded"] += 0 if self.refund_status in NOT_PAID else amount
        return dict(refund)

    def return_refunds(self) -> None:
        """Make all refunds fail later: the bank returns the money."""
        for refund in self.refunds.values():
            charge = self.intents[refund["payment_intent"]]["latest_charge"]
            charge["amount_refunded"] -= refund["amount"] * (refund["status"] not in NOT_PAID)
            refund["status"] = "failed"

    def _refuse_if_planned(self, step: str) -> None:
        if step in self.refusals:
            raise self.refusals[step]


def _without_effect(fault: Fault) -> Response | None:
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


def _invalid(code: str, param: str) -> RefusedError:
    return RefusedError(400, type="invalid_request_error", code=code, param=param)


def _require_status(intent: dict[str, Any], *statuses: str) -> None:
    if intent["status"] not in statuses:
        raise _invalid("payment_intent_unexpected_state", "intent")


def _step(request: Request) -> tuple[str, str]:
    match request.method, request.path:
        case "GET", [_, _, intent_id]:
            return "find", intent_id
        case "GET", [_, "refunds"]:
            return "refunds", ""
        case "GET", _:
            return "list", ""
        case _, [_, "refunds"]:
            return "refund", ""
        case _, [_, _, intent_id, step]:
            return step, intent_id
        case _:
            return "create", ""


@contextmanager
def serving() -> Iterator[Stripe]:
    """Run a Stripe without payments."""
    stripe = Stripe()
    with listening(stripe.respond, stripe.plan) as stripe.url:
        yield stripe
