"""Order store in Azure Tables: faults, concurrent changes, limits of rows and keys."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from azure.data.tables import TableServiceClient

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.tables import records as table_records
from orders.adapters.order_store.tables import store as table_store
from orders.adapters.order_store.tables.service import Tables
from orders.domain.errors import OrderNotFoundError, StoreUnavailableError
from orders.domain.operator_changes import (
    RefundRequestResult,
    ResolutionResult,
    request_refund,
    resolve_attention,
)
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome, Reason
from orders.domain.refund import RefundRequestStatus
from orders.domain.results import Dispatch, Refused
from orders.ports.order_store import Change, OrderQuery
from tests import tables_server
from tests.adapters.stores import Backend, backend_in, close, open_order, record_in
from tests.builders import (
    NOON,
    a_customer,
    a_line,
    a_refund_request,
    a_resolution,
    a_stored_order,
)
from tests.tables_server import TableService
from tests.wire import Fault

#: The service sends no slow responses, and its requests have no idempotency keys.
NOT_APPLICABLE = {Fault.SLOW, Fault.IN_USE}
COMPLETED = Outcome.completed("T1")
FAILED = Outcome.needs_attention("unavailable", ("reversePayment",))
Answer: TypeAlias = RefundRequestResult | ResolutionResult


def a_backend(service: TableService, retries: int = 0) -> Backend:
    """Return an order store in the service's tables, with few retries of the client."""
    account = TableServiceClient.from_connection_string(
        service.connection_string, retry_total=retries, retry_backoff_factor=0.01
    )
    return backend_in(Tables(account), VirtualClock())


@pytest.fixture
def service() -> Iterator[TableService]:
    """A simulated Table service with one order."""
    with tables_server.serving() as service:
        a_backend(service).store.place(a_stored_order("o"), a_customer(), "f")
        yield service


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in NOT_APPLICABLE])
@pytest.mark.parametrize(
    ("step", "call"),
    [
        ("get orders", lambda backend: backend.store.find("o")),
        ("replace orders", lambda backend: open_order(backend.store)),
        ("transact orders", lambda backend: backend.references("payment").leave_tombstone("o")),
        ("query orderlists", lambda backend: backend.store.page(OrderQuery())),
    ],
)
def test_fault_is_translated_without_messages_of_the_service(
    service: TableService, step: str, call: Callable[[Backend], object], fault: Fault
) -> None:
    """Its messages may repeat what was written."""
    backend = a_backend(service)
    service.plan.fail(step, fault)

    with pytest.raises(StoreUnavailableError) as raised:
        call(backend)

    assert "Planted" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_placed_order_is_new_after_a_lost_response(service: TableService) -> None:
    """The client repeats the request, finds the order and recognizes its own write."""
    store = a_backend(service, retries=1).store
    service.plan.fail("transact orders", Fault.ERROR_AFTER)

    placed = store.place(a_stored_order("new"), a_customer(), "f")

    assert placed.is_new
    assert store.find("new") == placed.record


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.LOST_AFTER])
def test_write_with_a_lost_response_is_applied_once(service: TableService, fault: Fault) -> None:
    """The client repeats the request, which is refused because of its own write."""
    store = a_backend(service, retries=1).store
    service.plan.fail("replace orders", fault)

    open_order(store)

    assert record_in(store).runs == 1


def test_concurrent_write_is_not_lost(service: TableService) -> None:
    """The record is read again, and the change is applied to it."""
    store, other = a_backend(service).store, a_backend(service).store
    service.plan.concurrent_calls["replace orders"] = lambda: close(other, Outcome.canceled())

    assert close(store, COMPLETED) == Outcome.canceled()


def test_change_is_applied_to_the_fresh_record_after_a_conflict(service: TableService) -> None:
    """The change sees the concurrent one, and both are recorded."""
    store, other = a_backend(service).store, a_backend(service).store
    seen: list[OrderRecord] = []

    def change(record: OrderRecord) -> tuple[OrderRecord, Dispatch]:
        seen.append(record)
        return record.dispatch(NOON)

    service.plan.concurrent_calls["replace orders"] = lambda: other.update(
        "o", lambda record: record.request_cancel(NOON)
    )
    answer = store.update("o", change)

    assert [record.cancel_requested_at for record in seen] == [None, NOON]
    assert answer == Refused(reason=Reason.CANCELED)
    assert record_in(store) == seen[-1]


