"""Checks of what operators use: stock, lists, attention queue, erasure, audit."""

import uuid
from typing import Any

from scripts.acceptance_checks.service import (
    SKU,
    Check,
    Service,
    an_order,
    expect,
    expect_problem,
    named,
)


def operation_checks() -> list[Check]:
    """Return the checks of the operations, without the audit."""
    return named(stock_is_changed_once, orders_are_listed, email_is_resolved, order_is_erased)


def stock_is_changed_once(service: Service) -> str:
    """A change of stock is applied once per idempotency key."""
    path, key = f"/api/stock/{SKU}", str(uuid.uuid4())
    responses = [
        service.post(f"{path}/restock", {"quantity": 3}, Idempotency_Key=key) for _ in range(2)
    ]
    expect({response.status for response in responses} <= {200, 202}, responses[0].text)
    stock = service.send("GET", path).json()
    expect(min(stock["available"], stock["reserved"], stock["sold"]) >= 0, f"the stock is {stock}")
    return f"{stock['available']} available, {stock['reserved']} reserved, {stock['sold']} sold"


def orders_are_listed(service: Service) -> str:
    """Orders are listed in pages."""
    order_ids = [service.place(an_order()) for _ in range(2)]
    first = service.send("GET", f"/api/orders?limit=1&sku={SKU}").json()
    second = service.send("GET", first["links"]["next"]).json()
    listed = [item["orderId"] for item in (*first["orders"], *second["orders"])]
    expect(len(set(listed)) == 2, f"the pages list {listed} after {order_ids}")
    return expect_problem(service.send("GET", "/api/orders?status=lost"), 400, "status")


def email_is_resolved(service: Service) -> str:
    """A failed email is in the attention queue until an operator resolves it."""
    order_id = service.place(an_order(customer__email="ada@undeliverable.example"))
    service.wait_for_end(order_id)
    entry = find_attention(service, order_id)
    expect(entry and entry["failedSteps"] == ["sendConfirmation"], f"the entry is {entry}")
    notes = ("no address",) * 2 + ("another note",)
    statuses = [resolve(service, order_id, "skip", note) for note in notes]
    expect(statuses == [202, 202, 409], f"the resolutions returned {statuses}")
    expect(find_attention(service, order_id) is None, "the order is still in the attention queue")
    return "202, repeated 202, another resolution 409"


def order_is_erased(service: Service) -> str:
    """The personal data of an ended order is erased on request."""
    order_id = service.place(an_order())
    service.wait_for_end(order_id)
    response = service.send("POST", f"/api/operations/orders/{order_id}/erase")
    erased = response.status == 200 and response.json()["erased"]
    expect(erased, f"returned {response.status}: {response.text[:200]}")
    expect(service.get_order(order_id)["status"] == "completed", "the order is gone")
    return "erased, and still completed"


def audit_is_clean(service: Service) -> str:
    """After all other checks, the audit has no findings."""
    report = service.send("GET", "/api/operations/audit").json()
    expect(report["clean"], f"the findings are {report['findings']}")
    return f"clean, {len(report['open'])} open orders"


def resolve(service: Service, order_id: str, action: str, note: str, *steps: str) -> int:
    """Resolve these failed steps of an order, or all of them; return the HTTP status."""
    resolution = {"action": action, "note": note, "operator": "acceptance"}
    selection = {"steps": list(steps)} if steps else {}
    return service.post(f"/api/operations/attention/{order_id}", resolution | selection).status


def find_attention(service: Service, order_id: str) -> dict[str, Any] | None:
    """Return the order's entry in the attention queue, if it has one."""
    path = "/api/operations/attention?limit=100"
    while path:
        page = service.send("GET", path).json()
        for entry in page["orders"]:
            if entry["orderId"] == order_id:
                found: dict[str, Any] = entry
                return found
        path = page["links"].get("next")
    return None
