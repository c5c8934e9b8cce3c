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

from tests.stripe_responses import (
    PARAMETERS,
    RefusedError,
    Response,
    invalid,
    require_status,
    step_of,
    without_effect,
)
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

Params = dict[str, str]


@dataclass
class Stripe:
    """State of Stripe, and the faults to simulate."""

    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    disputes: dict[str, dict[str, Any]] = field(default_factory=dict)
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
                return without_effect(fault)
            response = self._once(step, intent_id, params, key, fault)
        if fault is Fault.SLOW:
            self.plan.wait()
        return None if fault in {Fault.LOST_AFTER, Fault.SLOW} else response

    def respond(self, request: Request) -> Reply:
        """Answer a request over HTTP."""
        response: Response | None = RefusedError(401, type="invalid_request_error").response
        if request.headers["Authorization"] == f"Bearer {API_KEY}":
            step, intent_id = step_of(request)
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
                raise invalid("parameter_unknown", name)
            if step == "object":
                return 200, self._object(intent_id)
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
            raise invalid("resource_missing", "payment_method")
        if int(params["amount"]) < MIN_AMOUNT:
            raise invalid("amount_too_small", "amount")
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

    def _object(self, object_id: str) -> dict[str, Any]:
        """Return a charge, a refund or a dispute with its intent."""
        self._refuse_if_planned("object")
        charges = [(i["latest_charge"], i) for i in self.intents.values() if i["latest_charge"]]
        parts = [*self.refunds.values(), *self.disputes.values()]
        owned = charges + [(part, self.intents[part["payment_intent"]]) for part in parts]
        for item, intent in owned:
            if item["id"] == object_id:
                return {**item, "payment_intent": intent}
        raise RefusedError(404, type="invalid_request_error", code="resource_missing")

    def _refunds(self, params: Params) -> dict[str, Any]:
        return self._of_intent("/v1/refunds", self.refunds, params)

    def _disputes(self, params: Params) -> dict[str, Any]:
        return self._of_intent("/v1/disputes", self.disputes, params)

    def _of_intent(
        self, url: str, rows: dict[str, dict[str, Any]], params: Params
    ) -> dict[str, Any]:
        found = [row for row in rows.values() if row["payment_intent"] == params["payment_intent"]]
        return self._page(url, found, params)

    def _page(self, url: str, rows: list[dict[str, Any]], params: Params) -> dict[str, Any]:
        newest_first = rows[::-1]
        ids = [row["id"] for row in newest_first]
        first = ids.index(params["starting_after"]) + 1 if "starting_after" in params else 0
        page = newest_first[first : first + self.page_length]
        more = first + self.page_length < len(ids)
        data = json.loads(json.dumps(page))
        return {"object": "list", "url": url, "has_more": more, "data": data}

    def _confirm(self, intent: dict[str, Any], params: Params) -> dict[str, Any]:
        require_status(intent, "requires_confirmation")
        method = intent["payment_method"]
        if method == NEEDS_ACTION:
            intent["status"] = "requires_action"
            return self._find(intent, params)
        charge = {"id": f"ch_{next(self._numbers)}", "object": "charge", "amount_refunded": 0}
        charge["disputed"] = False
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
        require_status(intent, "requires_capture")
        self._refuse_if_planned("capture")
        intent.update(status="succeeded", amount_received=intent["amount"])
        return self._find(intent, params)

    def _cancel(self, intent: dict[str, Any], params: Params) -> dict[str, Any]:
        require_status(
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

    def expire(self) -> None:
        """Let all authorizations expire."""
        for intent in self.intents.values():
            if intent["status"] == "requires_capture":
                intent["latest_charge"]["amount_refunded"] = intent["amount"]
                intent.update(status="canceled", cancellation_reason="automatic")

    def dispute(self, status: str = "needs_response") -> None:
        """Dispute all captured payments, or change the status of their disputes."""
        for intent in self.intents.values():
            if intent["status"] == "succeeded":
                intent["latest_charge"]["disputed"] = True
                dispute_id = f"dp_{intent['id'][3:]}"
                self.disputes[dispute_id] = {
                    "id": dispute_id,
                    "object": "dispute",
                    "payment_intent": intent["id"],
                    "amount": intent["amount"],
                    "currency": intent["currency"],
                    "status": status,
                    "created": 1_772_366_400,
                }

    def _refuse_if_planned(self, step: str) -> None:
        if step in self.refusals:
            raise self.refusals[step]


@contextmanager
def serving() -> Iterator[Stripe]:
    """Run a Stripe without payments."""
    stripe = Stripe()
    with listening(stripe.respond, stripe.plan) as stripe.url:
        yield stripe
