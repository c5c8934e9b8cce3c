"""Checks of orders: each ends as the sandbox's magic values demand, and everything happens once."""

import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scripts.acceptance_checks.service import (
    DISCONTINUED,
    FINAL_STATUSES,
    PRICE,
    SCARCE,
    SHIPPING,
    SKU,
    Check,
    Service,
    UnexpectedError,
    an_order,
    expect,
    named,
)


def order_checks() -> list[Check]:
    """Return the checks of orders, the longest ones first."""
    return [
        *named(failed_email),
        *_completed_after_faults(),
        *named(concurrent_requests, valid_order, step_in_progress, steps_left_out),
        *named(quote, all_problems, shipment, repeated_request, cancellation_after_capture),
        *_rejected(),
    ]


def _completed_after_faults() -> list[Check]:
    orders = [
        ("a lost authorization request", an_order(paymentMethod="pm_sandbox_timeoutBeforeEffect")),
        ("lost replies to the capture", an_order(paymentMethod="pm_sandbox_captureAnswerLost")),
        ("a flaky gateway", an_order(paymentMethod="pm_sandbox_flaky")),
        ("a lost authorization reply", an_order(paymentMethod="pm_sandbox_timeoutAfterEffect")),
        ("a lost booking reply", an_order(shippingAddress__postalCode="00002")),
        ("a slow booking", an_order(shippingAddress__postalCode="00003")),
    ]
    return [
        (f"An order with {fault} is completed", ends_with(order, "completed"))
        for fault, order in orders
    ]


def _rejected() -> list[Check]:
    orders = [
        ("cardDeclined", an_order(paymentMethod="pm_card_chargeDeclined")),
        ("insufficientFunds", an_order(paymentMethod="pm_card_chargeDeclinedInsufficientFunds")),
        ("expiredCard", an_order(paymentMethod="pm_card_chargeDeclinedExpiredCard")),
        ("unknownPaymentMethod", an_order(paymentMethod="pm_card_nobody_knows")),
        ("captureRefused", an_order(paymentMethod="pm_sandbox_captureRefused")),
        ("addressRefused", an_order(shippingAddress__postalCode="00001")),
        ("quantityAboveLimit", an_order(lines=[{"sku": SKU, "quantity": 101}])),
        ("countryNotServed", an_order(shippingAddress__country="AQ")),
        ("outOfStock", an_order(lines=[{"sku": SCARCE, "quantity": 99}])),
        ("discontinued", an_order(lines=[{"sku": DISCONTINUED, "quantity": 1}])),
    ]
    return [
        (f"An order is rejected with the reason {reason}", ends_with(order, "rejected", reason))
        for reason, order in orders
    ]


def ends_with(
    order: dict[str, Any], status: str, reason: str | None = None
) -> Callable[[Service], str]:
    """Return a check that an order ends with this status and reason."""

    def check(service: Service) -> str:
        ended = service.wait_for_end(service.place(order))
        expect((ended["status"], ended.get("reason")) == (status, reason), f"the order is {ended}")
        expect(("trackingNumber" in ended) == (status == "completed"), f"the order is {ended}")
        return f"{status}, {reason or ended['trackingNumber']}"

    return check


def valid_order(service: Service) -> str:
    """A valid order is accepted and completed with a tracking number."""
    response = service.request_order(an_order(reference="A-1", note="please ring"))
    expect(response.status == 202, f"POST returned {response.status}: {response.text[:200]}")
    order_id = response.json()["orderId"]
    expect(response.headers["Location"] == f"/api/orders/{order_id}", "no Location of the order")
    expect(response.headers["Retry-After"] is not None, "no Retry-After")
    expect(response.headers["Cache-Control"] == "no-store", "the response may be cached")
    expect("/runtime/webhooks" not in response.text, "the response has management URLs")
    order = service.wait_for_end(order_id)
    expect(order["status"] == "completed", f"the order is {order}")
    expect(order["endedAt"].endswith("Z"), f"endedAt is {order['endedAt']}")
    expect(order["total"]["minor"] == 2 * PRICE + SHIPPING["standard"], f"it costs {order}")
    expect("Acceptance" not in json.dumps(order), "the order shows personal data")
    return f"{order_id}, tracking number {order['trackingNumber']}"


def step_in_progress(service: Service) -> str:
    """A processing order shows the step that is retried."""
    order_id = service.place(an_order(paymentMethod="pm_sandbox_unavailable9s"))
    for _ in range(100):
        order = service.get_order(order_id)
        if order["status"] == "processing" and order.get("step") == "processPayment":
            return f"{order['step']}: {order['text']}"
        time.sleep(0.3)
    raise UnexpectedError(f"the order is {order}")