@pytest.mark.parametrize("conflict", [False, True], ids=["repeated", "repeated after a conflict"])
@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.LOST_AFTER])
@pytest.mark.parametrize(
    ("before", "change"),
    [
        (COMPLETED, lambda record: request_refund(record, a_refund_request())),
        (FAILED, lambda record: resolve_attention(record, a_resolution())),
    ],
    ids=["refund", "resolution"],
)
def test_change_with_a_lost_answer_appends_once(
    service: TableService, before: Outcome, change: Change[Answer], fault: Fault, *, conflict: bool
) -> None:
    """The store applies it again to a record that has it, and answers as the first time."""
    store, other = a_backend(service, retries=1).store, a_backend(service).store
    close(store, before)
    expected = change(record_in(store))[1].status
    applied: list[OrderRecord] = []

    def counted(record: OrderRecord) -> tuple[OrderRecord, Answer]:
        applied.append(record)
        return change(record)

    def write_before_the_second_request() -> None:
        service.plan.concurrent_calls["replace orders"] = lambda: open_order(other)

    if conflict:
        service.plan.concurrent_calls["replace orders"] = write_before_the_second_request
    service.plan.fail("replace orders", fault)
    answer = store.update("o", counted)

    record = record_in(store)
    assert len(applied) == 1 + conflict
    assert answer.status is expected
    assert len(record.refunds) + len(record.resolutions) == 1
    assert record.runs == int(conflict)


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.LOST_AFTER])
def test_caller_repeats_a_change_whose_answer_is_lost(service: TableService, fault: Fault) -> None:
    """The client gave up; the second call is answered as the first one would have been."""
    store = a_backend(service).store
    close(store, COMPLETED)
    request = a_refund_request()
    service.plan.fail("replace orders", fault)

    with pytest.raises(StoreUnavailableError):
        store.update("o", lambda record: request_refund(record, request))
    answer = store.update("o", lambda record: request_refund(record, request))

    assert answer.status is RefundRequestStatus.ACCEPTED
    assert len(record_in(store).refunds) == 1


def test_order_deleted_during_a_write_is_not_found(service: TableService) -> None:
    """Nothing is written; only the tombstone is left."""
    store, other = a_backend(service).store, a_backend(service).store
    close(store, COMPLETED)
    service.plan.concurrent_calls["replace orders"] = lambda: other.delete("o")

    with pytest.raises(OrderNotFoundError):
        open_order(store)

    assert [row for _, row in service.rows("orders")] == ["tombstone"]


def test_order_written_during_its_deletion_is_kept(service: TableService) -> None:
    """The write may be a refund; the deletion is repeated another night."""
    store, other = a_backend(service).store, a_backend(service).store
    close(store, COMPLETED)
    service.plan.concurrent_calls["transact orders"] = lambda: open_order(other)

    with pytest.raises(StoreUnavailableError):
        store.delete("o")

    assert store.find("o") is not None


def test_write_gives_up_after_too_many_conflicts(
    service: TableService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller retries later."""
    monkeypatch.setattr(table_records, "_MAX_ATTEMPTS", 3)
    store, other = a_backend(service).store, a_backend(service).store

    def write_concurrently() -> None:
        service.plan.concurrent_calls.pop("replace orders", None)
        open_order(other)
        service.plan.concurrent_calls["replace orders"] = write_concurrently

    write_concurrently()
    with pytest.raises(StoreUnavailableError, match="too many"):
        open_order(store)


def test_long_text_is_stored_in_parts(service: TableService) -> None:
    """A column holds at most 64 KiB."""
    lines = [a_line(f"SKU-{number:060}") for number in range(500)]

    placed = a_backend(service).store.place(a_stored_order("long", *lines), a_customer(), "f")

    assert a_backend(service).store.find("long") == placed.record


def test_id_that_is_not_a_valid_key_is_not_found(service: TableService) -> None:
    """Callers may send any text."""
    for order_id in ("a/b", "a\\b", "#", "?", "'", "é", "\x00", "o" * 5000, ""):
        assert a_backend(service).store.find(order_id) is None


def test_page_is_short_if_too_many_records_are_read(
    service: TableService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cursor leads to the other matches."""
    monkeypatch.setattr(table_store, "MAX_RECORDS_READ", 3)
    monkeypatch.setattr(table_store, "_MIN_BATCH", 1)
    store = a_backend(service).store
    for number in range(10):
        store.place(a_stored_order(f"o{number}", a_line(f"SKU-{number}")), a_customer(), "f")

    pages = [store.page(OrderQuery(sku="SKU-9", limit=1))]
    while pages[-1].cursor:
        pages.append(store.page(OrderQuery(sku="SKU-9", limit=1, cursor=pages[-1].cursor)))

    assert len(pages) > 2
    assert [record.order.order_id for page in pages for record in page.orders] == ["o9"]
