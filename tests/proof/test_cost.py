"""Does docs/cost.md say what orders cost, and does a good one stay cheap?"""

import os
from typing import Any, Final

from tests.builders import a_refund, an_order
from tests.proof.costs import Cost, cost_of, document
from tests.shop import APP, Shop

DOCUMENT: Final = APP / "docs" / "cost.md"
TWO_LINES: Final = [{"sku": "MUG-BLUE", "quantity": 2}, {"sku": "BOWL-DEEP", "quantity": 1}]

ORDERS: Final[dict[str, dict[str, Any]]] = {
    "completed, two articles": an_order(lines=TWO_LINES),
    "completed, one article": an_order(),
    "completed, a flaky gateway": an_order(payment_method="pm_sandbox_flaky"),
    "rejected by a rule": an_order(quantity=101),
    "declined card": an_order(payment_method="pm_card_chargeDeclined"),
    "carrier refuses": an_order(postal_code="00001"),
}


def the_cost(shop: Shop, order_id: str) -> Cost:
    """What the order needed."""
    return cost_of(shop.app.get_stored_history(order_id))


def a_canceled_order(shop: Shop) -> str:
    """Canceled while the money was about to be held."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_flaky"))
    shop.app.settle()
    shop.app.request("POST", f"/api/orders/{order_id}/cancel")
    assert shop.app.wait(order_id).output["status"] == "canceled"
    return order_id


def a_refund_of_an_order(shop: Shop) -> str:
    """Some of the money of a completed order, paid back."""
    order_id = shop.run(an_order()).instance_id
    refund_id: str = shop.refund(order_id, a_refund(1000)).json()["refundId"]
    assert shop.app.wait(refund_id).output["status"] == "paid"
    return refund_id


def test_the_document_says_what_orders_cost(shop: Shop) -> None:
    """docs/cost.md is written by these runs."""
    costs = {name: the_cost(shop, shop.run(order).instance_id) for name, order in ORDERS.items()}
    costs["canceled at the payment"] = the_cost(shop, a_canceled_order(shop))
    costs["a refund of a completed order"] = the_cost(shop, a_refund_of_an_order(shop))
    text = document(costs)
    if os.environ.get("WRITE_DOCS"):
        DOCUMENT.write_text(text)

    assert DOCUMENT.read_text() == text


def test_a_good_order_of_two_products_stays_small(shop: Shop) -> None:
    """75 rows at most: every episode is replayed from all of them."""
    assert the_cost(shop, shop.run(an_order(lines=TWO_LINES)).instance_id).rows <= 75