def steps_left_out(service: Service) -> str:
    """The steps of an order can be left out."""
    order_id = service.place(an_order())
    full = service.wait_for_end(order_id)
    short = service.get_order(order_id, "?steps=false")
    steps = full.pop("steps")
    expect(short == full, f"the order is {short} instead of {full}")
    return f"{len(steps)} steps, or none"


def failed_email(service: Service) -> str:
    """An order whose confirmation cannot be sent is completed with a note."""
    order = an_order(customer__email="ada@undeliverable.example")
    ended = service.wait_for_end(service.place(order))
    expect(ended["status"] == "completed" and ended.get("notes"), f"the order is {ended}")
    return f"completed, {ended['notes'][0]}"


def quote(service: Service) -> str:
    """An order costs what its quote said; another expected total is refused."""
    order = an_order(shippingMethod="express")
    total = service.post("/api/quotes", order).json()["total"]
    expect(total["minor"] == 2 * PRICE + SHIPPING["express"], f"the quote is {total}")
    other = {**total, "minor": total["minor"] - 1}
    refused = service.request_order({**order, "expectedTotal": other})
    expect(refused.status == 409, f"another total returned {refused.status}")
    expect(refused.json()["quote"]["total"] == total, refused.text[:200])
    ended = service.wait_for_end(service.place({**order, "expectedTotal": total}))
    expect(ended["total"] == total, f"the order costs {ended['total']}")
    return f"total {total['minor']} in minor units of {total['currency']}"


def all_problems(service: Service) -> str:
    """A rejected order shows all its problems, with their lines."""
    lines = [{"sku": SKU, "quantity": 101}, {"sku": DISCONTINUED, "quantity": 1}]
    order = an_order(lines=lines, shippingAddress__country="AQ")
    ended = service.wait_for_end(service.place(order))
    problems = [(item["reason"], item.get("line")) for item in ended.get("problems", [])]
    expected = [("countryNotServed", None), ("quantityAboveLimit", 1), ("discontinued", 2)]
    expect(problems == expected, f"the problems are {problems}")
    return ", ".join(reason for reason, _ in problems)


def shipment(service: Service) -> str:
    """The shipment of a completed order can be tracked."""
    order_id = service.place(an_order())
    number = service.wait_for_end(order_id)["trackingNumber"]
    tracked = service.send("GET", f"/api/orders/{order_id}/shipment").json()
    expect(
        (tracked["status"], tracked["trackingNumber"]) == ("dispatched", number),
        f"the shipment is {tracked}",
    )
    return f"{number} is {tracked['status']}"


def repeated_request(service: Service) -> str:
    """A repeated request returns the same order, also after its end."""
    key, order = str(uuid.uuid4()), an_order()
    order_id: str = service.request_order(order, Idempotency_Key=key).json()["orderId"]
    service.wait_for_end(order_id)
    repeated = service.request_order(order, Idempotency_Key=key)
    expect((repeated.status, repeated.json()["orderId"]) == (202, order_id), repeated.text)
    expect(repeated.headers["Idempotent-Replayed"] == "true", "no header Idempotent-Replayed")
    return order_id


def concurrent_requests(service: Service) -> str:
    """Twenty concurrent requests with one key create one order."""
    key, order = str(uuid.uuid4()), an_order()
    with ThreadPoolExecutor(20) as pool:
        responses = list(
            pool.map(lambda _: service.request_order(order, Idempotency_Key=key), range(20))
        )
    statuses = {response.status for response in responses}
    expect(statuses == {202}, f"the requests returned {statuses}")
    order_ids = {response.json()["orderId"] for response in responses}
    expect(len(order_ids) == 1, f"{len(order_ids)} orders")
    ended = service.wait_for_end(order_ids.pop())
    expect(ended["status"] == "completed", f"the order is {ended}")
    return f"one order, {ended['trackingNumber']}"


def cancellation_after_capture(service: Service) -> str:
    """An order that is canceled after the capture is refunded."""
    for _ in range(20):  # with a fast clock, an order may be completed before it is canceled
        order_id = service.place(an_order(paymentMethod="pm_sandbox_captureAnswerLost"))
        while (order := service.get_order(order_id))["status"] not in FINAL_STATUSES:
            if ("capturePayment", "failed") in _results(order):
                break
        if service.send("POST", f"/api/orders/{order_id}/cancel").status == 202:
            break
    ended = service.wait_for_end(order_id)
    outcome = (ended["status"], ended.get("reason"))
    expect(outcome == ("canceled", "canceled"), f"the order is {ended}")
    done = {step for step, result in _results(ended) if result == "done"}
    expect(done >= {"reversePayment", "sendOutcomeEmail"}, f"the steps are {done}")
    return "canceled, refunded and emailed"


def _results(order: dict[str, Any]) -> set[tuple[str, str]]:
    return {(step["step"], step["result"]) for step in order.get("steps", [])}
