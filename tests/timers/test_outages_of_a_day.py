"""Outages of a day, of a partner and of the order store: all orders end by themselves."""

import pytest

from tests.builders import CAPTURE_FAILS, an_order
from tests.faults import Outage
from tests.inspection import audit
from tests.shop import Shop
from tests.waiting_orders import begin_outage, use_default_waits

A_DAY = 24 * 60


@pytest.mark.parametrize("port", ["payments", "carrier"])
def test_a_day_without_a_partner_ends_by_itself(shop: Shop, port: str) -> None:
    """Orders placed late in the outage complete; those whose day is over are rejected."""
    outage = begin_outage(shop, port)
    early = shop.place(an_order())
    canceled = shop.place(an_order())
    shop.let_minutes_pass(6 * 60)
    shop.cancel(canceled)
    late = shop.place(an_order())
    shop.let_minutes_pass(A_DAY - 6 * 60 + 30)
    outage.is_over = True
    shop.let_minutes_pass(20)

    statuses = [shop.get(order_id)["status"] for order_id in (early, canceled, late)]
    assert statuses == ["rejected", "canceled", "completed"]
    assert shop.attention_queue() == []
    assert audit(shop)["findings"] == []


def place_orders_in_every_state(shop: Shop) -> dict[str, str]:
    """Place orders that wait, are retried, and are being undone, and return their IDs."""
    use_default_waits(shop, payments=Outage(shop.payments, "reverse"))
    assert shop.set_switch("dispatch", on=False).status == 200
    ids = {
        "waits for the shop": shop.place(an_order()),
        "waits for the carrier": shop.place(an_order(postal_code="00000")),
        "waits for the gateway": shop.place(CAPTURE_FAILS),
        "waits for its undo": shop.place(an_order()),
    }
    shop.app.wait_until_idle()
    shop.cancel(ids["waits for its undo"])
    shop.let_minutes_pass(5)
    ids["is retried"] = shop.place(an_order(payment_method="pm_sandbox_unavailable2m"))
    ids["is being shipped"] = shop.place(an_order(postal_code="00003"))
    shop.app.wait_until_idle()
    return ids


def statuses(shop: Shop, ids: dict[str, str]) -> dict[str, str]:
    """Return the statuses of the orders by their names."""
    return {name: shop.get(order_id)["status"] for name, order_id in ids.items()}


def test_a_day_without_the_order_store_ends_by_itself(shop: Shop) -> None:
    """No order is placed meanwhile. None of the others is lost, and nothing is done twice."""
    ids = place_orders_in_every_state(shop)
    assert list(statuses(shop, ids).values()) == ["waiting"] * 4 + ["processing"] * 2
    outage = Outage(shop.services.order_store)
    use_default_waits(shop, order_store=outage)
    assert shop.post(an_order()).status == 503
    shop.let_minutes_pass(A_DAY)
    outage.is_over = True
    assert shop.set_switch("dispatch", on=True).status == 200

    shop.let_minutes_pass(90)

    assert statuses(shop, ids) == {
        "waits for the shop": "completed",
        "waits for the carrier": "rejected",  # its day is over
        "waits for the gateway": "rejected",
        "waits for its undo": "canceled",
        "is retried": "completed",
        "is being shipped": "completed",
    }
    assert shop.attention_queue() == []
    assert audit(shop)["findings"] == []
