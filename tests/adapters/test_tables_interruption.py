"""Order store in Azure Tables: lists and records agree after an interruption at any request."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from math import inf

import pytest
from azure.data.tables import TableServiceClient

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.tables.lists import TableLists
from orders.adapters.order_store.tables.queries import ListName, key_in, lists_of, matches
from orders.adapters.order_store.tables.service import Tables
from orders.domain import operator_changes
from orders.domain.attention import AttentionReason
from orders.domain.errors import StoreUnavailableError
from orders.domain.outcome import OrderStatus, Outcome
from orders.domain.refund import RefundOutcome
from orders.ports.order_store import OrderQuery
from tests import tables_server
from tests.adapters import stores
from tests.adapters.stores import Backend, backend_in
from tests.builders import NOON, a_customer, a_refund_request, a_resolution, a_stored_order
from tests.tables_server import TableService

ORDER = a_stored_order("o")
FAILED = Outcome.needs_attention("unavailable", ("shipOrder",))
RETRY = a_resolution()
PAID = RefundOutcome(is_paid=True)

#: The queries use every list.
QUERIES = [
    OrderQuery(),
    OrderQuery(newest_first=True),
    OrderQuery(is_open=True),
    OrderQuery(needs_attention=True),
    OrderQuery(has_open_refund=True),
    OrderQuery(status=OrderStatus.NEEDS_ATTENTION, newest_first=True),
    OrderQuery(is_purged=False),
    OrderQuery(is_erased=False),
]


def place(backend: Backend) -> None:
    """Place the order."""
    backend.store.place(ORDER, a_customer(), "f")


def close(backend: Backend) -> None:
    """Complete the order."""
    stores.close(backend.store, Outcome.completed("T1"))


def fail(backend: Backend) -> None:
    """End the order with a failed step."""
    stores.close(backend.store, FAILED)


def request_refund(backend: Backend) -> None:
    """Request a refund of the whole amount."""
    request = a_refund_request(refund_id="r")
    backend.store.update("o", lambda record: operator_changes.request_refund(record, request))


def close_refund(backend: Backend) -> None:
    """Record that the refund is paid."""
    backend.store.update("o", lambda record: operator_changes.close_refund(record, "r", PAID, NOON))


def request_attention(backend: Backend) -> None:
    """Put the order into the queue."""
    reason = AttentionReason.RECOVERY_FAILED
    backend.store.update("o", lambda record: record.request_attention(reason, NOON))


def resolve_attention(backend: Backend) -> None:
    """Retry the failed step."""
    backend.store.update("o", lambda record: operator_changes.resolve_attention(record, RETRY))


def purge(backend: Backend) -> None:
    """Record that the order is purged."""
    backend.store.update("o", lambda record: record.record_purge(NOON))


def store_reference(backend: Backend) -> None:
    """Record that the confirmation was accepted."""
    backend.references("email_references").store("o:confirmation", "m1")


#: The calls before, and the call that is interrupted.
CHANGES: dict[str, tuple[list[Callable[[Backend], object]], Callable[[Backend], object]]] = {
    "place": ([], place),
    "close": ([place], close),
    "close with a failed step": ([place], fail),
    "request attention": ([place], request_attention),
    "resolve attention": ([place, fail], resolve_attention),
    "request a refund": ([place, close], request_refund),
    "close a refund": ([place, close, request_refund], close_refund),
    "purge": ([place, close], purge),
    "erase": ([place, close], lambda backend: backend.store.erase("o")),
    "delete": ([place, close, store_reference], lambda backend: backend.store.delete("o")),
}


def a_backend(service: TableService) -> Backend:
    """Return an order store in the service's tables, as a new process opens it."""
    return backend_in(Tables(an_account(service)), VirtualClock())


def an_account(service: TableService) -> TableServiceClient:
    """Return a client without retries."""
    return TableServiceClient.from_connection_string(service.connection_string, retry_total=0)


def is_listed_correctly(backend: Backend) -> bool:
    """Whether the order is found by every query that it matches, and by no other."""
    record = backend.store.find("o")
    return all(
        list(backend.store.page(query).orders)
        == ([record] if record and matches(query, record) else [])
        for query in QUERIES
    )


def is_interrupted(service: TableService, call: Callable[[Backend], object], requests: int) -> bool:
    """Make a call to a service that fails after some requests; return whether the call failed."""
    service.requests_left = requests
    try:
        call(a_backend(service))
    except StoreUnavailableError:
        return True
    else:
        return False
    finally:
        service.requests_left = inf


def has_no_stale_rows(service: TableService) -> bool:
    """Whether the lists have only correct rows after they were read a day later."""
    backend = a_backend(service)
    backend.clock.advance(NOON + timedelta(days=1))
    is_correct = is_listed_correctly(backend)
    record = backend.store.find("o")
    names = lists_of(record) if record else set[ListName]()
    keys = {key_in(name, record.order.placed_at, "o") for name in names if record}
    return is_correct and keys == {key for _, key in service.rows("orderlists")}


@pytest.mark.parametrize("name", CHANGES)
def test_lists_agree_with_records_after_an_interruption(name: str) -> None:
    """They agree at once and after a repeat of the call; stale rows are deleted later."""
    before, change = CHANGES[name]
    for requests in count():
        with tables_server.serving() as service:
            for call in before:
                call(a_backend(service))
            interrupted = is_interrupted(service, change, requests)

            assert is_listed_correctly(a_backend(service))
            change(a_backend(service))
            assert has_no_stale_rows(service)
        if not interrupted:
            break


@pytest.mark.parametrize("requests", range(9))
def test_interrupted_erasure_is_not_recorded_as_done(requests: int) -> None:
    """A record that is marked as erased has no personal part."""
    with tables_server.serving() as service:
        place(a_backend(service))
        is_interrupted(service, lambda backend: backend.store.erase("o"), requests)

        store = a_backend(service).store
        record, customer = store.find("o"), store.customer("o")
        assert record is not None
        assert record.erased_at is None or customer is None


def test_ended_order_leaves_the_list_of_open_orders_at_once() -> None:
    """Recovery reads that list every minute."""
    with tables_server.serving() as service:
        place(a_backend(service))
        close(a_backend(service))
        after_close = {key.partition(":")[0] for _, key in service.rows("orderlists")}
        a_backend(service).store.delete("o")

        assert after_close == set(ListName) - {ListName.OPEN}
        assert service.rows("orderlists") == []


def test_order_that_was_placed_concurrently_is_listed_once() -> None:
    """The time in its record counts."""
    with tables_server.serving() as service:
        earlier = replace(ORDER, placed_at=NOON - timedelta(seconds=1))
        service.plan.concurrent_calls["transact orders"] = lambda: a_backend(service).store.place(
            earlier, a_customer(), "f"
        )
        placed = a_backend(service).store.place(ORDER, a_customer(), "f")

        assert (placed.is_new, placed.record.order) == (False, earlier)
        assert is_listed_correctly(a_backend(service))
        assert has_no_stale_rows(service)


def test_order_that_reenters_a_list_concurrently_stays_listed() -> None:
    """The outdated row is not deleted if it was written again."""
    with tables_server.serving() as service:
        place(a_backend(service))
        lists = TableLists(Tables(an_account(service)), VirtualClock())
        record = stores.record_in(a_backend(service).store)
        service.plan.concurrent_calls["delete orderlists"] = lambda: lists.enter(
            record, [ListName.OPEN]
        )
        close(a_backend(service))

        keys = [key for _, key in service.rows("orderlists")]
        assert key_in(ListName.OPEN, ORDER.placed_at, "o") in keys
