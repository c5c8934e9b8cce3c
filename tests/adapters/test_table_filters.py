"""Filters of open orders in Azure Tables: few records are read, and no order is hidden."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from azure.data.tables import TableServiceClient

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.tables.filters import filter_columns
from orders.adapters.order_store.tables.lists import LISTS
from orders.adapters.order_store.tables.queries import ListName, key_in
from orders.adapters.order_store.tables.service import Tables
from orders.domain.outcome import Outcome
from orders.ports.order_store import OrderQuery, OrderStore
from tests import tables_server
from tests.adapters.stores import backend_in, close, open_order, record_in
from tests.adapters.test_tables_interruption import is_interrupted
from tests.adapters.waits import (
    WAITING,
    cancel,
    check,
    due,
    end,
    ids,
    is_found_correctly,
    wake,
)
from tests.builders import NOON, a_customer, a_stored_order
from tests.tables_server import TableService
from tests.wire import Fault

Change = Callable[[OrderStore], object]
LATER = NOON + timedelta(hours=2)


def a_store(service: TableService, now: datetime = NOON, retries: int = 0) -> OrderStore:
    """Return an order store in the service's tables, as a new process opens it."""
    account = TableServiceClient.from_connection_string(
        service.connection_string, retry_total=retries, retry_backoff_factor=0.01
    )
    clock = VirtualClock()
    clock.advance(now)
    return backend_in(Tables(account), clock).store


def place(store: OrderStore) -> None:
    """Place the order, and count its first orchestration."""
    store.place(a_stored_order("o"), a_customer(), "f")
    open_order(store)


def recover(store: OrderStore) -> None:
    """Record a recovery attempt, and a long pause after it."""
    store.update("o", lambda record: record.record_recovery(1, LATER))


def fail(store: OrderStore) -> None:
    """End the order with a failed step."""
    close(store, Outcome.needs_attention("unavailable", ("shipOrder",)))


def columns_in(service: TableService) -> dict[str, Any]:
    """Return the columns of the order's row in the list of open orders."""
    key = key_in(ListName.OPEN, NOON, "o")
    return next(row for (_, k), row in service.storage.tables[LISTS].items() if k == key)


def is_exact(service: TableService) -> bool:
    """Whether the row's columns agree with the record."""
    record = record_in(a_store(service))
    return filter_columns(record).items() <= columns_in(service).items()


def first(store: OrderStore) -> object:
    """Begin a wait."""
    return check(store, 0)


def second(store: OrderStore) -> object:
    """Try the step, or give up."""
    return check(store, 1)


def third(store: OrderStore) -> object:
    """Sleep again, or give up."""
    return check(store, 2)


def end_second(store: OrderStore) -> None:
    """End the wait after the second round."""
    end(store, 1)


#: Changes before, and the one that is interrupted.
INTERRUPTED: dict[str, tuple[list[Change], Change]] = {
    "begin to wait": ([place], first),
    "wake": ([place, first], wake),
    "sleep again": ([place, first, wake, second], third),
    "end a wait": ([place, first, wake, second], end_second),
    "give up": ([place, first, cancel], second),
    "close": ([place, first], fail),
    "pause": ([place], recover),
    "wait after a pause": ([place, recover], first),
}


@pytest.mark.parametrize("name", INTERRUPTED)
def test_order_is_found_after_an_interruption(name: str) -> None:
    """The connection breaks after any request. A day later, a reader corrects the row."""
    before, change = INTERRUPTED[name]
    for requests in count():
        with tables_server.serving() as service:
            for call in before:
                call(a_store(service))
            interrupted = is_interrupted(service, lambda backend: change(backend.store), requests)

            assert is_found_correctly(a_store(service))
            change(a_store(service))
            a_store(service, NOON + timedelta(days=1)).page(OrderQuery(is_open=True))
            assert is_exact(service)
        if not interrupted:
            break


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.ERROR_AFTER])
@pytest.mark.parametrize("step", ["get orderlists", "replace orders", "replace orderlists"])
def test_repeated_request_leaves_exact_columns(step: str, fault: Fault) -> None:
    """The client repeats a request whose answer is lost."""
    with tables_server.serving() as service:
        place(a_store(service))
        service.plan.fail(step, fault)
        first(a_store(service, retries=1))

        assert is_exact(service)


def test_change_that_loses_to_an_earlier_due_moment_does_not_hide_the_order() -> None:
    """A cancellation comes between the two writes of an order that sleeps again."""
    with tables_server.serving() as service:
        for call in (place, first, wake, second):
            call(a_store(service))
        service.plan.concurrent_calls["replace orderlists"] = lambda: cancel(a_store(service))
        third(a_store(service))

        assert record_in(a_store(service)).is_being_canceled
        assert ids(a_store(service), due(LATER)) == ["o"]
        assert is_exact(service)


def test_late_request_of_a_placing_does_not_hide_the_order() -> None:
    """The order was placed by a repeated request meanwhile, and waits."""
    with tables_server.serving() as service:

        def place_and_wait() -> None:
            place(a_store(service))
            first(a_store(service))

        service.plan.concurrent_calls["transact orderlists"] = place_and_wait
        a_store(service).place(a_stored_order("o"), a_customer(), "f")

        assert ids(a_store(service), WAITING) == ["o"]


@pytest.mark.parametrize(
    "missing", [{"is_waiting"}, {"paused_until"}, {"is_waiting", "paused_until"}]
)
def test_row_without_the_columns_is_not_hidden(missing: set[str]) -> None:
    """It was written by an earlier version."""
    with tables_server.serving() as service:
        for call in (place, first, wake):
            call(a_store(service))
        for name in missing:
            del columns_in(service)[name]

        assert is_found_correctly(a_store(service))


def test_recovery_reads_no_record_of_a_sleeping_order() -> None:
    """Nor does the list of waiting orders read those that do not wait."""
    with tables_server.serving() as service:
        service.storage.page_length = 1000
        store = a_store(service)
        for number in range(100):
            store.place(a_stored_order(f"o{number:02}"), a_customer(), "f")
            check(store, 0, f"o{number:02}")
        requests = {}
        for name, query in (("asleep", due(LATER)), ("waiting", WAITING)):
            service.requests.clear()
            assert len(ids(store, query)) == (0 if name == "asleep" else 100)
            requests[name] = Counter(service.requests)
        for number in range(100):
            end(store, 0, f"o{number:02}")
        service.requests.clear()
        assert ids(store, WAITING) == []

    assert requests["asleep"] == {"query orderlists": 16}
    assert requests["waiting"] == {"query orderlists": 16, "get orders": 100}
    assert Counter(service.requests) == {"query orderlists": 16}


@pytest.mark.parametrize(
    ("before", "change", "writes"),
    [
        ([place], open_order, 0),
        ([place, recover], open_order, 0),
        ([place, first], recover, 0),
        ([place, first, wake], second, 0),
        ([place, first], wake, 1),
        ([place], first, 2),
        ([place, first, wake, second], third, 1),
        ([place, first, wake, second], end_second, 1),
    ],
)
def test_row_is_written_only_if_the_pause_or_the_wait_changes(
    before: list[Change], change: Change, writes: int
) -> None:
    """An ordinary update of a running order is a read and a write of its record."""
    with tables_server.serving() as service:
        for call in before:
            call(a_store(service))
        service.requests.clear()
        change(a_store(service))

    requests = [step for step in service.requests if step != "create"]
    rows = [step for step in requests if step in {"transact orderlists", "replace orderlists"}]
    assert len(rows) == writes
    assert len(requests) <= 2 + 3 * writes
