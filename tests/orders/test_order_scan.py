"""Scans over many orders: one order never stops the others."""

import asyncio
import logging

import pytest

from orders import audit
from orders.domain.errors import StoreUnavailableError, UnreadableRecordError
from orders.domain.holdings import Holdings
from orders.domain.order_record import OrderRecord
from orders.domain.provider_records import PaymentRecord
from orders.order_scan import for_each_order
from orders.ports.order_store import OrderQuery
from tests.builders import a_customer, a_stored_order
from tests.faults import Failing
from tests.shop import Shop


@pytest.mark.parametrize("error", [StoreUnavailableError(), KeyError("a bug")])
def test_failure_of_one_order_does_not_stop_the_others(
    shop: Shop, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """An expected error is a warning, an unexpected one an error with its traceback."""
    for number in range(3):
        order = a_stored_order(f"ord_{number}")
        shop.services.order_store.place(order, a_customer(), "f")
    seen: list[str] = []

    async def act(record: OrderRecord) -> None:
        seen.append(record.order_id)
        if record.order_id == "ord_1":
            raise error

    asyncio.run(for_each_order(OrderQuery(), act))

    assert seen == ["ord_0", "ord_1", "ord_2"]
    is_expected = isinstance(error, StoreUnavailableError)
    (entry,) = [entry for entry in caplog.records if "ord_1" in entry.message]
    assert entry.levelno == (logging.WARNING if is_expected else logging.ERROR)


def test_scan_that_may_not_go_on_reads_no_further_page(shop: Shop) -> None:
    """A run that has done enough leaves the other orders to the next one."""
    for number in range(5):
        order = a_stored_order(f"ord_{number}")
        shop.services.order_store.place(order, a_customer(), "f")
    store = Failing(shop.services.order_store, "page")
    shop.replace_ports(order_store=store)
    seen: list[str] = []

    async def act(record: OrderRecord) -> None:
        seen.append(record.order_id)

    for _ in range(2):
        scan = for_each_order(OrderQuery(limit=2), act, while_=lambda: len(seen) < 2)
        asyncio.run(scan)

    assert (seen, store.calls) == (["ord_0", "ord_1"], 1)


def test_unreadable_order_that_no_list_contained_is_named(shop: Shop) -> None:
    """The audit looks up orders with open holdings one by one."""

    class UnreadableStore:
        def find(self, order_id: str) -> OrderRecord:
            raise UnreadableRecordError(order_id)

    shop.replace_ports(order_store=UnreadableStore())
    held = Holdings(payments=(PaymentRecord(order_id="ord_1", held=1),))
    unreadable: list[str] = []

    records = audit._unlisted_orders({"ord_1": held}, set(), unreadable)

    assert (records, unreadable) == ({}, ["ord_1"])
