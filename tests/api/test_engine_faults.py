"""Placing an order while the engine or the order store is down."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from unittest import mock

import azure.durable_functions as df
import pytest

from tests.builders import an_order
from tests.faults import Failing
from tests.shop import COMPLETED_EFFECTS, Shop

START, LOOK_UP = "start_new", "get_status"


@contextmanager
def engine_down(*methods: str) -> Iterator[None]:
    """Let these methods of the durable client raise what the SDK raises."""
    error = Exception("The operation failed with an unexpected status code 503")
    with ExitStack() as stack:
        for method in methods:
            patch = mock.patch.object(df.DurableOrchestrationClient, method, side_effect=error)
            stack.enter_context(patch)
        yield


def require_key(shop: Shop) -> None:
    """Refuse orders without an idempotency key."""
    settings = replace(shop.services.settings, requires_idempotency_key=True)
    shop.replace_ports(settings=settings)


@pytest.mark.parametrize("key", [None, "k"])
@pytest.mark.parametrize("methods", [(START,), (START, LOOK_UP)], ids=["start", "everything"])
def test_stored_order_is_accepted_while_the_engine_is_down(
    shop: Shop, methods: tuple[str, ...], key: str | None
) -> None:
    """It will be carried out: recovery starts it, and nothing happens twice."""
    with engine_down(*methods):
        response = shop.post(an_order(), key)

    order_id = response.json()["orderId"]
    assert (response.status, response.json()["status"]) == (202, "placed")
    assert response.headers["location"] == f"/api/orders/{order_id}"
    shop.let_minutes_pass(4)
    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_order_repeated_while_the_engine_is_down_is_accepted(shop: Shop) -> None:
    """The order was never started, and is carried out once."""
    with engine_down(START, LOOK_UP):
        first, second = shop.post(an_order(), "k"), shop.post(an_order(), "k")

    assert [first.status, second.status] == [202, 202]
    assert second.json() == first.json()
    assert second.headers["idempotent-replayed"] == "true"
    shop.let_minutes_pass(4)
    assert shop.effects() == COMPLETED_EFFECTS


def test_ended_order_repeated_while_the_engine_is_down_shows_its_outcome(shop: Shop) -> None:
    """The record alone says that the order has ended."""
    order_id = shop.place(an_order(), "k")
    shop.app.wait(order_id)

    with engine_down(LOOK_UP):
        response = shop.post(an_order(), "k")

    assert (response.status, response.json()["status"]) == (202, "completed")
    assert response.json()["orderId"] == order_id


@pytest.mark.parametrize("fault", [{"before": 1}, {"after": 1}], ids=["before", "after"])
def test_order_without_a_key_must_not_be_repeated_if_it_may_be_stored(
    shop: Shop, fault: dict[str, int]
) -> None:
    """The store failed, before its write or after it; a repetition may order twice."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "place", **fault))

    response = shop.post(an_order())

    assert response.status == 503
    assert "Do not repeat the request" in response.json()["detail"]
    assert "look for the order first" in response.json()["detail"]


def test_order_with_a_key_may_be_repeated_if_it_may_be_stored(shop: Shop) -> None:
    """The advice is true: the order is carried out once."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "place", after=1))

    response = shop.post(an_order(), "k")
    shop.app.wait(shop.place(an_order(), "k"))

    assert response.status == 503
    assert "Repeat the request unchanged" in response.json()["detail"]
    assert shop.effects() == COMPLETED_EFFECTS


def test_required_key_is_missing(shop: Shop) -> None:
    """With ORDERS_REQUIRE_IDEMPOTENCY_KEY=1; nothing is stored."""
    require_key(shop)

    response = shop.post(an_order())

    assert response.status == 400
    assert response.json()["type"].endswith("idempotency-key-missing")
    assert shop.app.request("GET", "/api/orders").json()["orders"] == []


def test_order_with_the_required_key_is_accepted(shop: Shop) -> None:
    """As without the setting."""
    require_key(shop)

    assert shop.post(an_order(), "k").status == 202
