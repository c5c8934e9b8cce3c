"""Settlement: when an order has ended, its units are in the totals and nothing else is left."""

from typing import Any

import pytest

import entities.stock
from orders.contracts.names import StockOperation
from orders.domain.results import Sold
from orders.domain.stock import Stock
from tests.builders import CAPTURE_FAILS, an_order
from tests.faults import FOREVER, Failing, FailingStock
from tests.inspection import (
    audit,
    signal_stock,
    stock_entries,
    stock_level,
    stock_state,
)
from tests.shop import Shop
from tests.waiting_orders import begin_outage

OTHER_SKU = "BOWL-DEEP"
TWO_PRODUCTS = [{"sku": OTHER_SKU, "quantity": 1}, {"sku": "MUG-BLUE", "quantity": 2}]
UNDELIVERABLE = "ada@undeliverable.example"


def all_entries(shop: Shop) -> list[str]:
    """Return the statuses of all entries of both products."""
    return [
        status for sku in (OTHER_SKU, "MUG-BLUE") for status in stock_entries(shop, sku).values()
    ]


@pytest.mark.parametrize(
    "order",
    [
        an_order(lines=TWO_PRODUCTS),
        an_order(lines=TWO_PRODUCTS, payment_method="pm_card_chargeDeclined"),
        an_order(lines=TWO_PRODUCTS, payment_method="pm_sandbox_captureUnavailable"),
        an_order(lines=[*TWO_PRODUCTS, {"sku": "LAMP-OAK", "quantity": 6}]),
        an_order(quantity=101),
        an_order(email=UNDELIVERABLE),
    ],
    ids=["completed", "declined", "undone", "out of stock", "invalid", "email failed"],
)
def test_ended_order_leaves_no_entry(shop: Shop, order: dict[str, Any]) -> None:
    """Whatever its outcome; products of which it reserved nothing have none either."""
    shop.run(order)
    shop.app.wait_until_idle()

    assert all_entries(shop) == []
    assert stock_entries(shop, "LAMP-OAK") == {}
    assert audit(shop)["findings"] == []


def test_state_of_a_product_does_not_grow_with_its_orders(shop: Shop) -> None:
    """All its JSON has after many orders are larger numbers."""
    shop.run(an_order())
    size = len(str(stock_state(shop)))

    for _ in range(12):
        shop.run(an_order())
        shop.run(an_order(payment_method="pm_card_chargeDeclined"))
    shop.app.wait_until_idle()

    assert stock_state(shop)["sold"] == 26
    assert len(str(stock_state(shop))) <= size + 10


@pytest.mark.parametrize(
    ("operation", "order", "status"),
    [("commit", an_order(), "completed"), ("release", CAPTURE_FAILS, "rejected")],
)
def test_order_that_needs_attention_is_settled_when_it_ends_later(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    order: dict[str, Any],
    status: str,
) -> None:
    """Until then its units stay reserved, and it is in the attention queue."""
    with monkeypatch.context() as patch:
        patch.setattr(entities.stock, "_apply", FailingStock(operation, before=FOREVER))
        order_id = shop.run(order).instance_id
    assert stock_entries(shop) == {order_id: "reserved"}
    assert len(shop.attention_queue()) == 1
    shop.let_minutes_pass(15)
    assert stock_entries(shop) == {order_id: "reserved"}

    shop.resolve(order_id, "retry")
    shop.app.wait(order_id)
    shop.app.wait_until_idle()

    assert shop.get(order_id)["status"] == status
    assert stock_entries(shop) == {}
    assert audit(shop)["clean"]


@pytest.mark.parametrize(
    ("order", "status", "units"),
    [
        (an_order(email=UNDELIVERABLE), "completed", (99_998, 0, 2)),
        (
            an_order(email=UNDELIVERABLE, payment_method="pm_card_chargeDeclined"),
            "rejected",
            (100_000, 0, 0),
        ),
    ],
)
def test_retried_email_of_a_settled_order_changes_no_units(
    shop: Shop, order: dict[str, Any], status: str, units: tuple[int, int, int]
) -> None:
    """The order is continued although its entries are gone, and keeps its status."""
    order_id = shop.run(order).instance_id
    shop.app.wait_until_idle()
    assert stock_entries(shop) == {}

    assert shop.resolve(order_id, "retry").status == 202
    run = shop.app.wait(order_id)
    shop.app.wait_until_idle()

    assert (run.output["status"], shop.get(order_id)["status"]) == (status, status)
    assert tuple(stock_level(shop).values()) == units
    assert stock_entries(shop) == {}


def test_restart_before_the_close_finds_the_entries(shop: Shop) -> None:
    """They are settled only after the outcome is recorded."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait(order_id)
    assert stock_entries(shop) == {order_id: "sold"}
    shop.restore_ports()

    assert shop.restart(order_id).output["status"] == "completed"
    shop.app.wait_until_idle()

    assert tuple(stock_level(shop).values()) == (99_998, 0, 2)
    assert stock_entries(shop) == {}


def stop_after_close(shop: Shop, order: dict[str, Any]) -> str:
    """Return an order whose orchestration stopped between its close and its settlement."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", after=FOREVER))
    order_id = shop.place(order)
    shop.app.wait_until(lambda: shop.record(order_id).outcome is not None)
    shop.app.terminate(order_id, "its worker died")
    shop.app.wait_until_idle()
    shop.restore_ports()
    return order_id


