"""Can those who run the shop see what is in it, decide, erase, and trust that it adds up?"""

import uuid
from typing import Any

from scripts.acceptance_service import SKU, Check, Service, an_order, expect, expect_problem, titled


def operation_checks() -> list[Check]:
    """What the shop's own people ask for."""
    return titled(stock_follows, listed, decided, erased)


def stock_follows(service: Service) -> str:
    """Stock is changed once per key."""
    path, key = f"/api/stock/{SKU}", str(uuid.uuid4())
    answers = [
        service.post(f"{path}/restock", {"quantity": 3}, Idempotency_Key=key) for _ in range(2)
    ]
    expect({answer.status for answer in answers} <= {200, 202}, answers[0].text)
    shown = service.send("GET", path).json()
    expect(min(shown["available"], shown["reserved"], shown["sold"]) >= 0, f"shows {shown}")
    return f"{shown['available']} available, {shown['reserved']} reserved, {shown['sold']} sold"


def listed(service: Service) -> str:
    """Orders are listed a page at a time."""
    orders = [service.place(an_order()) for _ in range(2)]
    first = service.send("GET", f"/api/orders?limit=1&sku={SKU}").json()
    second = service.send("GET", first["links"]["next"]).json()
    shown = [line["orderId"] for line in (*first["orders"], *second["orders"])]
    expect(len(set(shown)) == 2, f"the pages show {shown} after {orders}")
    return expect_problem(service.send("GET", "/api/orders?status=lost"), 400, "status")


def decided(service: Service) -> str:
    """A failed mail lies on the desk until a person decides."""
    order_id = service.place(an_order(customer__email="ada@undeliverable.example"))
    service.end_of(order_id)
    statuses = [decide(service, order_id, "skip", note) for note in ("no address",) * 2 + ("so",)]
    expect(statuses == [202, 202, 409], f"the decisions were answered {statuses}")
    return "202, repeated 202, another one 409"


def erased(service: Service) -> str:
    """An order is erased on request, once it ended."""
    order_id = service.place(an_order())
    service.end_of(order_id)
    answer = service.send("POST", f"/api/operations/orders/{order_id}/erase")
    expect(answer.status == 200 and answer.json()["erased"], f"answered {answer.status}")
    expect(service.look(order_id)["status"] == "completed", "the order is gone")
    return "erased, and still completed"


def adds_up(service: Service) -> str:
    """After all of this, the audit finds nothing."""
    report = service.send("GET", "/api/operations/audit").json()
    expect(report["clean"], f"it finds {report['findings']}")
    return f"clean, {len(report['open'])} orders open"


def decide(service: Service, order_id: str, action: str, note: str, *steps: str) -> int:
    """Decide about all failed steps of an order, or about some of them; the status."""
    resolution = {"action": action, "note": note, "operator": "acceptance"}
    about = {"steps": list(steps)} if steps else {}
    return service.post(f"/api/operations/attention/{order_id}", resolution | about).status


def on_the_desk(service: Service, order_id: str) -> dict[str, Any] | None:
    """What the desk says of an order; None where it needs nobody."""
    path = "/api/operations/attention?limit=100"
    while path:
        page = service.send("GET", path).json()
        for entry in page["orders"]:
            if entry["orderId"] == order_id:
                found: dict[str, Any] = entry
                return found
        path = page["links"].get("next")
    return None
