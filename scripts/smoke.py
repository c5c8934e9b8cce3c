"""Check that a deployment serves. `scripts/smoke` runs it.

A deployment can succeed and serve no function at all. The first check that fails ends the program,
since the later ones would say less.
"""

import argparse
import logging
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.acceptance_checks.service import (
    PRICE,
    SKU,
    Service,
    UnexpectedError,
    an_order,
    expect,
    expect_problem,
    named,
)

#: A new instance starts, loads the app and gets its secrets.
START_SECONDS = 300
PAUSE_SECONDS = 5


def health(service: Service) -> str:
    """The service is healthy."""
    response = service.without_key().send("GET", "/api/health")
    expect(response.status == 200, f"GET /api/health returned {response.status}")
    return str(response.json()["status"])


def function_list(service: Service) -> str:
    """Every function of this version is there, and no other."""
    response = service.send("GET", "/admin/functions")
    expect(response.status == 200, f"GET /admin/functions returned {response.status}")
    deployed = {function["name"] for function in response.json()}
    expected = own_functions()
    missing, others = sorted(expected - deployed), sorted(deployed - expected)
    expect(not missing, f"functions are missing: {', '.join(missing)}")
    expect(not others, f"functions of another version are there: {', '.join(others)}")
    return f"{len(deployed)} functions"


def keyed_route(service: Service) -> str:
    """A route that needs a key answers."""
    return expect_problem(service.send("GET", "/api/orders/ord_unknown"), 404)


def quote(service: Service) -> str:
    """A price is calculated."""
    basket = {name: an_order()[name] for name in ("shippingAddress", "lines")}
    response = service.post("/api/quotes", basket)
    expect(response.status == 200, f"POST /api/quotes returned {response.status}: {response.text}")
    price = response.json()["lines"][0]["unitPrice"]["minor"]
    expect(price == PRICE, f"{SKU} costs {price}, in this version {PRICE}")
    return f"{SKU} costs {price}"


def order(service: Service) -> str:
    """An order is completed."""
    placed = service.request_order(an_order(), Idempotency_Key=f"smoke-{uuid.uuid4()}")
    expect(placed.status == 202, f"POST /api/orders returned {placed.status}: {placed.text}")
    ended = service.wait_for_end(placed.json()["orderId"])
    expect(ended["status"] == "completed", f"the order ended: {ended}")
    return f"{ended['orderId']} is completed"


def own_functions() -> set[str]:
    """Return the names of the functions of this version."""
    logging.disable()  # the settings that matter are those of the deployment
    import function_app  # noqa: PLC0415 - only one check needs it

    return {str(function.get_function_name()) for function in function_app.app.get_functions()}


def wait_for_start(service: Service, seconds: float) -> None:
    """Wait until the service is healthy, for a while: the checks say what is wrong then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            health(service)
        except (OSError, UnexpectedError):
            time.sleep(min(PAUSE_SECONDS, seconds))
        else:
            return


def run_checks(service: Service, checks: list[Callable[[Service], str]]) -> bool:
    """Run the checks in their order until one fails; return whether all passed."""
    for name, check in named(*checks):
        try:
            print(f"ok    {name}: {check(service)}", flush=True)
        except (OSError, UnexpectedError, LookupError) as error:
            print(f"FAIL  {name}: {error}", flush=True)
            return False
    return True


def main() -> int:
    """Run the checks; return the exit status."""
    parser = argparse.ArgumentParser("./scripts/smoke", description="Check that a service serves.")
    parser.add_argument("url", help="such as https://my-shop.azurewebsites.net")
    parser.add_argument("--order", action="store_true", help="also place an order; test modes only")
    parser.add_argument("--wait", type=float, default=START_SECONDS, help="seconds to wait for it")
    arguments = parser.parse_args()
    service = Service(arguments.url, os.environ.get("FUNCTIONS_KEY"))
    wait_for_start(service, arguments.wait)
    checks = [health, function_list, keyed_route, quote]
    return 0 if run_checks(service, [*checks, *([order] if arguments.order else [])]) else 1


if __name__ == "__main__":
    sys.exit(main())
