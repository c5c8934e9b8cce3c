"""Stock of an order: reserved, then sold or released, and never oversold."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import entities.stock
from tests.builders import an_order
from tests.faults import FOREVER, FailingStock
from tests.inspection import signal_stock
from tests.shop import Shop

SKU = "MUG-BLUE"
OTHER_SKU = "BOWL-DEEP"
TWO_PRODUCTS = [{"sku": OTHER_SKU, "quantity": 1}, {"sku": SKU, "quantity": 2}]


def level(shop: Shop, sku: str = SKU) -> tuple[int, int, int]:
    """Return available, reserved and sold units as the API shows them."""
    view = shop.app.request("GET", f"/api/stock/{sku}").json()
    return view["available"], view["reserved"], view["sold"]


def set_available(shop: Shop, units: int) -> None:
    """Adjust the stock to this many available units."""
    change = {"units": units - level(shop)[0], "reason": "a count"}
    path, headers = f"/api/stock/{SKU}/adjust", {"Idempotency-Key": f"count-{units}"}
    response = shop.app.request("POST", path, json=change, headers=headers)
    assert response.status == 200, response.text


def test_units_of_a_completed_order_are_sold(shop: Shop) -> None:
    """The opening balance comes from the catalogue."""
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
def test_units_of_a_rejected_order_are_released(shop: Shop, order: dict[str, object]) -> None:
    """Whatever the reason."""
    shop.run(order)

    assert level(shop) == (100_000, 0, 0)


def test_shortage_rejects_the_order_before_the_authorization(shop: Shop) -> None:
    """All lines or none: the units of the first product are released."""
    set_available(shop, 1)
    lines = [{"sku": OTHER_SKU, "quantity": 2}, {"sku": SKU, "quantity": 2}]

    run = shop.run(an_order(lines=lines))

    assert run.output == {"status": "rejected", "reason": "outOfStock"}
    assert shop.effects() == []
    assert level(shop) == (1, 0, 0)
    assert level(shop, OTHER_SKU) == (25_000, 0, 0)


def test_lines_of_one_product_are_reserved_together(shop: Shop) -> None:
    """Two lines of three units need six."""
    set_available(shop, 5)
    lines = [{"sku": SKU, "quantity": 3}, {"sku": SKU, "quantity": 3}]

    assert shop.run(an_order(lines=lines)).output["reason"] == "outOfStock"


def test_concurrent_orders_do_not_oversell(shop: Shop) -> None:
    """Of twelve orders for the last five units, five are completed."""
    set_available(shop, 5)

    with ThreadPoolExecutor(12) as pool:
        order_ids = list(pool.map(lambda _: shop.place(an_order(quantity=1)), range(12)))
    statuses = [shop.app.wait(order_id).output["status"] for order_id in order_ids]

    assert sorted(statuses) == ["completed"] * 5 + ["rejected"] * 7
    assert level(shop) == (0, 0, 5)


def test_restarted_order_reserves_its_units_once(shop: Shop) -> None:
    """The first orchestration stopped after the reservation."""
    order_id = shop.place(an_order(quantity=3, payment_method="pm_sandbox_flaky"))
    shop.app.wait_until_idle()
    shop.app.terminate(order_id, "its worker died")

    assert level(shop) == (99_997, 3, 0)
    assert shop.restart(order_id).output["status"] == "completed"
    assert level(shop) == (99_997, 0, 3)


@pytest.mark.parametrize("operation", ["reserve", "commit"])
@pytest.mark.parametrize(("before", "after"), [(2, 0), (0, 1), (1, 2)])
def test_operation_that_fails_for_a_while_is_applied_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, operation: str, before: int, after: int
) -> None:
    """The orchestrator retries it, as the host does not."""
    failing = FailingStock(operation, before=before, after=after)
    monkeypatch.setattr(entities.stock, "_apply", failing)

    run = shop.run(an_order(quantity=3))

    assert run.output["status"] == "completed"
    assert failing.calls == before + after + 1
    assert level(shop) == (99_997, 0, 3)


@pytest.mark.parametrize(
    ("order", "operation", "output"),
    [
        (an_order(), "reserve", {"status": "rejected", "reason": "unavailable"}),
        (
            an_order(),
            "commit",
            {
                "status": "needsAttention",
                "reason": "unavailable",
                "failedSteps": ["commitStock"],
            },
        ),
        (
            an_order(payment_method="pm_card_chargeDeclined"),
            "release",
            {
                "status": "needsAttention",
                "reason": "cardDeclined",
                "failedSteps": ["releaseStock"],
            },
        ),
    ],
    ids=["reserve", "commit", "release"],
)
def test_operation_that_fails_for_good_ends_the_order(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    order: dict[str, object],
    operation: str,
    output: dict[str, object],
) -> None:
    """Before the dispatch the order is undone; after it, and in an undo, it needs attention."""
    monkeypatch.setattr(entities.stock, "_apply", FailingStock(operation, before=FOREVER))

    assert shop.run(order).output == output


def test_failure_of_one_product_does_not_stop_the_release_of_the_others(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order needs attention because of the one that failed."""
    failing = FailingStock("release", before=FOREVER, quantity=1)
    with monkeypatch.context() as patch:
        patch.setattr(entities.stock, "_apply", failing)
        order = an_order(lines=TWO_PRODUCTS, payment_method="pm_card_chargeDeclined")
        run = shop.run(order)

    assert run.output["failedSteps"] == ["releaseStock"]
    assert level(shop, OTHER_SKU) == (24_999, 1, 0)
    assert level(shop) == (100_000, 0, 0)


def test_failure_of_one_product_does_not_stop_the_sale_of_the_others(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A retry sells the one that failed, and the others once."""
    failing = FailingStock("commit", before=FOREVER, quantity=1)
    with monkeypatch.context() as patch:
        patch.setattr(entities.stock, "_apply", failing)
        order_id = shop.run(an_order(lines=TWO_PRODUCTS)).instance_id
    assert (level(shop)[2], level(shop, OTHER_SKU)[2]) == (2, 0)

    shop.resolve(order_id, "retry")
    shop.app.wait(order_id)
    shop.app.wait_until_idle()

    assert (level(shop)[2], level(shop, OTHER_SKU)[2]) == (2, 1)


def test_released_units_cannot_be_sold(shop: Shop) -> None:
    """The order is dispatched already, so it needs attention."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.wait_until_idle()
    signal_stock(shop, "release", order_id)

    run = shop.app.wait(order_id)

    assert run.output == {
        "status": "needsAttention",
        "reason": "alreadyUndone",
        "failedSteps": ["commitStock"],
    }


@pytest.mark.parametrize("action", ["settledElsewhere", "skip"])
def test_resolved_sale_is_not_repeated(shop: Shop, action: str) -> None:
    """The order is then completed and confirmed."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.wait_until_idle()
    signal_stock(shop, "release", order_id)
    shop.app.wait(order_id)

    assert shop.resolve(order_id, action).status == 202
    run = shop.app.wait(order_id)

    assert run.output["status"] == "completed"
    assert shop.effects()[-1] == "confirmation"
    assert level(shop) == (100_000, 0, 0)
