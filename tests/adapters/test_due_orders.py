"""Orders that are due for recovery, and waiting orders, in each backend."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.cursors import cursor_at
from orders.adapters.order_store.sqlite.queries import select_page
from orders.adapters.order_store.sqlite.store import SqliteOrderStore
from orders.domain import operator_changes
from orders.domain.outcome import Outcome
from orders.domain.waits import Sleep, TryAgain
from orders.ports.order_store import OrderQuery, OrderStore
from tests.adapters.stores import Backend, close, open_order
from tests.adapters.waits import DEADLINE, WAITING, cancel, check, due, end, ids, wake
from tests.builders import NOON, a_customer, a_refund_request, a_stored_order

LATER = NOON + timedelta(hours=2)
COMPLETED = Outcome.completed("T1")


@pytest.fixture
def store(backend: Backend) -> OrderStore:
    """An order store at noon: "o" has begun to wait, "r" is running, "e" has ended."""
    backend.clock.advance(NOON)
    for name in "ero":
        backend.store.place(a_stored_order(name), a_customer(), "f")
        open_order(backend.store, name)
    close(backend.store, COMPLETED, "e")
    check(backend.store)
    return backend.store


def test_sleeping_order_is_not_due(store: OrderStore) -> None:
    """However long it sleeps; other open orders are due when their records have not changed."""
    assert ids(store, WAITING) == ["o"]
    assert ids(store, due(NOON)) == []
    assert ids(store, due(LATER)) == ["r"]


def test_order_is_due_ten_minutes_after_the_deadline_of_its_wait(store: OrderStore) -> None:
    """Its wake was lost."""
    at = DEADLINE + timedelta(minutes=10)

    assert ids(store, due(at)) == ["r"]
    assert ids(store, due(at + timedelta(microseconds=1))) == ["o", "r"]


@pytest.mark.parametrize("change", [wake, cancel])
def test_order_that_should_be_awake_is_due(
    backend: Backend, store: OrderStore, change: Callable[[OrderStore], None]
) -> None:
    """From the change on."""
    backend.clock.advance(LATER)
    change(store)

    assert ids(store, WAITING) == ["o"]
    assert ids(store, due(LATER)) == ["r"]
    assert ids(store, due(LATER + timedelta(minutes=1))) == ["o", "r"]


def test_order_that_sleeps_again_is_not_due(store: OrderStore) -> None:
    """The step has failed once more."""
    wake(store)
    assert check(store, 1) == TryAgain()
    assert ids(store, due(LATER)) == ["o", "r"]
    assert check(store, 2) == Sleep(until=DEADLINE)

    assert ids(store, WAITING) == ["o"]
    assert ids(store, due(LATER)) == ["r"]


def test_order_whose_wait_has_ended_is_running(store: OrderStore) -> None:
    """It does not wait, and it is due as the others are."""
    wake(store)
    check(store, 1)
    end(store, 1)

    assert ids(store, WAITING) == []
    assert ids(store, due(LATER)) == ["o", "r"]


def test_canceled_wait_is_over(store: OrderStore) -> None:
    """Also before the outcome is recorded."""
    cancel(store)
    check(store, 1)

    assert ids(store, WAITING) == []
    assert ids(store, due(LATER)) == ["o", "r"]


def test_waiting_query_finds_exactly_the_waiting_orders(store: OrderStore) -> None:
    """Of many, over several pages, in either direction."""
    names = [f"w{number}" for number in range(7)]
    for name in names:
        store.place(a_stored_order(name), a_customer(), "f")
    for name in names[::2]:
        check(store, 0, name)
    end(store, 0, "w2")
    close(store, COMPLETED, "w4")

    query = replace(WAITING, limit=2)
    assert ids(store, query) == ["o", "w0", "w6"]
    assert ids(store, replace(query, newest_first=True)) == ["w6", "w0", "o"]
    assert ids(store, OrderQuery(is_open=True, is_waiting=False)) == ["r", "w1", "w2", "w3", "w5"]


def test_order_between_two_recovery_attempts_is_not_due(store: OrderStore) -> None:
    """Changes meanwhile do not move the end of the pause; that of a refund counts too."""
    request = a_refund_request(refund_id="f1")
    store.update("e", lambda record: operator_changes.request_refund(record, request))
    store.update("r", lambda record: record.record_recovery(1, LATER))
    store.update(
        "e", lambda record: operator_changes.record_refund_recovery(record, "f1", 1, LATER)
    )
    open_order(store, "r")
    refunds = replace(due(LATER), is_open=False, has_open_refund=True)
    later = LATER + timedelta(microseconds=1)

    assert ids(store, due(LATER)) + ids(store, refunds) == []
    assert ids(store, due(later)) == ["r"]
    assert ids(store, replace(refunds, recovery_due_before=later)) == ["e"]


@pytest.mark.parametrize("cursor", [None, cursor_at(NOON, "o")], ids=["first", "next"])
@pytest.mark.parametrize(
    ("query", "index"),
    [
        (due(NOON), "due_orders"),
        (replace(due(NOON), is_open=False, has_open_refund=True), "due_refunds"),
        (WAITING, "waiting_orders"),
    ],
    ids=["orders", "refunds", "waiting"],
)
def test_sqlite_finds_them_by_an_index(
    tmp_path: Path, query: OrderQuery, index: str, cursor: str | None
) -> None:
    """However many open orders are not due."""
    path = tmp_path / "orders.sqlite3"
    SqliteOrderStore(path, VirtualClock()).page(query)
    statement, parameters = select_page(replace(query, cursor=cursor))

    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()

    condition = " (recovery_due_at<?)" if query is not WAITING else ""
    assert any(f"USING INDEX {index}{condition}" in row[-1] for row in plan), plan
