"""Stop switches in Azure Tables: faults, lost responses and concurrent changes."""

from collections.abc import Callable, Iterator

import pytest
from azure.data.tables import TableServiceClient

from orders.adapters.order_store.tables import records as table_records
from orders.adapters.order_store.tables.service import Tables
from orders.adapters.order_store.tables.switches import TABLE, TableSwitchStore
from orders.domain.errors import StoreUnavailableError
from orders.domain.switches import Switch
from orders.ports.switches import SwitchStore
from tests import tables_server
from tests.adapters.test_switches import a_change
from tests.tables_server import TableService
from tests.wire import Fault


def a_store(service: TableService, retries: int = 0) -> SwitchStore:
    """Return the switches in the service's tables, with few retries of the client."""
    account = TableServiceClient.from_connection_string(
        service.connection_string, retry_total=retries, retry_backoff_factor=0.01
    )
    return TableSwitchStore(Tables(account))


@pytest.fixture
def service() -> Iterator[TableService]:
    """A simulated Table service without tables."""
    with tables_server.serving() as service:
        yield service


@pytest.fixture
def changed(service: TableService) -> TableService:
    """A simulated Table service with one change of a switch."""
    a_store(service).change(a_change(0, Switch.CAPTURE))
    return service


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.ERROR_AFTER, Fault.BUSY, Fault.GARBLED])
@pytest.mark.parametrize(
    ("step", "call"),
    [
        ("get switches", lambda store: store.read()),
        ("get switches", lambda store: store.is_on(Switch.ACCEPT)),
        ("transact switches", lambda store: store.change(a_change())),
        ("query switches", lambda store: store.changes()),
    ],
)
def test_fault_is_translated_without_messages_of_the_service(
    changed: TableService, step: str, call: Callable[[SwitchStore], object], fault: Fault
) -> None:
    """Its messages may repeat what was written."""
    changed.plan.fail(step, fault)

    with pytest.raises(StoreUnavailableError) as raised:
        call(a_store(changed))

    assert "Planted" not in str(raised.value)


@pytest.mark.parametrize("is_first", [True, False], ids=["first change", "later change"])
def test_change_with_a_lost_response_is_logged_once(
    service: TableService, *, is_first: bool
) -> None:
    """The client repeats the request, which is refused because of its own write."""
    store = a_store(service, retries=1)
    if not is_first:
        store.change(a_change(0, Switch.CAPTURE))
    service.plan.fail("transact switches", Fault.ERROR_AFTER)

    assert store.change(a_change()) == a_change().state
    assert [change.change_id for change in store.changes()].count("swc_1") == 1
    assert not store.is_on(Switch.ACCEPT)


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.LOST_AFTER])
def test_caller_repeats_a_change_whose_answer_is_lost(changed: TableService, fault: Fault) -> None:
    """Another operator has changed the switch meanwhile, and that change remains."""
    store = a_store(changed)
    changed.plan.fail("transact switches", fault)
    with pytest.raises(StoreUnavailableError):
        store.change(a_change(1))
    store.change(a_change(2, is_on=True))

    assert store.change(a_change(1)) == a_change(1).state
    assert store.is_on(Switch.ACCEPT)
    assert [change.change_id for change in store.changes()] == ["swc_2", "swc_1", "swc_0"]


def test_state_and_log_are_written_together(service: TableService) -> None:
    """A change is one transaction; a look at a switch is one request."""
    store = a_store(service)
    store.change(a_change(1))
    store.change(a_change(2, is_on=True))
    service.requests.clear()

    store.change(a_change(3))
    written = list(service.requests)
    service.requests.clear()
    store.is_on(Switch.ACCEPT)

    assert written == ["get switches", "get switches", "transact switches"]
    assert service.requests == ["get switches"]
    assert len(service.rows(TABLE)) == 7


def test_concurrent_change_is_not_lost(changed: TableService) -> None:
    """The states are read again."""
    store, other = a_store(changed), a_store(changed)
    changed.plan.concurrent_calls["transact switches"] = lambda: other.change(
        a_change(2, Switch.DISPATCH)
    )

    store.change(a_change(1))

    assert [store.is_on(switch) for switch in Switch] == [False, False, False]
    assert len(store.changes()) == 3


def test_change_gives_up_after_too_many_conflicts(
    changed: TableService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller repeats it later."""
    monkeypatch.setattr(table_records, "_MAX_ATTEMPTS", 3)
    store, other = a_store(changed), a_store(changed)
    numbers = iter(range(100, 200))

    def change_concurrently() -> None:
        changed.plan.concurrent_calls.pop("transact switches", None)
        other.change(a_change(next(numbers)))
        changed.plan.concurrent_calls["transact switches"] = change_concurrently

    change_concurrently()
    with pytest.raises(StoreUnavailableError, match="too many"):
        store.change(a_change(1, Switch.DISPATCH))