def test_restart_after_the_close_repeats_the_settlement(shop: Shop) -> None:
    """A further one does no harm."""
    order_id = stop_after_close(shop, an_order())
    assert stock_entries(shop) == {order_id: "sold"}

    for _ in range(2):
        shop.restart(order_id)
        shop.app.wait_until_idle()

        assert stock_entries(shop) == {}
        assert tuple(stock_level(shop).values()) == (99_998, 0, 2)


@pytest.mark.parametrize(
    ("order", "status", "units"),
    [
        (an_order(), "sold", (99_998, 0, 2)),
        (an_order(payment_method="pm_card_chargeDeclined"), "released", (100_000, 0, 0)),
    ],
    ids=["completed", "rejected"],
)
def test_lost_settlement_is_repeated_by_recovery(
    shop: Shop, order: dict[str, Any], status: str, units: tuple[int, int, int]
) -> None:
    """The worker died in the turn that sends it; nobody restarts an order that has ended."""
    order_id = stop_after_close(shop, order)
    assert stock_entries(shop) == {order_id: status}

    shop.let_minutes_pass(5)

    assert stock_entries(shop) == {}
    assert tuple(stock_level(shop).values()) == units
    assert audit(shop)["findings"] == []


@pytest.mark.parametrize("action", ["settledElsewhere", "skip"])
def test_reserved_units_of_a_resolved_order_are_found(shop: Shop, action: str) -> None:
    """An operator resolved the refund, which says nothing of the units."""
    shop.replace_ports(payments=Failing(shop.payments, "reverse", before=FOREVER))
    order_id = shop.run(CAPTURE_FAILS).instance_id
    assert shop.resolve(order_id, action).status == 202
    shop.app.wait(order_id)
    shop.app.wait_until_idle()
    assert (stock_entries(shop), audit(shop)["findings"]) == ({}, [])

    signal_stock(shop, "reserve", order_id)

    (finding,) = audit(shop)["findings"]
    assert (finding["kind"], finding["orders"]) == ("stockNotReleased", [order_id])


@pytest.mark.parametrize(
    ("port", "method"),
    [("payments", "authorize"), ("carrier", "book"), ("payments", "capture")],
)
@pytest.mark.parametrize("is_canceled", [False, True], ids=["expires", "canceled"])
def test_reservation_ends_with_the_wait_of_its_order(
    shop: Shop, port: str, method: str, *, is_canceled: bool
) -> None:
    """As long as the order waits its units are held; then they are available again."""
    begin_outage(shop, port, method)
    order_id = shop.place(an_order())
    shop.let_minutes_pass(10 * 60)
    assert (shop.get(order_id)["status"], stock_level(shop)["reserved"]) == ("waiting", 2)

    if is_canceled:
        shop.cancel(order_id)
    shop.let_minutes_pass(1 if is_canceled else 15 * 60)

    assert shop.get(order_id)["status"] == ("canceled" if is_canceled else "rejected")
    assert tuple(stock_level(shop).values()) == (100_000, 0, 0)
    assert (stock_entries(shop), audit(shop)["findings"]) == ({}, [])


def test_reservation_that_outlasts_a_wait_is_in_the_attention_queue(shop: Shop) -> None:
    """A paid order is not undone when its dispatch fails for days."""
    begin_outage(shop, "carrier", "dispatch")
    order_id = shop.place(an_order())
    shop.advance_days(6)
    shop.app.wait(order_id)

    assert stock_entries(shop) == {order_id: "reserved"}
    assert [entry["failedSteps"] for entry in shop.attention_queue()] == [["dispatchOrder"]]


class Untrue:
    """A stock entity that answers a sale without recording it."""

    def __init__(self) -> None:
        self._apply = entities.stock._apply

    def __call__(
        self, stock: Stock, operation: StockOperation, payload: object
    ) -> tuple[Stock, Any]:
        """Apply every other operation."""
        if operation is StockOperation.COMMIT:
            return stock, Sold(reservation=1)
        return self._apply(stock, operation, payload)


@pytest.mark.parametrize("days", [0, 20, 70])
def test_completed_order_whose_units_are_not_sold_is_found(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """Its entry contradicts the settlement and stays, however often that is repeated."""
    with monkeypatch.context() as patch:
        patch.setattr(entities.stock, "_apply", Untrue())
        order_id = shop.run(an_order()).instance_id
    shop.let_minutes_pass(10)
    shop.advance_days(days)

    assert stock_entries(shop) == {order_id: "reserved"}
    findings = audit(shop)["findings"]
    assert ("stockNotSold", [order_id]) in [(f["kind"], f["orders"]) for f in findings]
