"""A small Stripe on 127.0.0.1: what its documentation says of PaymentIntents, on the wire.

It keeps the first answer of an idempotency key, faults included, refuses the key with another body,
refuses parameters that it does not know, and can be told to fail before or after an effect. It
serves tests of our adapter, which speaks to it through Stripe's own SDK.
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

API_KEY = "sk_test_of_these_tests"

#: Payment methods of Stripe's test mode, and the codes with which their bank says no.
DECLINES = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", None),
    "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", None),
    "pm_card_chargeDeclinedProcessingError": ("processing_error", None),
}
NEEDS_ACTION = "pm_card_authenticationRequired"
METHODS = {"pm_card_visa", "pm_card_mastercard", NEEDS_ACTION, *DECLINES}

SMALLEST_AMOUNT = 50

#: Statuses of a refund that pays nothing back.
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

Answer = tuple[int, dict[str, Any]]


class Refused(Exception):
    """Stripe's answer is an error."""

    def __init__(self, status: int, **error: object) -> None:
        super().__init__(status)
        self.answer: Answer = (status, {"error": {"message": "a sentence of Stripe", **error}})


@dataclass
class Stripe:
    """What Stripe knows, and what it was told to do wrong."""

    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    #: (step, key) of every request, in their order.
    requests: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    plan: Plan = field(default_factory=Plan)
    #: The error with which a step is refused.
    refusals: dict[str, Refused] = field(default_factory=dict)
    #: What a new refund is at once.
    refund_status: str = "succeeded"
    page_length: int = 100
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _lock: Lock = field(default_factory=Lock)

    def steps(self, *, named: str) -> list[str]:
        """The keys with which a step was asked for."""
        return [key for step, key in self.requests if step == named]

    def serve(self, step: str, intent_id: str, given: dict[str, str], key: str) -> Answer | None:
        """Answer one request. None: the connection breaks."""
        self.plan.meanwhile.pop(step, lambda: None)()
        with self._lock:
            self.requests.append((step, key))
            fault = self.plan.next_fault(step)
            if fault and fault.is_before and fault is not Fault.ERROR_BEFORE:
                return _without_effect(fault)
            answer = self._once(step, intent_id, given, key, fault)
        if fault is Fault.SLOW:
            self.plan.wait()
        return None if fault in {Fault.LOST_AFTER, Fault.SLOW} else answer

    def respond(self, request: Request) -> Reply:
        """What Stripe says over HTTP."""
        answer: Answer | None = Refused(401, type="invalid_request_error").answer
        if request.headers["Authorization"] == f"Bearer {API_KEY}":
            step, intent_id = _step(request)
            given = {**request.query, **dict(parse_qsl(request.body))}
            answer = self.serve(step, intent_id, given, request.headers["Idempotency-Key"] or "")
        if answer is None:
            return None
        status, body = answer
        return status, json.dumps(body).encode() if body else b"<html>bad gateway</html>"

    def _once(
        self, step: str, intent_id: str, given: dict[str, str], key: str, fault: Fault | None
    ) -> Answer:
        body = json.dumps([step, intent_id, given])
        if key in self.kept:
            first, answer = self.kept[key]
            return answer if first == body else Refused(400, type="idempotency_error").answer
        answer = (500, {"error": {"type": "api_error", "message": "a sentence of Stripe"}})
        if fault is not Fault.ERROR_BEFORE:
            done = self._answer(step, intent_id, given)
            answer = answer if fault is Fault.ERROR_AFTER else done
        if key:
            self.kept[key] = (body, answer)
        return answer

    def _answer(self, step: str, intent_id: str, given: dict[str, str]) -> Answer:
        try:
            for name in given.keys() - PARAMETERS[step]:
                raise _invalid("parameter_unknown", name)
            act = getattr(self, f"_{step}")
            return 200, act(self._known(intent_id), given) if intent_id else act(given)
        except Refused as refused:
            return refused.answer

    def _known(self, intent_id: str) -> dict[str, Any]:
        if intent_id not in self.intents:
            raise Refused(404, type="invalid_request_error", code="resource_missing")
        return self.intents[intent_id]

    def _create(self, given: dict[str, str]) -> dict[str, Any]:
        if given["payment_method"] not in METHODS:
            raise _invalid("resource_missing", "payment_method")
        if int(given["amount"]) < SMALLEST_AMOUNT:
            raise _invalid("amount_too_small", "amount")
        intent = {
            "id": f"pi_{next(self._numbers)}",
            "object": "payment_intent",
            "status": "requires_confirmation",
            "amount": int(given["amount"]),
            "currency": given["currency"],
            "payment_method": given["payment_method"],
            "capture_method": given["capture_method"],
            "metadata": {"order_id": given["metadata[order_id]"]},
            "amount_received": 0,
            "latest_charge": None,
            "last_payment_error": None,
            "cancellation_reason": None,
        }
        self.intents[str(intent["id"])] = intent
        return json.loads(json.dumps(intent))  # type: ignore[no-any-return]

    def _find(self, intent: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
        shown = json.loads(json.dumps(intent))
        if given.get("expand[0]") != "latest_charge" and intent["latest_charge"]:
            shown["latest_charge"] = intent["latest_charge"]["id"]
        return shown  # type: ignore[no-any-return]

    def _list(self, given: dict[str, str]) -> dict[str, Any]:
        assert given["expand[0]"] == "data.latest_charge"
        return self._page("/v1/payment_intents", list(self.intents.values()), given)

    def _refunds(self, given: dict[str, str]) -> dict[str, Any]:
        made = [r for r in self.refunds.values() if r["payment_intent"] == given["payment_intent"]]
        return self._page("/v1/refunds", made, given)

    def _page(self, url: str, rows: list[dict[str, Any]], given: dict[str, str]) -> dict[str, Any]:
        newest_first = rows[::-1]
        ids = [row["id"] for row in newest_first]
        first = ids.index(given["starting_after"]) + 1 if "starting_after" in given else 0
        page = newest_first[first : first + self.page_length]
        more = first + self.page_length < len(ids)
        data = json.loads(json.dumps(page))
        return {"object": "list", "url": url, "has_more": more, "data": data}

    def _confirm(self, intent: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
        _must_be(intent, "requires_confirmation")
        method = intent["payment_method"]
        if method == NEEDS_ACTION:
            intent["status"] = "requires_action"
            return self._find(intent, given)
        charge = {"id": f"ch_{next(self._numbers)}", "object": "charge", "amount_refunded": 0}
        intent["latest_charge"] = charge
        if method in DECLINES:
            code, decline_code = DECLINES[method]
            error = {"type": "card_error", "code": code, "decline_code": decline_code}
            charge["status"] = "failed"
            intent.update(status="requires_payment_method", last_payment_error=error)
            raise Refused(402, **error)
        charge["status"] = "succeeded"
        intent["status"] = "requires_capture"
        return self._find(intent, given)

    def _capture(self, intent: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
        _must_be(intent, "requires_capture")
        self._may_refuse("capture")
        intent.update(status="succeeded", amount_received=intent["amount"])
        return self._find(intent, given)

    def _cancel(self, intent: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
        _must_be(
            intent,
            *("requires_payment_method", "requires_confirmation"),
            *("requires_action", "requires_capture"),
        )
        if intent["status"] == "requires_capture":
            intent["latest_charge"]["amount_refunded"] = intent["amount"]
        intent.update(status="canceled", cancellation_reason=given["cancellation_reason"])
        return self._find(intent, given)

    def _refund(self, given: dict[str, str]) -> dict[str, Any]:
        intent = self._known(given["payment_intent"])
        amount, charge = int(given["amount"]), intent["latest_charge"]
        self._may_refuse("refund")
        left = intent["amount_received"] - charge["amount_refunded"]
        if not left:
            raise Refused(400, type="invalid_request_error", code="charge_already_refunded")
        if amount > left:
            raise Refused(400, type="invalid_request_error", param="amount")
        refund = {
            "id": f"re_{next(self._numbers)}",
            "object": "refund",
            "payment_intent": intent["id"],
            "amount": amount,
            "status": self.refund_status,
            "metadata": {"refund_id": given["metadata[refund_id]"]},
        }
        self.refunds[str(refund["id"])] = refund
        charge["amount_refunded"] += 0 if self.refund_status in NOT_PAID else amount
        return dict(refund)

    def send_back(self) -> None:
        """The bank sends all refunds back, after Stripe had taken them for paid."""
        for refund in self.refunds.values():
            charge = self.intents[refund["payment_intent"]]["latest_charge"]
            charge["amount_refunded"] -= refund["amount"] * (refund["status"] not in NOT_PAID)
            refund["status"] = "failed"

    def _may_refuse(self, step: str) -> None:
        if step in self.refusals:
            raise self.refusals[step]


def _without_effect(fault: Fault) -> Answer | None:
    match fault:
        case Fault.BUSY:
            return Refused(429, type="invalid_request_error", code="lock_timeout").answer
        case Fault.IN_USE:
            return Refused(409, type="idempotency_error", code="idempotency_key_in_use").answer
        case Fault.GARBLED:
            return 502, {}
        case _:
            return None


def _invalid(code: str, param: str) -> Refused:
    return Refused(400, type="invalid_request_error", code=code, param=param)


def _must_be(intent: dict[str, Any], *statuses: str) -> None:
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
    """A Stripe without payments, under `url`, until the end."""
    stripe = Stripe()
    with listening(stripe.respond, stripe.plan) as stripe.url:
        yield stripe
