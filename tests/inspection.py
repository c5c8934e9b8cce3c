"""Audit, emails and stock of a running shop: read them; change the stock outside of any order."""

import json
from typing import Any

from orders.domain.stock import ReservationStatus
from tests.shop import MANAGEMENT_API, Shop

SKU = "MUG-BLUE"


def audit(shop: Shop) -> dict[str, Any]:
    """Return the report of the audit."""
    response = shop.app.request("GET", "/api/operations/audit")
    assert response.status == 200, response.text
    report: dict[str, Any] = response.json()
    return report


def email_kinds(shop: Shop) -> list[str]:
    """Return the kinds of all emails; the kind of a refund's email is `refund`."""
    return ["refund" if email.kind.startswith("rfd_") else email.kind for email in shop.emails()]


def signal_stock(shop: Shop, operation: str, order_id: str, sku: str = SKU) -> None:
    """Signal an operation of the stock entity, as a late call of an order would."""
    payload = {"orderId": order_id, "openingBalance": 100_000, "quantity": 2}
    path = f"{MANAGEMENT_API}/entities/stock/{sku}?op={operation}"
    assert shop.app.request("POST", path, json=json.dumps(payload)).status == 202
    shop.app.wait_until_idle()


def stock_level(shop: Shop, sku: str = SKU) -> dict[str, int]:
    """Return the units of a product that are available, reserved and sold."""
    stock = shop.app.request("GET", f"/api/stock/{sku}").json()
    return {name: stock[name] for name in ("available", "reserved", "sold")}


def has_released_stock(shop: Shop) -> bool:
    """Whether units of the product were reserved for an order and released."""
    response = shop.app.request("GET", f"{MANAGEMENT_API}/entities/stock/{SKU}")
    reservations = response.json()["reservations"].values() if response.status == 200 else ()
    return any(r["status"] == ReservationStatus.RELEASED and r["quantity"] for r in reservations)


def take_available_stock(shop: Shop) -> None:
    """Take all available units of the product out of the stock."""
    adjustment = {"units": -stock_level(shop)["available"], "reason": "a flood"}
    path, headers = f"/api/stock/{SKU}/adjust", {"Idempotency-Key": "flood"}
    assert shop.app.request("POST", path, json=adjustment, headers=headers).status == 200
