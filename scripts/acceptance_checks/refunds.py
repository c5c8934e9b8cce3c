"""Checks of refunds: paid once, never more than was captured, and resolved by operators."""

import uuid
from collections.abc import Callable
from typing import Any, Final

from scripts.acceptance_checks.operations import find_attention, resolve
from scripts.acceptance_checks.service import (
    CATALOGUE,
    LONG_TIMEOUT_SECONDS,
    Check,
    Response,
    Service,
    an_order,
    expect,
    expect_problem,
    named,
)

PART: Final = {"minor": 1000, "currency": CATALOGUE["currency"]}


def refund_checks(*, slow: bool) -> list[Check]:
    """Return the checks of refunds, the slow ones first."""
    return named(
        *([unavailable_refund_is_skipped] if slow else []),
        *(refused_refund_is_settled, steps_are_resolved_apart, part_and_rest, repeated_request),
        *(key_of_another_refund, invalid_refund, missing_key, rejected_order),
    )


def part_and_rest(service: Service) -> str:
    """A part of a payment is refunded, then the rest, and no more."""
    order_id = _complete_order(service)
    total = service.get_order(order_id)["total"]["minor"]
    part = _request_refund(service, order_id, PART).json()
    expect(part["refundable"]["minor"] == total - PART["minor"], f"the refund is {part}")
    expect_problem(_request_refund(service, order_id, {**PART, "minor": total}), 409)
    rest = _request_refund(service, order_id).json()
    order = service.wait_until(order_id, _have_ended(2))
    statuses = [refund["status"] for refund in order["refunds"]]
    expect(statuses == ["paid", "paid"], f"the refunds are {order['refunds']}")
    expect(order["status"] == "completed", f"the order is {order['status']}")
    problem = expect_problem(_request_refund(service, order_id), 409)
    return f"{part['amount']['minor']} and {rest['amount']['minor']} of {total}; then {problem}"


def repeated_request(service: Service) -> str:
    """A refund that is requested twice with one key is paid once."""
    order_id, key = _complete_order(service), str(uuid.uuid4())
    first, second = (_request_refund(service, order_id, PART, key) for _ in range(2))
    expect(second.headers["Idempotent-Replayed"] == "true", "no header Idempotent-Replayed")
    expect(second.json()["refundId"] == first.json()["refundId"], second.text)
    (refund,) = service.wait_until(order_id, _have_ended(1))["refunds"]
    expect(refund["status"] == "paid", f"the refund is {refund}")
    return f"{refund['refundId']}, paid"


def key_of_another_refund(service: Service) -> str:
    """An idempotency key is refused for another refund."""
    order_id, key = _complete_order(service), str(uuid.uuid4())
    _request_refund(service, order_id, PART, key)
    return expect_problem(_request_refund(service, order_id, {**PART, "minor": 999}, key), 422)


def refused_refund_is_settled(service: Service) -> str:
    """A refund that the bank refuses needs attention until an operator has settled it elsewhere."""
    order_id = _fail_refund(service, "pm_sandbox_refundRefused")
    entry = find_attention(service, order_id)
    expect(entry and entry["failedSteps"] == ["refundPayment"], f"the entry is {entry}")
    status = resolve(service, order_id, "settledElsewhere", "paid in cash")
    expect(status == 202, f"the resolution returned {status}")
    (refund,) = service.get_order(order_id)["refunds"]
    expect(refund["status"] == "settledElsewhere", f"the refund is {refund}")
    expect(find_attention(service, order_id) is None, "the order is still in the attention queue")
    return f"failed, {refund['reason']}; then settled elsewhere"


def unavailable_refund_is_skipped(service: Service) -> str:
    """A refund that fails for good needs attention until an operator skips it."""
    order_id = _fail_refund(service, "pm_sandbox_refundUnavailable")
    status = resolve(service, order_id, "skip", "the customer keeps the product")
    (refund,) = service.get_order(order_id)["refunds"]
    expect((status, refund["status"]) == (202, "skipped"), f"{status}, the refund is {refund}")
    return f"failed, {refund.get('reason')}; then skipped"


def steps_are_resolved_apart(service: Service) -> str:
    """Failed steps of an order and of its refund are resolved apart."""
    order_id = _fail_refund(service, "pm_sandbox_refundRefused", email="ada@undeliverable.example")
    unknown = resolve(service, order_id, "skip", "an error", "shipOrder")
    email = resolve(service, order_id, "skip", "no address", "sendConfirmation")
    entry = find_attention(service, order_id)
    expect(entry and entry["failedSteps"] == ["refundPayment"], f"the entry is {entry}")
    refund = resolve(service, order_id, "settledElsewhere", "paid in cash", "refundPayment")
    expect((unknown, email, refund) == (422, 202, 202), f"returned {unknown}, {email}, {refund}")
    expect(find_attention(service, order_id) is None, "the order is still in the attention queue")
    return "first the email, then the refund"


def invalid_refund(service: Service) -> str:
    """All invalid fields of a refund are named at once."""
    body = {"amount": {"minor": 0, "currency": "euro"}, "extra": 1}
    response = service.post(_path("ord_unknown"), body, **_key())
    fields = ("note", "operator", "amount.minor", "amount.currency", "extra")
    return expect_problem(response, 422, *fields)


def missing_key(service: Service) -> str:
    """A refund without an idempotency key is refused."""
    body = {"note": "a broken cup", "operator": "acceptance"}
    return expect_problem(service.post(_path("ord_unknown"), body), 400)


def rejected_order(service: Service) -> str:
    """A rejected order cannot be refunded."""
    order_id = service.place(an_order(paymentMethod="pm_card_chargeDeclined"))
    service.wait_for_end(order_id)
    return expect_problem(_request_refund(service, order_id), 409)


def _complete_order(service: Service, **changes: Any) -> str:
    order_id = service.place(an_order(**changes))
    order = service.wait_for_end(order_id)
    expect(order["status"] == "completed", f"the order is {order}")
    return order_id


def _fail_refund(service: Service, method: str, email: str = "ada@example.com") -> str:
    """Return an order with a refund that could not be paid."""
    order_id = _complete_order(service, paymentMethod=method, customer__email=email)
    response = _request_refund(service, order_id, PART)
    expect(response.status == 202, f"returned {response.status}: {response.text[:200]}")
    (refund,) = service.wait_until(order_id, _have_ended(1), LONG_TIMEOUT_SECONDS)["refunds"]
    expect(refund["status"] == "failed", f"the refund is {refund}")
    return order_id


def _request_refund(
    service: Service, order_id: str, amount: object = None, key: str | None = None
) -> Response:
    """Request a refund; without an amount, of everything that can be refunded."""
    body = {"note": "a broken cup", "operator": "acceptance"}
    return service.post(_path(order_id), body | ({"amount": amount} if amount else {}), **_key(key))


def _path(order_id: str) -> str:
    return f"/api/operations/orders/{order_id}/refund"


def _key(key: str | None = None) -> dict[str, str]:
    return {"Idempotency_Key": key or str(uuid.uuid4())}


def _have_ended(count: int) -> Callable[[dict[str, Any]], bool]:
    """Return a condition: the order has so many refunds, and none is still to be paid."""

    def condition(order: dict[str, Any]) -> bool:
        statuses = [refund["status"] for refund in order.get("refunds", [])]
        return len(statuses) == count and "requested" not in statuses

    return condition
