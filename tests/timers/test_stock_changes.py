"""Recovery of stock changes: each is applied once, and then leaves nothing in the engine."""

from dataclasses import replace

import pytest

import entities.stock
from api.stock import changes
from local_host.testing import Response
from orders.order_ids import stock_change_id
from tests.adapters.test_stock_changes import LEVEL, a_change
from tests.faults import FOREVER, Failing, FailingStock
from tests.inspection import audit, signal_stock, stock_level, stock_state
from tests.shop import SECRET, Shop

SKU = "MUG-BLUE"
CHANGE_ID = stock_change_id(SECRET, SKU, "k")
APPLIED = {"available": 100_020, "reserved": 0, "sold": 0}


def restock(shop: Shop) -> Response:
    """Add units to the stock."""
    headers, body = {"Idempotency-Key": "k"}, {"quantity": 20}
    return shop.app.request("POST", f"/api/stock/{SKU}/restock", json=body, headers=headers)


def test_answered_change_leaves_the_engine(shop: Shop) -> None:
    """Its orchestration is purged and the entity drops the answer, which the store has."""
    restock(shop)
    assert list(stock_state(shop)["changes"]) == [CHANGE_ID]

    shop.let_minutes_pass(2)

    with pytest.raises(LookupError):
        shop.app.get_run(CHANGE_ID)
    assert stock_state(shop)["changes"] == {}
    assert stock_level(shop) == APPLIED
    assert audit(shop)["clean"]


@pytest.mark.parametrize("fault", [{"before": 1}, {"after": 1}])
def test_change_that_failed_is_applied_without_another_request(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, fault: dict[str, int]
) -> None:
    """The caller was told to repeat it, and does not."""
    monkeypatch.setattr(entities.stock, "_apply", FailingStock("adjust", **fault))
    assert restock(shop).status == 503

    shop.let_minutes_pass(5)

    assert stock_level(shop) == APPLIED
    assert restock(shop).status == 200
    assert stock_state(shop)["changes"] == {}
    assert audit(shop)["clean"]


@pytest.mark.parametrize("method", ["find", "store_answer"])
@pytest.mark.parametrize("fault", [{"before": FOREVER}, {"after": FOREVER}])
def test_change_during_an_outage_of_the_store_is_applied_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, method: str, fault: dict[str, int]
) -> None:
    """Its orchestration fails after some retries, and recovery restarts it."""
    monkeypatch.setattr(changes, "MAX_WAIT_SECONDS", 0.0)
    failing = Failing(shop.services.stock_changes, method, **fault)
    shop.replace_ports(stock_changes=failing)
    assert restock(shop).status == 202
    shop.let_minutes_pass(10)
    assert failing.calls >= 8
    shop.restore_ports()

    shop.let_minutes_pass(10)

    assert restock(shop).json()["available"] == 100_020
    assert stock_level(shop) == APPLIED
    assert stock_state(shop)["changes"] == {}
    assert audit(shop)["clean"]


def test_late_start_of_a_change_that_is_applied_returns_its_answer(shop: Shop) -> None:
    """By a request that was delayed until the entity had dropped the answer."""
    restock(shop)
    shop.let_minutes_pass(2)
    payload = {"changeId": CHANGE_ID, "sku": SKU, "units": 20, "openingBalance": 100_000}

    run = shop.app.run("changeStock", payload, CHANGE_ID)

    assert run.output == {**APPLIED, "done": True}
    assert stock_level(shop) == APPLIED


def test_change_that_is_lost_in_the_engine_is_started(shop: Shop) -> None:
    """It is stored, and the request failed before the start."""
    stored = replace(a_change(units=20), sku=SKU, requested_at=shop.app.clock.now())
    shop.services.stock_changes.place(replace(stored, opening_balance=100_000))
    shop.run_recovery()
    assert stock_state(shop) == {}

    shop.let_minutes_pass(4)

    assert stock_level(shop) == APPLIED
    assert shop.services.stock_changes.open_changes() == ()


def test_fault_of_one_change_does_not_stop_the_others(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """The next run finishes it."""
    for number in (1, 2):
        placed = replace(a_change(number), sku=SKU, requested_at=shop.app.clock.now())
        shop.services.stock_changes.place(placed)
        shop.services.stock_changes.store_answer(placed.change_id, LEVEL)
    shop.replace_ports(stock_changes=Failing(shop.services.stock_changes, "close", before=1))

    shop.run_recovery()

    assert "stk_1 is not finished until the next run" in caplog.text
    assert [c.change_id for c in shop.services.stock_changes.open_changes()] == ["stk_1"]
    shop.run_recovery()
    assert shop.services.stock_changes.open_changes() == ()


def test_running_change_is_left_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its orchestration retries an activity."""
    monkeypatch.setattr(changes, "MAX_WAIT_SECONDS", 0.0)
    shop.replace_ports(stock_changes=Failing(shop.services.stock_changes, "find", before=3))
    restock(shop)
    shop.app.wait_until_idle()

    shop.run_recovery()

    assert shop.app.get_run(CHANGE_ID).status == "Running"
    assert shop.app.wait(CHANGE_ID).output == {**APPLIED, "done": True}


def test_change_that_the_entity_applied_twice_is_found(shop: Shop) -> None:
    """By a late call, after the answer was stored and dropped."""
    restock(shop)
    shop.let_minutes_pass(2)
    signal_stock(shop, "adjust", "-", changeId=CHANGE_ID, sku=SKU, units=20)
    signal_stock(shop, "settleChange", "-", changeId=CHANGE_ID, sku=SKU, units=20)

    (finding,) = audit(shop)["findings"]

    assert finding["kind"] == "stockInconsistent"
    assert "adjusted is 40, the stored changes add up to 20" in finding["detail"]
