"""Orders with the order store in Azure Tables."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from orders.settings.partners import TablesAccess
from tests import tables_server
from tests.builders import an_order
from tests.inspection import audit
from tests.privacy import personal_data_in
from tests.shop import Shop, open_shop
from tests.tables_server import TableService
from tests.wire import Fault


@pytest.fixture
def service() -> Iterator[TableService]:
    """Serve Azure Tables without any table."""
    with tables_server.serving() as service:
        yield service


@pytest.fixture
def shop(service: TableService, tmp_path: Path) -> Iterator[Shop]:
    """Run an app with its order store in that service."""
    tables = TablesAccess(connection_string=service.connection_string)
    with open_shop(tmp_path, tables=tables) as opened:
        yield opened


def test_order_is_completed(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """It is listed, the audit is clean, and no personal data is logged."""
    with caplog.at_level(logging.DEBUG):
        order_id = shop.run(an_order()).instance_id

    assert shop.get(order_id)["status"] == "completed"
    listed = shop.app.request("GET", "/api/orders?status=completed").json()["orders"]
    assert [item["orderId"] for item in listed] == [order_id]
    assert audit(shop)["clean"]
    assert personal_data_in(caplog.text) == []


def test_repeated_request_returns_the_same_order(shop: Shop) -> None:
    """As long as the order is stored."""
    assert shop.place(an_order(), "key") == shop.place(an_order(), "key")


def test_faults_of_the_service_are_retried(shop: Shop, service: TableService) -> None:
    """Each write is repeated until it succeeds, and applied once."""
    faults = (Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.ERROR_AFTER, Fault.BUSY, Fault.GARBLED)
    service.plan.fail("replace orders", *faults)
    service.plan.fail("transact orders", Fault.ERROR_AFTER)

    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "completed"
    assert audit(shop)["clean"]


def test_order_that_needs_attention_is_resolved(shop: Shop) -> None:
    """It is in the queue until then."""
    order_id = shop.run(an_order(postal_code="00004")).instance_id
    entries = shop.attention_queue()

    shop.resolve(order_id, "settledElsewhere")
    shop.app.wait_until_idle()

    assert [entry["orderId"] for entry in entries] == [order_id]
    assert shop.get(order_id)["status"] == "completed"


def test_old_order_is_erased_and_deleted(shop: Shop, service: TableService) -> None:
    """Only the tombstone of its ID remains."""
    shop.run(an_order())
    assert personal_data_in(str(service.storage.tables)) != []

    shop.advance_days(91)
    assert personal_data_in(str(service.storage.tables)) == []

    shop.advance_days(400)
    assert [row for _, row in service.rows("orders")] == ["tombstone"]
    assert service.rows("orderlists") == []
