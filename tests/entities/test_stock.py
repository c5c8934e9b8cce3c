"""The stock entity: state is stored once per operation, and only if the operation succeeds."""

import logging

import pytest

import entities.stock
from tests.builders import an_order
from tests.faults import FailingStock
from tests.inspection import signal_stock
from tests.inspection import stock_state as state
from tests.shop import Shop


def test_first_operation_starts_from_the_opening_balance(shop: Shop) -> None:
    """It is part of every operation's input."""
    assert state(shop) == {}

    signal_stock(shop, "reserve", "ord_1")

    assert (state(shop)["available"], state(shop)["reserved"]) == (99_998, 2)


@pytest.mark.parametrize("operation", ["reserve", "release"])
def test_repeated_operation_changes_nothing(shop: Shop, operation: str) -> None:
    """The order's entry says that it was applied."""
    signal_stock(shop, operation, "ord_1")
    first = state(shop)

    signal_stock(shop, operation, "ord_1")

    assert state(shop) == first


def test_released_order_cannot_reserve(shop: Shop) -> None:
    """The tombstone refuses a late reservation."""
    signal_stock(shop, "release", "ord_1")
    signal_stock(shop, "reserve", "ord_1")

    assert (state(shop)["available"], state(shop)["reserved"]) == (100_000, 0)


def test_settled_order_leaves_the_entries(shop: Shop) -> None:
    """The totals include its units; a repeated settlement changes nothing."""
    order_id = shop.run(an_order(quantity=3)).instance_id

    for _ in range(2):
        assert state(shop)["reservations"] == {}
        assert (state(shop)["sold"], state(shop)["settled"]) == (3, 3)
        signal_stock(shop, "settle", order_id, quantity=3, status="sold")


@pytest.mark.parametrize("expected", [("sold", 3), ("released", 2)])
def test_entry_that_contradicts_the_settlement_stays(shop: Shop, expected: tuple[str, int]) -> None:
    """Another quantity, or another end."""
    signal_stock(shop, "reserve", "ord_1")
    signal_stock(shop, "commit", "ord_1")
    before = state(shop)

    signal_stock(shop, "settle", "ord_1", status=expected[0], quantity=expected[1])

    assert state(shop) == before


@pytest.mark.parametrize("operation", ["reserve", "unknown"])
def test_failed_operation_keeps_the_state(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault, or an operation that the entity does not have."""
    signal_stock(shop, "reserve", "ord_1")
    before = state(shop)
    monkeypatch.setattr(entities.stock, "_apply", FailingStock("reserve", before=1))

    with caplog.at_level(logging.CRITICAL):
        signal_stock(shop, operation, "ord_2")

    assert state(shop) == before
