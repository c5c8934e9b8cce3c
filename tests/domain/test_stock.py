"""Stock of a product: never oversold, every unit counted once."""

import random
from dataclasses import replace

import pytest

from orders.domain.outcome import Reason
from orders.domain.results import Refused, Reserved, Sold
from orders.domain.stock import ExpectedUnits, ReservationStatus, Stock, StockLevel

ALREADY_UNDONE = Refused(reason=Reason.ALREADY_UNDONE)
SOLD = ExpectedUnits(quantity=3, status=ReservationStatus.SOLD, number=1)
RESERVED = ExpectedUnits(quantity=3, status=ReservationStatus.RESERVED)
RELEASED = ExpectedUnits(quantity=3, status=ReservationStatus.RELEASED)


def counts(stock: Stock) -> tuple[int, int, int]:
    """Return the units available, reserved and sold."""
    return stock.available, stock.reserved, stock.sold


def reserved_stock(quantity: int = 3) -> Stock:
    """Return a stock of five units, three of them reserved for order "a"."""
    stock, _ = Stock(available=5).reserve("a", quantity)
    return stock


def test_units_are_reserved_and_then_sold() -> None:
    """Units reserved for one order are not available to another."""
    reserved, result = Stock(available=5).reserve("a", 3)
    sold, sale = reserved.commit("a")

    assert (result, sale) == (Reserved(), Sold(reservation=1))
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
    assert sold.commit("a") == (sold, Sold(reservation=1))
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


@pytest.mark.parametrize(
    ("units", "level"),
    [
        (10, StockLevel(available=12, reserved=0, sold=0)),
        (-2, StockLevel(available=0, reserved=0, sold=0)),
        (-3, StockLevel(available=2, reserved=0, sold=0, done=False)),
    ],
)
def test_adjustment_counts_once(units: int, level: StockLevel) -> None:
    """A repeat has the first answer, also that of a refusal, whatever has happened since."""
    adjusted, answer = Stock(available=2).adjust("stk_1", units)
    later, _ = adjusted.adjust("stk_2", 50)

    assert (answer, adjusted.available) == (level, level.available)
    assert later.adjust("stk_1", units) == (later, level)


def test_adjustment_never_takes_reserved_units() -> None:
    """Reserved units belong to an order."""
    after, level = reserved_stock().adjust("stk_1", -3)

    assert not level.done
    assert counts(after) == counts(reserved_stock())


def test_answer_of_an_adjustment_is_dropped_when_it_is_stored() -> None:
    """The sum of all adjustments remains."""
    adjusted, _ = Stock.opened(2).adjust("stk_1", 10)

    settled = adjusted.settle_change("stk_1")

    assert (settled.changes, settled.adjusted, settled.available) == ({}, 10, 12)
    assert settled.settle_change("stk_1") is settled


def test_settled_order_leaves_only_totals() -> None:
    """Its entry is removed and its units stay sold."""
    sold, _ = reserved_stock().commit("a")
    settled = sold.settle("a", SOLD)

    assert (counts(settled), settled.reservations, settled.settled) == ((2, 0, 3), {}, 3)
    assert settled.settle("a", SOLD) is settled


@pytest.mark.parametrize("stock", [reserved_stock(), Stock(available=5)], ids=["units", "none"])
def test_settled_tombstone_leaves_available_units(stock: Stock) -> None:
    """Also that of an order for which nothing was ever reserved."""
    released = stock.release("a")
    settled = released.settle("a", RELEASED)

    assert (counts(settled), settled.reservations, settled.settled) == ((5, 0, 0), {}, 0)
    assert settled.released == released.reservations["a"].quantity


@pytest.mark.parametrize("expected", [SOLD, RELEASED, RESERVED])
@pytest.mark.parametrize(
    "stock",
    [
        reserved_stock(),
        reserved_stock(2).release("a"),
        reserved_stock(2).commit("a")[0],
        reserved_stock().release("a").settle("a", RELEASED).reserve("a", 3)[0].commit("a")[0],
    ],
    ids=["reserved", "fewer released", "fewer sold", "sold later"],
)
def test_entry_that_disagrees_with_the_outcome_stays(stock: Stock, expected: ExpectedUnits) -> None:
    """The audit compares it with the order."""
    assert stock.settle("a", expected) is stock


def test_state_does_not_grow_with_ended_orders() -> None:
    """Nor with adjustments whose answers are stored."""
    stock = Stock(available=1_000)
    for number in range(300):
        order_id, change_id = f"ord_{number}", f"stk_{number}"
        stock, _ = stock.reserve(order_id, 3)
        stock = stock.commit(order_id)[0] if number % 2 else stock.release(order_id)
        sold = replace(SOLD, number=number + 1)
        stock = stock.settle(order_id, sold if number % 2 else RELEASED)
        stock = stock.adjust(change_id, 1)[0].settle_change(change_id)

    assert (stock.reservations, stock.changes) == ({}, {})
    assert (stock.settled, stock.released, stock.adjusted) == (450, 450, 300)


def test_late_reserve_of_a_settled_order_sells_nothing() -> None:
    """It reserves units again, which are visible until they are released."""
    settled = reserved_stock().commit("a")[0].settle("a", SOLD)

    late, _ = settled.reserve("a", 2)
    after = late.release("a").settle("a", replace(RELEASED, quantity=2))

    assert counts(late) == (0, 2, 3)
    assert late.commit("a")[0].settle("a", replace(SOLD, quantity=2)).reservations
    assert (counts(after), after.reservations) == ((2, 0, 3), {})


@pytest.mark.parametrize("seed", range(20))
def test_units_add_up_under_any_interleaving(seed: int) -> None:
    """No count becomes negative, and no unit is created or lost."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    stock = Stock(available=10)
    for _ in range(200):
        order_id = rng.choice("abcdefgh")
        match rng.randrange(4):
            case 0:
                stock, _ = stock.reserve(order_id, rng.randint(1, 4))
            case 1:
                stock = stock.release(order_id)
            case 2:
                expected = replace(rng.choice([SOLD, RELEASED]), number=None)
                stock = stock.settle(order_id, expected)
            case _:
                stock, _ = stock.commit(order_id)

        assert min(counts(stock)) >= 0
        assert sum(counts(stock)) == 10
        assert all(entries == total for _, entries, total in stock.balances()[:2])
