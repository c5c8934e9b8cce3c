"""Checks of orders that wait: for a partner that is unavailable, or for a step that is off."""

import time
from collections.abc import Callable
from typing import Any, Final

from scripts.acceptance_checks.service import (
    FINAL_STATUSES,
    LONG_TIMEOUT_SECONDS,
    TIMEOUT_SECONDS,
    Check,
    Service,
    UnexpectedError,
    an_order,
    expect,
    named,
)
from scripts.acceptance_checks.switches import stopped

#: Longer than the retries of a step are apart, shorter than they last.
OUTAGE: Final = "40s"
#: Attempts of a step before its order waits.
RETRIES: Final = 8


def wait_checks(*, slow: bool) -> list[Check]:
    """Return the checks of orders that wait for a partner, the slow ones first."""
    return [*(_slow_checks() if slow else []), *_checks()]


def _slow_checks() -> list[Check]:
    dispatch = an_order(shippingAddress__postalCode="00006")
    return [
        (
            "An order whose dispatch fails for ten minutes waits, then completes",
            waits_then_completes(dispatch, "dispatchOrder", "attention", LONG_TIMEOUT_SECONDS),
        ),
        *named(undo_waits),
    ]


def _checks() -> list[Check]:
    outages = {
        "processPayment": an_order(paymentMethod=f"pm_sandbox_unavailable{OUTAGE}"),
        "capturePayment": an_order(paymentMethod=f"pm_sandbox_captureUnavailable{OUTAGE}"),
    }
    canceled = {
        "processPayment": an_order(paymentMethod="pm_sandbox_unavailable"),
        "capturePayment": an_order(paymentMethod="pm_sandbox_captureUnavailable"),
        "shipOrder": an_order(shippingAddress__postalCode="00000"),
    }
    return [
        *(
            (
                f"An order waits for its step {step}, then completes",
                waits_then_completes(order, step),
            )
            for step, order in outages.items()
        ),
        *(
            (
                f"An order that waits for its step {step} is canceled",
                waits_then_cancels(order, step),
            )
            for step, order in canceled.items()
        ),
    ]


def waits_then_completes(
    order: dict[str, Any], step: str, then: str = "undo", timeout: float = TIMEOUT_SECONDS
) -> Callable[[Service], str]:
    """Return a check that an order waits and goes on by itself."""

    def check(service: Service) -> str:
        waits: list[dict[str, Any]] = []  # empty with a fast clock: the wait is over too soon

        def has_ended(order: dict[str, Any]) -> bool:
            waits.extend([order["waiting"]] if "waiting" in order else [])
            return order["status"] in FINAL_STATUSES

        ended = service.wait_until(service.place(order), has_ended, timeout)
        expect(ended["status"] == "completed", f"the order is {ended}")
        for wait in waits:
            expect((wait["step"], wait["then"]) == (step, then), f"the wait is {wait}")
        failures = [item for item in ended["steps"] if item["result"] == "failed"]
        expect(len(failures) >= RETRIES, f"the step failed {len(failures)} times only")
        return f"waited, tracking number {ended['trackingNumber']}"

    return check


def waits_then_cancels(order: dict[str, Any], step: str) -> Callable[[Service], str]:
    """Return a check that a waiting order is listed, can be canceled, and is undone at once."""

    def check(service: Service) -> str:
        order_id = service.place(order)
        waiting = wait_for_wait(service, order_id)
        expect(waiting["step"] == step, f"the wait is {waiting}")
        expect(waiting["since"] < waiting["until"], f"the wait is {waiting}")
        listed = service.send("GET", "/api/orders?status=waiting&limit=100").json()["orders"]
        expect(order_id in [item["orderId"] for item in listed], "the order is not listed")
        return cancel(service, order_id)

    return check


def undo_waits(service: Service) -> str:
    """An undo whose partner is unavailable waits too, and ends with attention."""
    order_id = service.place(an_order(paymentMethod="pm_sandbox_undoUnavailable"))
    wait_for_wait(service, order_id)
    response = service.send("POST", f"/api/orders/{order_id}/cancel")
    expect(response.status == 202, f"the cancellation returned {response.status}")
    deadline = time.monotonic() + LONG_TIMEOUT_SECONDS
    waiting = None
    while waiting is None or waiting["step"] != "reversePayment":
        expect(time.monotonic() < deadline, f"the wait is {waiting}")
        time.sleep(2)
        waiting = service.get_order(order_id, "?steps=false").get("waiting")
    expect(waiting["then"] == "attention", f"the wait is {waiting}")
    return f"waits until {waiting['until']}"


def step_is_switched_off(service: Service) -> str:
    """While captures are switched off, orders wait for the shop and can be canceled."""
    with stopped(service, "capture"):
        order_id = service.place(an_order())
        waiting = wait_for_wait(service, order_id)
        expected = ("shop", "capturePayment")
        expect((waiting["waitingFor"], waiting["step"]) == expected, f"the wait is {waiting}")
        return cancel(service, order_id)


def cancel(service: Service, order_id: str) -> str:
    """Cancel a waiting order, and wait until it is undone."""
    response = service.send("POST", f"/api/orders/{order_id}/cancel")
    expect(response.status == 202, f"the cancellation returned {response.status}")
    ended = service.wait_for_end(order_id)
    expect(ended["status"] == "canceled", f"the order is {ended}")
    return "waited, and canceled"


def wait_for_wait(
    service: Service, order_id: str, timeout: float = TIMEOUT_SECONDS
) -> dict[str, Any]:
    """Return the wait of an order once it waits."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        order = service.get_order(order_id, "?steps=false")
        if order["status"] == "waiting":
            waiting: dict[str, Any] = order["waiting"]
            return waiting
        time.sleep(0.3)
    raise UnexpectedError(f"after {timeout} s the order does not wait: {order}")
