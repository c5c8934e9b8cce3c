"""Number of orders being worked, in each backend."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.sqlite.queries import COUNT_ACTIVE
from orders.adapters.order_store.sqlite.store import SqliteOrderStore
from orders.adapters.order_store.tables.service import Tables, connect_with_string
from orders.domain import operator_changes
from orders.domain.errors import StoreUnavailableError
from orders.domain.outcome import Outcome
from orders.ports.order_store import OrderStore
from tests import tables_server
from tests.adapters.stores import backend_in, close, open_order
from tests.builders import NOON, a_customer, a_refund_request, a_resolution, a_stored_order
from tests.wire import Fault

FAILED = Outcome.needs_attention("unavailable", ("shipOrder",))
COMPLETED = Outcome.completed("T1")


@pytest.fixture
def ten(store: OrderStore) -> OrderStore:
    """An order store with ten open orders, one a day."""
    place(store, 10)
    return store


def place(store: OrderStore, number: int) -> None:
    """Place orders, one a day."""
    for day in range(number):
        order = replace(a_stored_order(f"o{day}"), placed_at=NOON + timedelta(days=day))
        store.place(order, a_customer(), "f")


def test_empty_store_has_no_active_orders(store: OrderStore) -> None:
    """Also before its tables exist."""
    assert store.count_active(100) == 0


def test_open_orders_are_active(ten: OrderStore) -> None:
    """Whether or not they have been started; a repeated request counts once."""
    open_order(ten, "o3")
    ten.place(a_stored_order("o0"), a_customer(), "f")

    assert ten.count_active(100) == 10


@pytest.mark.parametrize(("limit", "number"), [(1, 1), (9, 9), (10, 10), (11, 10), (2000, 10)])
def test_number_is_at_most_the_limit(ten: OrderStore, limit: int, number: int) -> None:
    """No more than that is counted."""
    assert ten.count_active(limit) == number


def test_ended_orders_are_not_active(ten: OrderStore) -> None:
    """Also if they need attention, have an open refund, or were deleted."""
    close(ten, COMPLETED, "o1")
    close(ten, FAILED, "o2")
    close(ten, COMPLETED, "o3")
    request = a_refund_request()
    ten.update("o3", lambda record: operator_changes.request_refund(record, request))
    close(ten, Outcome.canceled(), "o4")
    ten.delete("o4")

    assert ten.count_active(100) == 6


def test_order_that_an_operator_continues_is_active_again(ten: OrderStore) -> None:
    """Until it ends."""
    close(ten, FAILED, "o2")
    retry = a_resolution()
    ten.update("o2", lambda record: operator_changes.resolve_attention(record, retry))

    assert ten.count_active(100) == 10
    close(ten, FAILED, "o2")
    assert ten.count_active(100) == 9


def test_sqlite_counts_by_an_index(tmp_path: Path) -> None:
    """Of the open orders only, however many have ended."""
    path = tmp_path / "orders.sqlite3"
    place(SqliteOrderStore(path, VirtualClock()), 1)

    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {COUNT_ACTIVE}", (1,)).fetchall()

    assert any("USING INDEX active_orders" in row[-1] for row in plan), plan


def test_tables_stop_at_the_limit() -> None:
    """Shards after that are not read."""
    with tables_server.serving() as service:
        store = backend_in(Tables(connect_with_string(service.connection_string)), VirtualClock())
        place(store.store, 40)
        requests: dict[int, int] = {}
        for limit in (1, 40, 1000):
            service.requests.clear()
            store.store.count_active(limit)
            requests[limit] = service.requests.count("query orderlists")

    assert requests[1] < requests[40] <= requests[1000]
    assert requests[1] <= 3


def test_tables_count_each_shard_once() -> None:
    """With the pages of the real service that is one request for each."""
    with tables_server.serving() as service:
        service.storage.page_length = 1000
        store = backend_in(Tables(connect_with_string(service.connection_string)), VirtualClock())
        place(store.store, 40)
        service.requests.clear()

        assert store.store.count_active(1000) == 40
        assert service.requests == ["query orderlists"] * 16


def test_unavailable_table_raises() -> None:
    """A part of the orders is no number."""
    with tables_server.serving() as service:
        store = backend_in(Tables(connect_with_string(service.connection_string)), VirtualClock())
        place(store.store, 3)
        service.plan.fail("query orderlists", *[Fault.GARBLED] * 10)

        with pytest.raises(StoreUnavailableError):
            store.store.count_active(10)
