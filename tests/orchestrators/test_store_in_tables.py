"""Does an order come to its end when the order book lies in Azure Tables?"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from orders.settings.partners import TablesAccess
from tests import tables_server
from tests.builders import an_order
from tests.shop import Shop, open_shop
from tests.tables_server import TableService
from tests.test_privacy import planted
from tests.wire import Fault


@pytest.fixture
def service() -> Iterator[TableService]:
    """A Table service without tables."""
    with tables_server.serving() as service:
        yield service


@pytest.fixture
def shop(service: TableService, tmp_path: Path) -> Iterator[Shop]:
    """A shop whose book lies there."""
    tables = TablesAccess(connection_string=service.connection_string)
    with open_shop(tmp_path, tables=tables) as opened:
        yield opened


def is_clean(shop: Shop) -> bool:
    """Whether everything adds up."""
    clean: bool = shop.app.request("GET", "/api/operations/audit").json()["clean"]
    return clean


def test_an_order_comes_to_its_end(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """And is listed, and all adds up; nothing personal is logged."""
    with caplog.at_level(logging.DEBUG):
        order_id = shop.run(an_order()).instance_id

    assert shop.get(order_id)["status"] == "completed"
    listed = shop.app.request("GET", "/api/orders?status=completed").json()["orders"]
    assert [one["orderId"] for one in listed] == [order_id]
    assert is_clean(shop)
    assert planted(caplog.text) == []


def test_the_same_request_is_the_same_order(shop: Shop) -> None:
    """As long as it is known."""
    assert shop.place(an_order(), "key") == shop.place(an_order(), "key")


def test_a_fault_of_the_service_stops_no_order(shop: Shop, service: TableService) -> None:
    """Each write is done again until it is done, and counts once."""
    faults = (Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.ERROR_AFTER, Fault.BUSY, Fault.GARBLED)
    service.plan.fail("replace orders", *faults)
    service.plan.fail("transact orders", Fault.ERROR_AFTER)

    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "completed"
    assert is_clean(shop)


def test_an_order_that_needs_a_person_lies_on_the_desk(shop: Shop) -> None:
    """Until somebody decides."""
    order_id = shop.run(an_order(postal_code="00004")).instance_id
    entries = shop.attention_queue()

    shop.resolve(order_id, "settledElsewhere")
    shop.app.settle()

    assert [one["orderId"] for one in entries] == [order_id]
    assert shop.get(order_id)["status"] == "completed"


def test_what_ended_long_ago_is_erased_and_forgotten(shop: Shop, service: TableService) -> None:
    """First whatever is personal, at last every row but the mark of its id."""
    shop.run(an_order())
    assert planted(str(service.storage.tables)) != []

    for number in (91, 400):
        shop.app.clock.advance(shop.app.clock.now() + timedelta(days=number))
        shop.advance_to_next_timer()
        if number == 91:
            assert planted(str(service.storage.tables)) == []

    assert [row for _, row in service.rows("orders")] == ["mark"]
    assert service.rows("orderlists") == []
