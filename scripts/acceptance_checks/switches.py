"""Checks of health and stop switches. They stop new orders for a moment, so they run last."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from scripts.acceptance_checks.service import (
    Check,
    Response,
    Service,
    UnexpectedError,
    an_order,
    expect,
    expect_problem,
    named,
)

PATH: Final = "/api/operations/switches"
#: Attempts to restore a switch before the check gives up.
_ATTEMPTS: Final = 10


def switch_checks() -> list[Check]:
    """Return the checks of health and stop switches."""
    return named(health_needs_no_key, new_orders_are_stopped, wrong_switches_are_refused)


def health_needs_no_key(service: Service) -> str:
    """The health of the service is shown without a key."""
    response = service.without_key().send("GET", "/api/health")
    expect(response.status == 200, f"returned {response.status}: {response.text[:200]}")
    health = response.json()
    expect(health["status"] in {"ok", "limited"}, f"the status is {health['status']}")
    expect(set(health["switches"]) == {"accept", "capture", "dispatch"}, f"shows {health}")
    return f"200, {health['status']}"


def new_orders_are_stopped(service: Service) -> str:
    """While the switch accept is off, new orders are refused and repeated ones answered."""
    key, order = str(uuid.uuid4()), an_order()
    placed = service.request_order(order, Idempotency_Key=key).json()["orderId"]
    service.wait_for_end(placed)
    with stopped(service, "accept"):
        refused = service.request_order(order)
        expect_problem(refused, 503)
        expect(refused.headers["Retry-After"], "the refusal has no Retry-After")
        expect("not-accepting-orders" in refused.text, f"the problem is {refused.text[:200]}")
        repeated = service.request_order(order, Idempotency_Key=key)
        expect(repeated.status == 202, f"the repeated request returned {repeated.status}")
        expect(repeated.json()["orderId"] == placed, "the repeated request has another order")
        health = service.send("GET", "/api/health").json()
        expect(health["status"] == "limited", f"the health is {health}")
    expect(service.request_order(order).status == 202, "the order is refused afterwards")
    return "503, repeated 202, afterwards 202"


def wrong_switches_are_refused(service: Service) -> str:
    """An unknown switch is 404, an invalid change 422."""
    change = {"on": False, "note": "a check", "operator": "acceptance"}
    unknown = expect_problem(service.put(f"{PATH}/refund", change), 404)
    expect_problem(service.put(f"{PATH}/accept", {**change, "on": "no"}), 422, "on")
    return unknown


@contextmanager
def stopped(service: Service, switch: str) -> Iterator[None]:
    """Turn a switch off for a while; then restore it, whatever happens."""
    before = service.send("GET", PATH).json()["switches"][switch]["on"]
    try:
        response = set_switch(service, switch, is_on=False)
        expect(response.status == 200, f"PUT returned {response.status}: {response.text[:200]}")
        yield
    finally:
        restore(service, switch, is_on=before)


def restore(service: Service, switch: str, *, is_on: bool) -> None:
    """Set a switch to what it was before, in several attempts."""
    last: Any = None
    for attempt in range(_ATTEMPTS):
        try:
            last = set_switch(service, switch, is_on=is_on)
            if last.status == 200:
                return
        except (OSError, ValueError) as error:
            last = error
        time.sleep(0.5 * attempt)
    raise UnexpectedError(f"the switch {switch} is not restored: {last}")


def set_switch(service: Service, switch: str, *, is_on: bool) -> Response:
    """Turn a switch on or off."""
    change = {"on": is_on, "note": "a check of the service", "operator": "acceptance"}
    return service.put(f"{PATH}/{switch}", change)
