"""How does a test look and reach behind the shop's counter?"""

import json
from typing import Any

from tests.shop import Shop

SKU = "MUG-BLUE"


def the_audit(shop: Shop) -> dict[str, Any]:
    """What the audit says."""
    answer = shop.app.request("GET", "/api/operations/audit")
    assert answer.status == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def signal(shop: Shop, operation: str, order_id: str, sku: str = SKU) -> None:
    """Ask the stock for something behind the order's back."""
    asked = {"orderId": order_id, "openingBalance": 100_000, "quantity": 2}
    path = f"/runtime/webhooks/durabletask/entities/stock/{sku}?op={operation}"
    assert shop.app.request("POST", path, json=json.dumps(asked)).status == 202
    shop.app.settle()


def level(shop: Shop, sku: str = SKU) -> dict[str, int]:
    """How much there is of the article."""
    shown = shop.app.request("GET", f"/api/stock/{sku}").json()
    return {name: shown[name] for name in ("available", "reserved", "sold")}


def given_back(shop: Shop, sku: str = SKU) -> bool:
    """Whether an order had units of the article and lost them."""
    answer = shop.app.request("GET", f"/runtime/webhooks/durabletask/entities/stock/{sku}")
    entries = answer.json().get("entries", {}) if answer.status == 200 else {}
    return any(e["share"] == "dispatched" and e["quantity"] for e in entries.values())


def empty_the_shelf(shop: Shop, sku: str = SKU) -> None:
    """Take all units that nobody has reserved."""
    change = {"units": -level(shop, sku)["available"], "reason": "a flood"}
    path, key = f"/api/stock/{sku}/adjust", {"Idempotency-Key": "flood"}
    assert shop.app.request("POST", path, json=change, headers=key).status == 200
