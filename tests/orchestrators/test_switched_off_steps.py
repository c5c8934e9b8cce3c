"""Orders whose next step is switched off: they wait until it is switched on."""

import pytest

from tests.builders import an_order
from tests.inspection import audit
from tests.shop import COMPLETED_EFFECTS, Shop
from tests.waiting_orders import use_default_waits


@pytest.mark.parametrize(
    ("switch", "step", "then", "effects"),
    [
        ("capture", "capturePayment", "undo", ["authorized", "booked"]),
        ("dispatch", "dispatchOrder", "attention", ["authorized", "captured", "booked"]),
    ],
)
def test_orders_wait_while_a_step_is_switched_off(
    shop: Shop, switch: str, step: str, then: str, effects: list[str]
) -> None:
    """At once, for days if need be, and go on a minute after it is switched on."""
    use_default_waits(shop)
    assert shop.set_switch(switch, on=False).status == 200
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()

    view = shop.get(order_id)["waiting"]
    assert (view["waitingFor"], view["step"], view["then"]) == ("shop", step, then)
    shop.advance_days(2)
    assert shop.get(order_id)["status"] == "waiting"
    assert shop.effects() == effects
    assert shop.set_switch(switch, on=True).status == 200
    shop.let_minutes_pass(1)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


@pytest.mark.parametrize("switch", ["capture", "dispatch"])
def test_order_that_waits_for_the_shop_can_be_canceled(shop: Shop, switch: str) -> None:
    """A captured payment is refunded."""
    assert shop.set_switch(switch, on=False).status == 200
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()

    assert shop.cancel(order_id).status == 202
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "canceled"
    assert audit(shop)["findings"] == []
