"""Stock of a product: never oversold, every unit counted once."""

import random

import pytest

from orders.domain.outcome import Reason
from orders.domain.results import Refused, Reserved, Sold
from orders.domain.stock import REMEMBERED_ADJUSTMENTS, Stock, StockAdjustment

ALREADY_UNDONE = Refused(reason=Reason.ALREADY_UNDONE)


def counts(stock: Stock) -> tuple[int, int, int]:
    """Return the units available, reserved and sold."""
    return stock.available, stock.reserved, stock.sold


def reserved_stock() -> Stock:
    """Return a stock of five units, three of them reserved for order "a"."""
    stock, _ = Stock(available=5).reserve("a", 3)
    return stock


def test_units_are_reserved_and_then_sold() -> None:
    """Units reserved for one order are not available to another."""
    reserved, result = Stock(available=5).reserve("a", 3)
    sold, sale = reserved.commit("a")

    assert (result, sale) == (Reserved(), Sold())
    assert counts(reserved) == (2, 3, 0)
    assert counts(sold) == (2, 0, 3)
    assert reserved.on_hand == 5


def test_reserve_takes_all_units_or_none() -> None:
    """A shortage reserves nothing and leaves no entry: a later attempt may succeed."""
    stock = Stock(available=2)

    after, result = stock.reserve("a", 3)

    assert result == Refused(reason=Reason.OUT_OF_STOCK)
    assert after == stock


def test_released_units_are_available_again() -> None:
    """Only the tombstone of the reservation is left."""
    assert counts(reserved_stock().release("a")) == (5, 0, 0)


def test_repeated_operation_changes_nothing() -> None:
    """The second call returns the first result."""
    reserved = reserved_stock()
    sold, _ = reserved.commit("a")

    assert reserved.reserve("a", 3) == (reserved, Reserved())
    assert sold.commit("a") == (sold, Sold())
    assert sold.reserve("a", 3) == (sold, Reserved())
    assert reserved.release("a").release("a") == reserved.release("a")


def test_late_reserve_after_release_is_refused() -> None:
    """A release leaves a tombstone, even if nothing was reserved."""
    for released in (reserved_stock().release("a"), Stock(available=5).release("a")):
        assert released.reserve("a", 3) == (released, ALREADY_UNDONE)
        assert released.commit("a") == (released, ALREADY_UNDONE)


def test_sold_units_are_not_released() -> None:
    """A late undo changes nothing."""
    sold, _ = reserved_stock().commit("a")

    assert sold.release("a") is sold


def test_commit_without_reservation_sells_nothing() -> None:
    """Units must be reserved first."""
    stock = Stock(available=5)

    assert stock.commit("a") == (stock, ALREADY_UNDONE)


@pytest.mark.parametrize(("units", "available"), [(10, 12), (-2, 0)])
def test_adjustment_counts_once(units: int, available: int) -> None:
    """Its key makes a repeat harmless."""
    adjustment = StockAdjustment(key="k", units=units, note="count")
    adjusted, done = Stock(available=2).adjust(adjustment)

    assert (adjusted.available, done) == (available, True)
    assert adjusted.adjust(adjustment) == (adjusted, True)


def test_adjustment_never_takes_reserved_units() -> None:
    """Reserved units belong to an order."""
    stock = reserved_stock()

    assert stock.adjust(StockAdjustment(key="k", units=-3, note="breakage")) == (stock, False)


def test_only_the_latest_adjustments_are_remembered() -> None:
    """The state of a product stays bounded."""
    stock = Stock(available=0)
    for n in range(REMEMBERED_ADJUSTMENTS + 5):
        stock, _ = stock.adjust(StockAdjustment(key=str(n), units=1, note="delivery"))

    assert stock.available == REMEMBERED_ADJUSTMENTS + 5
    assert stock.adjustments[0].key == "5"


def test_settled_order_leaves_only_totals() -> None:
    """Its entry is removed and its units stay sold; an open reservation is never settled."""
    reserved = reserved_stock()
    sold, _ = reserved.commit("a")

    assert counts(sold.settle("a")) == (2, 0, 3)
    assert sold.settle("a").reservations == {}
    assert reserved.settle("a") is reserved
    assert sold.settle("unknown") is sold


def test_settled_tombstone_changes_no_total() -> None:
    """Released units are not counted as sold."""
    released = reserved_stock().release("a")

    assert counts(released.settle("a")) == counts(released)
    assert released.settle("a").settled == 0


@pytest.mark.parametrize("seed", range(20))
def test_units_add_up_under_any_interleaving(seed: int) -> None:
    """No count becomes negative, and no unit is created or lost."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    stock = Stock(available=10)
    for _ in range(200):
        order_id = rng.choice("abcdefgh")
        match rng.randrange(3):
            case 0:
                stock, _ = stock.reserve(order_id, rng.randint(1, 4))
            case 1:
                stock = stock.release(order_id)
            case _:
                stock, _ = stock.commit(order_id)

        assert min(counts(stock)) >= 0
        assert sum(counts(stock)) == 10
