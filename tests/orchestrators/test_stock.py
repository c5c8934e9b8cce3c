"""Do articles go to those who pay for them, and back to the shelf from those who do not?"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders import an_order
from tests.shop import Shop

SKU = "MUG-BLUE"
OTHER = "BOWL-DEEP"


def level(shop: Shop, sku: str = SKU) -> tuple[int, int, int]:
    """Available, reserved, sold, as the shop shows them."""
    shown = shop.app.request("GET", f"/api/stock/{sku}").json()
    return shown["available"], shown["reserved"], shown["sold"]


def set_available(shop: Shop, units: int, sku: str = SKU) -> None:
    """Adjust the stock to this many available units."""
    change = {"units": units - level(shop, sku)[0], "reason": "a count"}
    answer = shop.app.request(
        "POST",
        f"/api/stock/{sku}/adjust",
        json=change,
        headers={"Idempotency-Key": f"count-{units}"},
    )
    assert answer.status == 200, answer.text


def test_what_is_paid_and_shipped_is_sold(shop: Shop) -> None:
    """The opening balance comes from the catalogue; nothing had to be seeded."""
    before = level(shop)

    shop.run(an_order(quantity=3))

    assert before == (100_000, 0, 0)
    assert level(shop) == (99_997, 0, 3)


@pytest.mark.parametrize(
    "order",
    [
        an_order(payment_method="pm_card_chargeDeclined"),
        an_order(payment_method="pm_sandbox_captureUnavailable"),
        an_order(postal_code="00001"),
    ],
    ids=["declined", "capture fails", "address refused"],
)
def test_what_is_not_paid_or_shipped_goes_back(shop: Shop, order: dict[str, object]) -> None:
    """Every way to lose an order gives its articles back."""
    shop.run(order)

    assert level(shop) == (100_000, 0, 0)


def test_a_shortage_rejects_the_order_before_any_money_is_held(shop: Shop) -> None:
    """All lines or none: what was held of the first article goes back."""
    set_available(shop, 1)
    lines = [{"sku": OTHER, "quantity": 2}, {"sku": SKU, "quantity": 2}]

    run = shop.run(an_order(lines=lines))

    assert run.output == {"status": "rejected", "reason": "outOfStock"}
    assert shop.effects() == []
    assert level(shop) == (1, 0, 0)
    assert level(shop, OTHER) == (25_000, 0, 0)


def test_lines_of_one_product_are_reserved_together(shop: Shop) -> None:
    """Two lines of three units each need six."""
    set_available(shop, 5)
    lines = [{"sku": SKU, "quantity": 3}, {"sku": SKU, "quantity": 3}]

    assert shop.run(an_order(lines=lines)).output["reason"] == "outOfStock"


def test_nothing_is_oversold_in_a_race(shop: Shop) -> None:
    """Of twelve orders for the last five units, five get one."""
    set_available(shop, 5)

    with ThreadPoolExecutor(12) as pool:
        order_ids = list(pool.map(lambda _: shop.place(an_order(quantity=1)), range(12)))
    ends = [shop.app.wait(order_id).output["status"] for order_id in order_ids]

    assert sorted(ends) == ["completed"] * 5 + ["rejected"] * 7
    assert level(shop) == (0, 0, 5)


def test_an_order_that_runs_again_takes_its_products_once(shop: Shop) -> None:
    """Lost after the reservation, taken up from the start."""
    order_id = shop.place(an_order(quantity=3, payment_method="pm_sandbox_flaky"))
    shop.app.settle()
    shop.app.terminate(order_id, "its worker died")

    assert level(shop) == (99_997, 3, 0)
    assert shop.restart(order_id).output["status"] == "completed"
    assert level(shop) == (99_997, 0, 3)
