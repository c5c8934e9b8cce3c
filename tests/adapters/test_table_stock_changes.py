"""Stock changes in Azure Tables: faults, lost responses and concurrent changes."""

from collections.abc import Callable, Iterator

import pytest
from azure.data.tables import TableServiceClient

from orders.adapters.order_store.tables.service import Tables
from orders.adapters.order_store.tables.stock_changes import TABLE, TableStockChangeStore
from orders.domain.errors import StoreUnavailableError
from orders.ports.stock_changes import StockChangeStore
from tests import tables_server
from tests.adapters.test_stock_changes import LEVEL, a_change
from tests.tables_server import TableService
from tests.wire import Fault


def a_store(service: TableService, retries: int = 0) -> StockChangeStore:
    """Return the changes in the service's tables, with few retries of the client."""
    account = TableServiceClient.from_connection_string(
        service.connection_string, retry_total=retries, retry_backoff_factor=0.01
    )
    return TableStockChangeStore(Tables(account))


@pytest.fixture
def service() -> Iterator[TableService]:
    """A simulated Table service with one applied change."""
    with tables_server.serving() as service:
        store = a_store(service)
        store.place(a_change(0))
        store.store_answer("stk_0", LEVEL)
        service.requests.clear()
        yield service


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.ERROR_AFTER, Fault.BUSY, Fault.GARBLED])
@pytest.mark.parametrize(
    ("step", "call"),
    [
        ("get stockchanges", lambda store: store.find("stk_0")),
        ("transact stockchanges", lambda store: store.place(a_change())),
        ("query stockchanges", lambda store: store.open_changes()),
        ("query stockchanges", lambda store: store.totals()),
    ],
)
def test_fault_is_translated_without_messages_of_the_service(
    service: TableService, step: str, call: Callable[[StockChangeStore], object], fault: Fault
) -> None:
    """Its messages may repeat what was written."""
    service.plan.fail(step, fault)

    with pytest.raises(StoreUnavailableError) as raised:
        call(a_store(service))

    assert "Planted" not in str(raised.value)


@pytest.mark.parametrize("sku", ["MUG", "BOWL"], ids=["known product", "new product"])
@pytest.mark.parametrize("retries", [0, 1], ids=["caller repeats", "client repeats"])
def test_answer_with_a_lost_response_is_counted_once(
    service: TableService, sku: str, retries: int
) -> None:
    """Answer and total are one transaction, which finds its own write."""
    store = a_store(service, retries)
    store.place(a_change(1, sku=sku))
    service.plan.fail("transact stockchanges", Fault.ERROR_AFTER)
    if not retries:
        with pytest.raises(StoreUnavailableError):
            store.store_answer("stk_1", LEVEL)

    assert store.store_answer("stk_1", LEVEL) == LEVEL
    assert store.totals()[sku] == (20 if sku == "MUG" else 10)


def test_request_with_a_lost_response_is_stored_once(service: TableService) -> None:
    """The repeated request finds it."""
    service.plan.fail("transact stockchanges", Fault.ERROR_AFTER)

    assert a_store(service, retries=1).place(a_change()) == a_change()
    assert [change.change_id for change in a_store(service).open_changes()] == ["stk_0", "stk_1"]


def test_total_that_changes_meanwhile_is_read_again(service: TableService) -> None:
    """No units are lost."""
    store, other = a_store(service), a_store(service)
    for number in (1, 2):
        store.place(a_change(number))
    service.plan.concurrent_calls["transact stockchanges"] = lambda: other.store_answer(
        "stk_2", LEVEL
    )

    store.store_answer("stk_1", LEVEL)

    assert store.totals() == {"MUG": 30}


def test_applied_change_leaves_two_rows(service: TableService) -> None:
    """The request and its answer; the total of the product is one more."""
    store = a_store(service)
    store.close(a_change(0))

    assert len(service.rows(TABLE)) == 3
