"""Idempotency keys after ORDERS_ID_SECRET has changed: the previous secrets are known."""

from dataclasses import replace

import pytest

from local_host.testing import Response
from orders.order_ids import order_id, refund_id, stock_change_id
from tests.builders import a_refund, an_order
from tests.shop import COMPLETED_EFFECTS, SECRET, Shop

NEW_SECRET = "another secret of these tests"  # noqa: S105 - test data
RESTOCK = "/api/stock/MUG-BLUE/restock"


def rotate_secret(shop: Shop) -> None:
    """Use another secret; the one before it is a previous secret."""
    settings = replace(
        shop.services.settings,
        id_secret=NEW_SECRET,
        previous_id_secrets=("a secret that was never used", SECRET),
    )
    shop.replace_ports(settings=settings)


def restock(shop: Shop, quantity: int) -> Response:
    """Add units to the stock."""
    headers = {"Idempotency-Key": "k"}
    return shop.app.request("POST", RESTOCK, json={"quantity": quantity}, headers=headers)


@pytest.mark.parametrize("is_ended", [False, True], ids=["running", "ended"])
def test_order_key_finds_its_order_after_a_rotation(shop: Shop, *, is_ended: bool) -> None:
    """Nothing is charged or shipped twice."""
    placed = shop.place(an_order(), "k")
    if is_ended:
        shop.app.wait(placed)
    rotate_secret(shop)

    repeated = shop.post(an_order(), "k")

    assert (repeated.status, repeated.json()["orderId"]) == (202, placed)
    assert repeated.headers["idempotent-replayed"] == "true"
    shop.app.wait(placed)
    assert shop.effects() == COMPLETED_EFFECTS


def test_order_key_with_another_body_is_refused_after_a_rotation(shop: Shop) -> None:
    """The fingerprint is compared under the secret of the first request."""
    shop.place(an_order(), "k")
    rotate_secret(shop)

    response = shop.post(an_order(quantity=3), "k")

    assert response.status == 422
    assert response.json()["type"].endswith("idempotency-key-reused")


def test_new_order_key_uses_the_current_secret(shop: Shop) -> None:
    """And is found by it again."""
    rotate_secret(shop)

    placed = [shop.place(an_order(), "k") for _ in range(2)]

    assert placed == [order_id(NEW_SECRET, "k")] * 2


def test_refund_key_pays_once_after_a_rotation(shop: Shop) -> None:
    """The response is that of a repetition."""
    order = shop.run(an_order()).instance_id
    first = shop.refund(order, a_refund(1000))
    shop.app.wait_until_idle()
    rotate_secret(shop)

    repeated = shop.refund(order, a_refund(1000))
    shop.app.wait_until_idle()

    assert repeated.json()["refundId"] == first.json()["refundId"]
    assert repeated.headers["idempotent-replayed"] == "true"
    assert shop.effects().count("refunded") == 1


def test_refund_key_with_another_body_is_refused_after_a_rotation(shop: Shop) -> None:
    """Nothing more is paid."""
    order = shop.run(an_order()).instance_id
    shop.refund(order, a_refund(1000))
    rotate_secret(shop)

    response = shop.refund(order, a_refund(2000))

    assert response.status == 422
    assert response.json()["type"].endswith("idempotency-key-reused")
    assert len(shop.record(order).refunds) == 1


def test_new_refund_key_uses_the_current_secret(shop: Shop) -> None:
    """Also of an order that was placed under the previous one."""
    order = shop.run(an_order()).instance_id
    rotate_secret(shop)

    response = shop.refund(order, a_refund(1000), "k")

    assert response.json()["refundId"] == refund_id(NEW_SECRET, order, "k")


def test_stock_change_key_counts_once_after_a_rotation(shop: Shop) -> None:
    """The response is that of the first request."""
    first = restock(shop, 20)
    rotate_secret(shop)

    repeated = restock(shop, 20)

    assert (repeated.status, repeated.json()) == (200, first.json())
    assert shop.app.request("GET", "/api/stock/MUG-BLUE").json()["available"] == 100_020


def test_stock_change_key_with_another_body_is_refused_after_a_rotation(shop: Shop) -> None:
    """The stock is unchanged."""
    restock(shop, 20)
    rotate_secret(shop)

    response = restock(shop, 30)

    assert response.status == 422
    assert response.json()["type"].endswith("idempotency-key-reused")
    assert shop.app.request("GET", "/api/stock/MUG-BLUE").json()["available"] == 100_020


def test_new_stock_change_key_uses_the_current_secret(shop: Shop) -> None:
    """Its orchestration has the ID of the current secret."""
    rotate_secret(shop)

    restock(shop, 20)

    change_id = stock_change_id(NEW_SECRET, "MUG-BLUE", "k")
    assert shop.app.get_run(change_id).status == "Completed"
