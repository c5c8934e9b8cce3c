"""Can some of the money of a completed order be paid back, once, and never too much?"""

from typing import Any

import pytest

from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

TOTAL = 3470


@pytest.fixture
def order_id(shop: Shop) -> str:
    """An order that was completed."""
    return shop.run(an_order()).instance_id


def test_a_part_is_paid_back_and_told(shop: Shop, order_id: str) -> None:
    """The order stays completed, and shows what went back."""
    answer = shop.refund(order_id, a_refund(1000))
    shop.app.wait(answer.json()["refundId"])

    (shown,) = shop.get(order_id)["refunds"]
    assert (answer.status, answer.json()["refundable"]["minor"]) == (202, TOTAL - 1000)
    assert (shown["status"], shown["amount"]["minor"]) == ("paid", 1000)
    assert shop.get(order_id)["status"] == "completed"
    assert "10.00 EUR of the 34.70 EUR" in str(shop.emails()[-1].detail["text"])


def test_without_an_amount_all_that_is_left_is_paid_back(shop: Shop, order_id: str) -> None:
    """After which nothing more can be."""
    shop.refund(order_id, a_refund(1000), "first")
    rest = shop.refund(order_id, a_refund(), "second")
    more = shop.refund(order_id, a_refund(1), "third")

    assert rest.json()["amount"]["minor"] == TOTAL - 1000
    assert (more.status, more.json()["refundable"]["minor"]) == (409, 0)
    assert more.json()["detail"].startswith("All that was taken is paid back")


def test_a_repeated_request_pays_once(shop: Shop, order_id: str) -> None:
    """And is answered as the first one."""
    first = shop.refund(order_id, a_refund())
    shop.app.settle()
    again = shop.refund(order_id, a_refund())
    shop.app.settle()

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["refundId"] == first.json()["refundId"]
    assert shop.effects().count("refunded") == 1


def test_a_key_stands_for_one_refund(shop: Shop, order_id: str) -> None:
    """Another one under the same key is refused."""
    shop.refund(order_id, a_refund(1000))

    assert shop.refund(order_id, a_refund(2000)).status == 422


def test_a_request_whose_start_was_lost_is_taken_up_by_its_repetition(
    shop: Shop, order_id: str
) -> None:
    """The book knows that it is to be paid."""
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=FOREVER))
    refund_id = shop.refund(order_id, a_refund()).json()["refundId"]
    shop.app.terminate(refund_id, "lost")
    shop.app.settle()
    shop.app.request("DELETE", f"/runtime/webhooks/durabletask/instances/{refund_id}")
    shop.restore_ports()

    assert shop.refund(order_id, a_refund()).status == 202
    assert shop.app.wait(refund_id).output["status"] == "paid"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"operator": "Grace"}, "note"),
        ({"note": "broken"}, "by"),
        ({**a_refund(), "amount": {"minor": 0, "currency": "EUR"}}, "amount.minor"),
        ({**a_refund(), "amount": {"minor": 1.5, "currency": "EUR"}}, "amount.minor"),
        ({**a_refund(), "amount": {"minor": 1, "currency": "USD"}}, "amount.currency"),
        ({**a_refund(), "amount": 1}, "amount"),
        ({**a_refund(), "percent": 10}, "percent"),
    ],
)
def test_a_bad_request_names_its_field(
    shop: Shop, order_id: str, body: dict[str, Any], field: str
) -> None:
    """And nothing is paid back."""
    answer = shop.refund(order_id, body)

    assert answer.status == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_all_that_is_missing_is_named_at_once(shop: Shop, order_id: str) -> None:
    """Also who it is that asks."""
    answer = shop.refund(order_id, {})

    assert [error["field"] for error in answer.json()["errors"]] == ["note", "by"]


def test_a_refund_needs_a_key(shop: Shop, order_id: str) -> None:
    """So that a nervous finger pays once."""
    path = f"/api/operations/orders/{order_id}/refund"

    assert shop.app.request("POST", path, json=a_refund()).status == 400


def test_an_order_that_nobody_knows_is_not_paid_back(shop: Shop) -> None:
    """There is no such order."""
    assert shop.refund("ord_1", a_refund()).status == 404


@pytest.mark.parametrize("order", [an_order(country="US"), an_order(postal_code="00001")])
def test_only_a_completed_order_is_paid_back(shop: Shop, order: dict[str, Any]) -> None:
    """Of another one nothing was kept."""
    rejected = shop.run(order).instance_id

    answer = shop.refund(rejected, a_refund())
    assert answer.status == 409
    assert "this one is rejected. What was taken was given back" in answer.json()["detail"]


def test_an_order_whose_shipment_has_left_has_to_be_completed_first(shop: Shop) -> None:
    """While its mail is tried again nobody is told to cancel it, which would be refused."""
    order_id = shop.place(an_order(email="ada@undeliverable.example"))
    shop.app.settle()
    early = shop.refund(order_id, a_refund())
    shop.app.wait(order_id)

    assert (early.status, "Cancel it" in early.text) == (409, False)
    assert shop.refund(order_id, a_refund()).status == 202


def test_an_order_that_is_under_way_is_canceled_instead(shop: Shop) -> None:
    """Its money is not there yet."""
    shop.replace_ports(payments=Failing(shop.payments, "capture", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.settle()

    assert "Cancel it" in shop.refund(order_id, a_refund()).json()["detail"]
