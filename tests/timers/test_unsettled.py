"""Recovery of units: what late calls leave in the stock of orders that have ended."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta

import azure.durable_functions as df
import pytest

from orders.domain.stock import Stock
from orders.engine.client import read_stock
from tests.builders import an_order
from tests.faults import Failing
from tests.inspection import audit, signal_stock, stock_entries, stock_level
from tests.shop import Shop
from timers import unsettled

DECLINED = an_order(payment_method="pm_card_chargeDeclined")


def kinds(shop: Shop) -> list[str]:
    """Return the kinds of the audit's findings."""
    return [finding["kind"] for finding in audit(shop)["findings"]]


@pytest.mark.parametrize(
    ("order", "units"),
    [(an_order(), (99_998, 0, 2)), (DECLINED, (100_000, 0, 0))],
    ids=["completed", "rejected"],
)
@pytest.mark.parametrize("quantity", [2, 5])
def test_late_reservation_is_released(
    shop: Shop, order: dict[str, object], units: tuple[int, int, int], quantity: int
) -> None:
    """The call was believed lost, and arrived after the order was settled."""
    order_id = shop.run(order).instance_id
    signal_stock(shop, "reserve", order_id, quantity=quantity)
    assert (stock_level(shop)["reserved"], kinds(shop)) == (quantity, ["stockNotReleased"])

    shop.let_minutes_pass(5)

    assert (stock_entries(shop), kinds(shop)) == ({}, [])
    assert tuple(stock_level(shop).values()) == units


@pytest.mark.parametrize("days", [61, 401], ids=["purged", "deleted"])
def test_late_reservation_of_an_old_order_is_released(shop: Shop, days: int) -> None:
    """Also if the store has nothing of the order but the tombstone of its ID."""
    order_id = shop.run(an_order()).instance_id
    shop.advance_days(days)
    signal_stock(shop, "reserve", order_id)

    shop.let_minutes_pass(5)

    assert tuple(stock_level(shop).values()) == (99_998, 0, 2)
    assert stock_entries(shop) == {}


def test_late_release_leaves_no_tombstone(shop: Shop) -> None:
    """Of an order of either outcome, and of a deleted one."""
    order_ids = [shop.run(order).instance_id for order in (an_order(), DECLINED, an_order())]
    shop.advance_days(1)
    shop.services.order_store.delete(order_ids[-1])
    for order_id in order_ids:
        signal_stock(shop, "release", order_id)
    assert set(stock_entries(shop).values()) == {"released"}

    shop.let_minutes_pass(5)

    assert stock_entries(shop) == {}
    assert tuple(stock_level(shop).values()) == (99_996, 0, 4)


def test_units_that_a_late_call_has_sold_are_left_to_an_operator(shop: Shop) -> None:
    """Whether they have left the warehouse is not known."""
    order_id = shop.run(an_order()).instance_id
    signal_stock(shop, "reserve", order_id)
    signal_stock(shop, "commit", order_id)

    shop.let_minutes_pass(5)
    shop.advance_days(61)

    assert stock_entries(shop) == {order_id: "sold"}
    assert kinds(shop) == ["stockNotReleased"]


def test_units_of_open_orders_are_left_alone(shop: Shop) -> None:
    """And those of orders that the store does not have, or that have just ended."""
    waiting = shop.place(an_order(payment_method="pm_sandbox_unavailable"))
    shop.app.wait_until_idle()
    signal_stock(shop, "reserve", "ord_unknown")
    ended = shop.run(DECLINED).instance_id
    signal_stock(shop, "reserve", ended)
    entries = stock_entries(shop)

    shop.run_recovery()

    assert set(entries) == {waiting, "ord_unknown", ended}
    assert stock_entries(shop) == entries


def test_fault_of_the_store_does_not_stop_the_other_products(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The next run tries again."""
    monkeypatch.setattr(unsettled, "PRODUCTS_PER_RUN", 20)
    order_id = shop.run(an_order()).instance_id
    for sku in ("BOWL-DEEP", "MUG-BLUE"):
        signal_stock(shop, "reserve", order_id, sku)
    shop.move_clock(timedelta(minutes=5))
    shop.replace_ports(order_store=Failing(shop.services.order_store, "find", before=1))

    shop.run_recovery()
    remaining = [len(stock_entries(shop, sku)) for sku in ("BOWL-DEEP", "MUG-BLUE")]
    shop.let_minutes_pass(3)

    assert sorted(remaining) == [0, 1]
    assert "the entries of BOWL-DEEP are not settled until a later run" in caplog.text
    assert stock_entries(shop, "BOWL-DEEP") == {}
    assert f"order {order_id} has ended: its 2 units of MUG-BLUE are released" in caplog.text


def write(shop: Shop, file: str, statement: str, *values: str) -> None:
    """Change a row of a database past its owner."""
    path = shop.services.settings.data_dir.parent / file
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement, values).rowcount == 1


def test_unreadable_record_does_not_stop_the_other_orders(shop: Shop) -> None:
    """What has become of its units is not known, so they are left alone."""
    unreadable, other = (shop.run(an_order()).instance_id for _ in range(2))
    for order_id in (unreadable, other):
        signal_stock(shop, "reserve", order_id)
    update = "UPDATE orders SET record = '{}' WHERE order_id = ?"
    write(shop, "orders/orders.sqlite3", update, unreadable)

    shop.let_minutes_pass(5)

    assert stock_entries(shop) == {unreadable: "reserved"}


def test_unreadable_stock_does_not_stop_the_other_products(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault that is none of ours is logged with its cause."""
    order_id = shop.run(an_order()).instance_id
    signal_stock(shop, "reserve", order_id)

    async def read_or_fail(client: df.DurableOrchestrationClient, sku: str) -> Stock | None:
        if sku == "BOWL-DEEP":
            raise ValueError("not a stock")
        return await read_stock(client, sku)

    monkeypatch.setattr(unsettled, "read_stock", read_or_fail)
    shop.let_minutes_pass(5)

    assert stock_entries(shop) == {}
    assert "the entries of BOWL-DEEP are not settled until a later run" in caplog.text


class CountingStore:
    """An order store that counts look-ups."""

    def __init__(self, store: object) -> None:
        self._store = store
        self.found: list[str] = []

    def find(self, order_id: str) -> None:
        """Find nothing."""
        self.found.append(order_id)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_each_run_looks_at_a_bounded_part_and_all_runs_at_everything(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many products, and a product with many entries, do not make a run longer."""
    monkeypatch.setattr(unsettled, "PRODUCTS_PER_RUN", 5)
    monkeypatch.setattr(unsettled, "ENTRIES_PER_PRODUCT", 3)
    order_ids = {f"ord_{number}" for number in range(10)}
    for order_id in order_ids:
        signal_stock(shop, "reserve", order_id)
    runs: list[Sequence[str]] = []
    for _ in range(40):
        store = CountingStore(shop.services.order_store)
        shop.replace_ports(order_store=store)
        shop.let_minutes_pass(1)
        runs.append(store.found)

    assert max(map(len, runs)) == 3
    assert {order_id for found in runs for order_id in found} == order_ids
