"""Cost of orders: docs/cost.md matches the code, and a completed order stays cheap."""

import os
from typing import Any, Final

from tests.builders import a_refund, an_order
from tests.docs.order_cost import Cost, cost_of, document
from tests.shop import APP, Shop

DOCUMENT: Final = APP / "docs" / "cost.md"
TWO_LINES: Final = [{"sku": "MUG-BLUE", "quantity": 2}, {"sku": "BOWL-DEEP", "quantity": 1}]

ORDERS: Final[dict[str, dict[str, Any]]] = {
    "completed, two products": an_order(lines=TWO_LINES),
    "completed, one product": an_order(),
    "completed, payment retried twice": an_order(payment_method="pm_sandbox_flaky"),
    "rejected by a rule": an_order(quantity=101),
    "card declined": an_order(payment_method="pm_card_chargeDeclined"),
    "address refused": an_order(postal_code="00001"),
}


def measure(shop: Shop, instance_id: str) -> Cost:
    """Return the cost of an instance that has ended."""
    return cost_of(shop.app.get_stored_history(instance_id))


def run_canceled_order(shop: Shop) -> str:
    """Cancel an order while its payment is retried, and return its ID."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_flaky"))
    shop.app.wait_until_idle()
    shop.cancel(order_id)
    assert shop.app.wait(order_id).output["status"] == "canceled"
    return order_id


def run_waiting_order(shop: Shop) -> str:
    """Let an order wait for the payment gateway once, and return its ID."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_unavailable60s"))
    assert shop.app.wait(order_id).output["status"] == "completed"
    assert shop.record(order_id).last_wait_ended_at is not None
    return order_id


def run_refund(shop: Shop) -> str:
    """Refund a part of a completed order, and return the refund's ID."""
    order_id = shop.run(an_order()).instance_id
    refund_id = shop.request_refund(order_id, a_refund(1000))
    assert shop.app.wait(refund_id).output["status"] == "paid"
    return refund_id


def test_the_document_shows_what_orders_cost(shop: Shop) -> None:
    """docs/cost.md equals what these orders cost."""
    costs = {name: measure(shop, shop.run(order).instance_id) for name, order in ORDERS.items()}
    costs["canceled at the payment"] = measure(shop, run_canceled_order(shop))
    costs["completed, waited once for the gateway"] = measure(shop, run_waiting_order(shop))
    costs["refund of a completed order"] = measure(shop, run_refund(shop))
    text = document(costs)
    if os.environ.get("WRITE_DOCS"):
        DOCUMENT.write_text(text)

    assert DOCUMENT.read_text() == text


def test_a_completed_order_of_two_products_has_a_short_history(shop: Shop) -> None:
    """The history has 75 rows at most, because every turn replays all of them."""
    assert measure(shop, shop.run(an_order(lines=TWO_LINES)).instance_id).rows <= 75
