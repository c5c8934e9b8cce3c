"""Number of active orders as one process knows it: counted rarely, never too late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import cast

import pytest

from orders.active_orders import ActiveOrders
from orders.domain.errors import StoreUnavailableError
from orders.ports.order_store import OrderStore
from tests.builders import NOON


class ManualClock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.time += timedelta(seconds=seconds)


class Counter:
    """The one method of an order store that is used, and how often."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.calls = 0
        self.is_unavailable = False
        self.meanwhile: Callable[[], object] = lambda: None

    def count_active(self, limit: int) -> int:
        """Return the number, `limit` at most."""
        self.calls += 1
        number = self.number
        self.meanwhile()
        if self.is_unavailable:
            raise StoreUnavailableError
        return min(number, limit)


class Process:
    """One process with its clock and the store."""

    def __init__(self, number: int) -> None:
        self.clock = ManualClock()
        self.store = Counter(number)
        self.active = ActiveOrders(self.clock)

    def is_full(self, cap: int = 10) -> bool:
        """Whether no order may be placed."""
        return self.active.reach(cap, cast("OrderStore", self.store))

    def place(self, number: int = 1) -> None:
        """Place orders."""
        for _ in range(number):
            self.store.number += 1
            self.active.add()


@pytest.mark.parametrize(("number", "is_full"), [(0, False), (9, False), (10, True), (11, True)])
def test_cap_is_reached_by_as_many_orders(number: int, *, is_full: bool) -> None:
    """The cap itself is the most."""
    assert Process(number).is_full() is is_full


def test_store_counts_once_in_five_seconds() -> None:
    """However many requests there are."""
    process = Process(0)
    for _ in range(100):
        process.is_full()
        process.clock.advance(0.049)
    assert process.store.calls == 1

    process.clock.advance(0.1)
    process.is_full()

    assert process.store.calls == 2


def test_orders_placed_since_the_count_are_added() -> None:
    """So one process does not exceed the cap."""
    process = Process(8)
    assert not process.is_full()
    process.place()
    assert not process.is_full()
    process.place()

    assert process.is_full()
    assert process.store.calls == 1


def test_next_count_includes_the_orders_placed_before() -> None:
    """They are not counted twice, and ended ones are not counted."""
    process = Process(5)
    process.is_full()
    process.place(4)
    process.clock.advance(5)
    assert not process.is_full()
    process.place()
    assert process.is_full()

    process.store.number = 3
    process.clock.advance(5)

    assert not process.is_full()


def test_order_placed_during_a_count_is_added() -> None:
    """It may be counted twice, never left out."""
    process = Process(8)
    process.store.meanwhile = process.place

    process.is_full()

    assert not process.is_full()
    process.place()
    assert process.is_full()


def test_requests_during_a_count_use_the_one_before() -> None:
    """They do not wait for the store, and do not count either."""
    process = Process(0)
    process.is_full()
    process.clock.advance(5)
    process.store.number = 10
    answers: list[bool] = []
    process.store.meanwhile = lambda: answers.append(process.is_full())

    assert process.is_full()
    assert answers == [False]
    assert process.store.calls == 2


def test_unknown_number_refuses_until_it_is_counted() -> None:
    """Every request tries again."""
    process = Process(0)
    process.store.is_unavailable = True
    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            process.is_full()

    process.store.is_unavailable = False

    assert not process.is_full()
    assert process.store.calls == 3


def test_failed_count_leaves_the_one_before() -> None:
    """One request fails; the next count is due five seconds later."""
    process = Process(9)
    process.is_full()
    process.clock.advance(5)
    process.store.is_unavailable = True
    with pytest.raises(StoreUnavailableError):
        process.is_full()

    assert not process.is_full()
    process.place()
    assert process.is_full()
    assert process.store.calls == 2


def test_clock_that_is_set_back_counts_again() -> None:
    """Otherwise an old count would last for as long as the difference."""
    process = Process(10)
    assert process.is_full()
    process.store.number = 0
    process.clock.advance(-3600)

    assert not process.is_full()


def test_full_service_is_logged_with_each_count(caplog: pytest.LogCaptureFixture) -> None:
    """Not with each refused request."""
    process = Process(10)
    for _ in range(100):
        process.is_full()

    assert caplog.messages == ["new orders are refused: 10 orders are being processed"]


def test_threads_place_as_many_orders_as_the_cap_allows() -> None:
    """All orders are counted, whichever thread places them."""
    process = Process(0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: process.active.add(), range(1000)))
        process.clock.advance(1)
        assert not process.is_full(2000)
        list(pool.map(lambda _: process.active.add(), range(1999)))
        assert not process.is_full(2000)
        list(pool.map(lambda _: process.active.add(), range(1)))

    assert process.is_full(2000)
