"""Can an article be oversold, or its units be counted twice?"""

import random

import pytest

from orders.domain.results import Reservation
from orders.domain.outcome import Reason
from orders.domain.stock import REMEMBERED_CHANGES, Change, Stock

HELD = Reservation(reserved=True)
ALREADY_UNDONE = Reservation(reserved=False, reason=Reason.ALREADY_UNDONE)


def counts(stock: Stock) -> tuple[int, int, int]:
    """Available, reserved, sold."""
    return stock.available, stock.reserved, stock.sold


def test_units_are_held_and_then_sold() -> None:
    """What is held for one order is there for no other."""
    held, answer = Stock(available=5).reserve("a", 3)
    sold, _ = held.commit("a")

    assert answer == HELD
    assert counts(held) == (2, 3, 0)
    assert counts(sold) == (2, 0, 3)
    assert held.on_hand == 5


def test_all_or_none() -> None:
    """A shortage holds nothing, and leaves no mark: a later try may find more."""
    stock = Stock(available=2)

    after, answer = stock.reserve("a", 3)

    assert answer == Reservation(reserved=False, reason=Reason.OUT_OF_STOCK)
    assert after == stock


def test_given_back_is_available_again() -> None:
    """And nothing is left of the hold but its mark."""
    held, _ = Stock(available=5).reserve("a", 3)

    assert counts(held.release("a")) == (5, 0, 0)


def test_each_operation_may_be_repeated() -> None:
    """The second time changes nothing and is answered as the first."""
    stock = Stock(available=5)
    held, _ = stock.reserve("a", 3)
    sold, _ = held.commit("a")

    assert held.reserve("a", 3) == (held, HELD)
    assert sold.commit("a") == (sold, HELD)
    assert sold.reserve("a", 3) == (sold, HELD)
    assert held.release("a").release("a") == held.release("a")


def test_a_late_hold_finds_that_it_was_released() -> None:
    """Releasing leaves a mark, also where nothing was held."""
    held, _ = Stock(available=5).reserve("a", 3)

    for released in (held.release("a"), Stock(available=5).release("a")):
        assert released.reserve("a", 3) == (released, ALREADY_UNDONE)
        assert released.commit("a") == (released, ALREADY_UNDONE)


def test_what_is_sold_is_not_released() -> None:
    """A late undo changes nothing."""
    held, _ = Stock(available=5).reserve("a", 3)
    sold, _ = held.commit("a")

    assert sold.release("a") is sold


def test_nothing_is_sold_that_was_not_held() -> None:
    """Committing alone sells nothing."""
    stock = Stock(available=5)

    assert stock.commit("a") == (stock, ALREADY_UNDONE)


@pytest.mark.parametrize(("units", "left"), [(10, 12), (-2, 0)])
def test_a_change_by_hand_counts_once(units: int, left: int) -> None:
    """Its key makes a repetition harmless."""
    change = Change(key="k", units=units, note="count")
    changed, done = Stock(available=2).change(change)

    assert (changed.available, done) == (left, True)
    assert changed.change(change) == (changed, True)


def test_a_change_never_takes_what_is_not_available() -> None:
    """What is held belongs to an order already."""
    held, _ = Stock(available=5).reserve("a", 3)

    assert held.change(Change(key="k", units=-3, note="breakage")) == (held, False)


def test_only_the_latest_changes_are_remembered() -> None:
    """The state of an article does not grow for ever."""
    stock = Stock(available=0)
    for n in range(REMEMBERED_CHANGES + 5):
        stock, _ = stock.change(Change(key=str(n), units=1, note="delivery"))

    assert stock.available == REMEMBERED_CHANGES + 5
    assert stock.changes[0].key == "5"


def test_a_purged_order_leaves_the_totals() -> None:
    """Its entry goes, what it bought stays sold; a held one is never forgotten."""
    held, _ = Stock(available=5).reserve("a", 3)
    sold, _ = held.commit("a")

    assert counts(sold.forget("a")) == (2, 0, 3)
    assert sold.forget("a").entries == {}
    assert held.forget("a") is held
    assert sold.forget("nobody") is sold


@pytest.mark.parametrize("seed", range(20))
def test_units_add_up_under_any_interleaving(seed: int) -> None:
    """Whatever comes in whatever order: nothing below zero, and no unit made or lost."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    stock = Stock(available=10)
    for _ in range(200):
        order_id = chance.choice("abcdefgh")
        match chance.randrange(3):
            case 0:
                stock, _ = stock.reserve(order_id, chance.randint(1, 4))
            case 1:
                stock = stock.release(order_id)
            case _:
                stock, _ = stock.commit(order_id)

        assert min(counts(stock)) >= 0
        assert sum(counts(stock)) == 10
