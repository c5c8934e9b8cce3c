"""Requests about a record that cannot be decoded, and about all others meanwhile."""

import json
import sqlite3
from contextlib import closing

import pytest

from tests.builders import NAME, a_refund, an_order
from tests.inspection import audit
from tests.shop import Shop

KEY = "k"
RESOLUTION = {"action": "retry", "note": "n", "operator": "Grace"}


def damage(shop: Shop, order_id: str) -> None:
    """Replace the stored record by one that cannot be decoded."""
    path = shop.services.settings.data_dir / "orders.sqlite3"
    text = json.dumps({"order": {"note": NAME}})
    with closing(sqlite3.connect(path)) as connection, connection:
        update = "UPDATE orders SET record = ? WHERE order_id = ?"
        assert connection.execute(update, (text, order_id)).rowcount == 1


@pytest.fixture
def unreadable(shop: Shop) -> str:
    """An order with a failed email whose record cannot be decoded."""
    order_id = shop.place(an_order(email="ada@undeliverable.example"), KEY)
    shop.app.wait(order_id)
    damage(shop, order_id)
    return order_id


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/orders/{}", None),
        ("GET", "/api/orders/{}/shipment", None),
        ("POST", "/api/orders/{}/cancel", None),
        ("POST", "/api/orders", an_order(email="ada@undeliverable.example")),
        ("POST", "/api/operations/attention/{}", RESOLUTION),
        ("POST", "/api/operations/orders/{}/erase", None),
        ("POST", "/api/operations/orders/{}/refund", a_refund()),
    ],
    ids=["get", "shipment", "cancel", "repeat", "resolve", "erase", "refund"],
)
def test_unreadable_record_is_500(
    shop: Shop, unreadable: str, method: str, path: str, body: object
) -> None:
    """The response names the kind of fault, advises no repetition and has no personal data."""
    headers = {"Idempotency-Key": KEY}

    response = shop.app.request(method, path.format(unreadable), json=body, headers=headers)

    assert response.status == 500
    assert response.json()["type"].endswith("unreadable-record")
    assert "epeat" not in response.text
    assert NAME not in response.text


@pytest.mark.parametrize("path", ["/api/orders", "/api/operations/attention"])
def test_list_names_the_unreadable_order_and_has_all_others(
    shop: Shop, unreadable: str, path: str
) -> None:
    """Both the list of orders and the attention queue."""
    other = shop.run(an_order(email="ada@undeliverable.example")).instance_id

    page = shop.app.request("GET", path).json()

    assert [order["orderId"] for order in page["orders"]] == [other]
    assert page["unreadable"] == [unreadable]


def test_list_of_readable_orders_names_none(shop: Shop) -> None:
    """The member is left out."""
    shop.run(an_order())

    assert "unreadable" not in shop.app.request("GET", "/api/orders").json()


def test_audit_names_the_unreadable_order_and_checks_all_others(
    shop: Shop, unreadable: str
) -> None:
    """It has one finding, and its payment and shipment are no orphans."""
    shop.run(an_order())

    report = audit(shop)

    assert [(item["kind"], item["orders"]) for item in report["findings"]] == [
        ("unreadableRecord", [unreadable])
    ]
    assert report["checked"]["orders"] == 1
