"""Counters of orders in each backend."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from orders.adapters.order_store.sqlite.quotas import SqliteQuotaCounters
from orders.adapters.order_store.tables.quotas import TABLE, TableQuotaCounters
from orders.adapters.order_store.tables.service import Tables, connect_with_string
from orders.domain.errors import StoreUnavailableError
from orders.ports.quotas import QuotaCounters
from tests import tables_server
from tests.adapters.stores import Backend
from tests.builders import NOON
from tests.wire import Fault

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def quotas(backend: Backend) -> QuotaCounters:
    """Counters that have counted nothing."""
    return backend.quotas


def test_orders_are_counted_up_to_the_limit(quotas: QuotaCounters) -> None:
    """After that none is counted, however often it is tried."""
    counted = [quotas.use("k", 3, NOON) for _ in range(5)]

    assert counted == [True, True, True, False, False]


def test_each_key_and_each_period_has_a_counter(quotas: QuotaCounters) -> None:
    """A counter that is used up does not affect the others."""
    quotas.use("k", 1, NOON)

    assert not quotas.use("k", 1, NOON)
    assert quotas.use("other", 1, NOON)
    assert quotas.use("k", 1, LATER)
    assert quotas.use("k", 2, NOON)


def test_concurrent_orders_never_exceed_the_limit(quotas: QuotaCounters) -> None:
    """As many are counted as the limit allows, no more and no fewer."""
    with ThreadPoolExecutor(6) as pool:
        counted = list(pool.map(lambda _: quotas.use("k", 7, NOON), range(20)))

    assert counted.count(True) == 7


def test_counters_of_ended_periods_are_deleted(quotas: QuotaCounters) -> None:
    """Those of the current period remain; a repeat is harmless."""
    for key in ("a", "b", "c", "d", "e"):
        quotas.use(key, 1, NOON)
        quotas.use(key, 1, NOON - timedelta(days=1))
        quotas.use(key, 1, LATER)

    quotas.delete_ended(NOON + timedelta(minutes=1))
    quotas.delete_ended(NOON + timedelta(minutes=1))

    assert quotas.use("a", 1, NOON)
    assert quotas.use("e", 1, NOON - timedelta(days=1))
    assert not quotas.use("a", 1, LATER)


def test_unavailable_file_raises(tmp_path: Path) -> None:
    """Both methods do: an order is not accepted uncounted."""
    (tmp_path / "file").write_text("in the way")
    quotas = SqliteQuotaCounters(tmp_path / "file" / "orders.sqlite3")

    with pytest.raises(StoreUnavailableError):
        quotas.use("k", 1, NOON)
    with pytest.raises(StoreUnavailableError):
        quotas.delete_ended(NOON)


@pytest.mark.parametrize("step", ["transact quotas", "replace quotas"])
def test_order_whose_response_is_lost_is_counted_once(step: str) -> None:
    """The client of the service repeats the write, and recognizes its own."""
    with tables_server.serving() as service:
        quotas = TableQuotaCounters(Tables(connect_with_string(service.connection_string)))
        first = 0 if step.startswith("transact") else 1
        for _ in range(first):
            quotas.use("k", 9, NOON)
        service.plan.fail(step, Fault.ERROR_AFTER)

        assert quotas.use("k", 9, NOON)
        assert [row["used"] for row in service.storage.tables[TABLE].values()] == [first + 1]


def test_more_counters_than_a_transaction_holds_are_deleted() -> None:
    """In several transactions, and every one of them."""
    with tables_server.serving() as service:
        service.storage.page_length = 1000
        quotas = TableQuotaCounters(Tables(connect_with_string(service.connection_string)))
        for number in range(101):
            quotas.use(f"k{number}", 1, NOON)

        quotas.delete_ended(LATER)

        assert service.rows(TABLE) == []
        assert service.requests.count("transact quotas") == 101 + 2
