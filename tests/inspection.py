"""Audit, emails and stock of a running shop: read them; change the stock outside of any order."""

import json
from typing import Any

from orders.domain.stock import ReservationStatus
from tests.shop import MANAGEMENT_API, Shop

SKU = "MUG-BLUE"
RELEASED = ReservationStatus.RELEASED


def audit(shop: Shop) -> dict[str, Any]:
    """Return the report of the audit."""
    response = shop.app.request("GET", "/api/operations/audit")
    assert response.status == 200, response.text
    report: dict[str, Any] = response.json()
    return report


def email_kinds(shop: Shop) -> list[str]:
    """Return the kinds of all emails; the kind of a refund's email is `refund`."""
    return ["refund" if email.kind.startswith("rfd_") else email.kind for email in shop.emails()]


def signal_stock(
    shop: Shop, operation: str, order_id: str, sku: str = SKU, /, **more: int | str
) -> None:
    """Signal an operation of the stock entity, as a late call of an order would."""
    payload = {"orderId": order_id, "openingBalance": 100_000, "quantity": 2, **more}
    path = f"{MANAGEMENT_API}/entities/stock/{sku}?op={operation}"
    assert shop.app.request("POST", path, json=json.dumps(payload)).status == 202
    shop.app.wait_until_idle()


def stock_level(shop: Shop, sku: str = SKU) -> dict[str, int]:
    """Return the units of a product that are available, reserved and sold."""
    stock = shop.app.request("GET", f"/api/stock/{sku}").json()
    return {name: stock[name] for name in ("available", "reserved", "sold")}


def stock_state(shop: Shop, sku: str = SKU) -> dict[str, Any]:
    """Return the state of the stock entity; empty before its first operation."""
    response = shop.app.request("GET", f"{MANAGEMENT_API}/entities/stock/{sku}")
    state: dict[str, Any] = response.json() if response.status == 200 else {}
    return state


def stock_entries(shop: Shop, sku: str = SKU) -> dict[str, str]:
    """Return the entries of the stock entity: the status of each order that is not settled."""
    entries = stock_state(shop, sku).get("reservations", {})
    return {order_id: entry["status"] for order_id, entry in entries.items()}


def has_released_stock(shop: Shop) -> bool:
    """Whether units of the product were reserved for an order and released."""
    state = stock_state(shop) or {"reservations": {}, "released": 0}
    released = [r for r in state["reservations"].values() if r["status"] == RELEASED]
    return bool(state["released"]) or any(entry["quantity"] for entry in released)


def take_available_stock(shop: Shop) -> None:
    """Take all available units of the product out of the stock."""
    adjustment = {"units": -stock_level(shop)["available"], "reason": "a flood"}
    path, headers = f"/api/stock/{SKU}/adjust", {"Idempotency-Key": "flood"}
    assert shop.app.request("POST", path, json=adjustment, headers=headers).status == 200
