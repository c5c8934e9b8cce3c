"""Orders while too many are being worked: they are refused, and nothing is stored."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from orders.settings.partners import TablesAccess
from tests import tables_server
from tests.api.test_switches import stored_orders
from tests.builders import WAITS_FOR_RETRY, an_order
from tests.faults import Failing
from tests.shop import Shop, open_shop

UNTIL_NEXT_COUNT = timedelta(seconds=5)


@pytest.fixture(params=["SQLite", "Azure Tables"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """An app that works on two orders at most, on each kind of order store."""
    with tables_server.serving() as service:
        access = TablesAccess(connection_string=service.connection_string)
        tables = None if request.param == "SQLite" else access
        with open_shop(tmp_path, tables=tables) as opened:
            settings = replace(opened.services.settings, max_active_orders=2)
            opened.replace_ports(settings=settings)
            yield opened


def fill(shop: Shop) -> list[str]:
    """Place as many orders as are allowed, which wait for a retry."""
    return [shop.place(WAITS_FOR_RETRY, f"full-{number}") for number in range(2)]


@pytest.mark.parametrize("key", [None, "new"])
def test_order_above_the_cap_is_refused(shop: Shop, key: str | None) -> None:
    """The response says when to repeat the request; nothing is stored."""
    placed = fill(shop)

    refused = shop.post(an_order(), key)

    assert refused.status == 503
    assert refused.headers["retry-after"] == "10"
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.json()["type"] == "urn:durable-orders:problem:too-many-orders"
    assert sorted(stored_orders(shop)) == sorted(placed)


def test_order_is_accepted_once_others_have_ended(shop: Shop) -> None:
    """Its key is free; the orders are counted again after some seconds."""
    placed = fill(shop)
    assert shop.post(an_order(), "k").status == 503
    for order_id in placed:
        shop.app.wait(order_id)
    shop.move_clock(UNTIL_NEXT_COUNT)

    accepted = shop.post(an_order(), "k")

    assert accepted.status == 202
    assert "idempotent-replayed" not in accepted.headers
    assert shop.app.wait(accepted.json()["orderId"]).output["status"] == "completed"


def test_repeated_order_is_answered_above_the_cap(shop: Shop) -> None:
    """It is one of those that are being worked."""
    first, _ = fill(shop)

    repeated = shop.post(WAITS_FOR_RETRY, "full-0")

    assert (repeated.status, repeated.json()["orderId"]) == (202, first)
    assert repeated.headers["idempotent-replayed"] == "true"
    assert shop.post(an_order(quantity=3), "full-0").status == 422


def test_other_requests_are_answered_above_the_cap(shop: Shop) -> None:
    """Quotes, look-ups and cancellations; an invalid order is named as invalid."""
    first, _ = fill(shop)
    shop.app.wait_until_idle()

    assert shop.app.request("POST", "/api/quotes", json=an_order()).status == 200
    assert shop.get(first)["status"] == "processing"
    assert shop.cancel(first).status == 202
    assert shop.post(an_order(quantity=0)).status == 422


def test_stop_is_named_before_the_cap(shop: Shop) -> None:
    """An operator must end it."""
    fill(shop)
    shop.set_switch("accept", on=False)

    assert shop.post(an_order()).json()["type"].endswith(":not-accepting-orders")


def test_order_is_not_stored_if_the_orders_cannot_be_counted(shop: Shop) -> None:
    """The request may be repeated."""
    store = Failing(shop.services.order_store, "count_active", before=1)
    shop.replace_ports(order_store=store)

    refused = shop.post(an_order(), "k")

    assert (refused.status, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["type"].endswith(":unavailable")
    assert stored_orders(shop) == []
    assert shop.post(an_order(), "k").status == 202
    assert store.calls == 2


def test_orders_are_not_counted_at_each_request(shop: Shop) -> None:
    """One count serves all requests of some seconds."""
    store = Failing(shop.services.order_store, "count_active")
    settings = replace(shop.services.settings, max_active_orders=100)
    shop.replace_ports(order_store=store, settings=settings)

    for number in range(10):
        shop.place(an_order(), f"k{number}")
    shop.app.wait_until_idle()

    assert store.calls == 1
