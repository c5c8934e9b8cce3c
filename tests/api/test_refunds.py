"""Refunds of completed orders: paid once, and never more than was captured."""

from typing import Any

import pytest

from orders.domain import operator_changes
from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

TOTAL = 3470


@pytest.fixture
def order_id(shop: Shop) -> str:
    """Return a completed order."""
    return shop.run(an_order()).instance_id


def test_part_of_the_payment_is_refunded(shop: Shop, order_id: str) -> None:
    """The order stays completed and shows the refund; the customer gets an email."""
    response = shop.refund(order_id, a_refund(1000))
    shop.app.wait(response.json()["refundId"])

    (refund,) = shop.get(order_id)["refunds"]
    assert (response.status, response.json()["refundable"]["minor"]) == (202, TOTAL - 1000)
    assert (refund["status"], refund["amount"]["minor"]) == ("paid", 1000)
    assert shop.get(order_id)["status"] == "completed"
    assert "10.00 EUR of the 34.70 EUR" in str(shop.emails()[-1].detail["text"])


def test_refund_without_an_amount_pays_the_rest(shop: Shop, order_id: str) -> None:
    """After that nothing more can be refunded."""
    shop.refund(order_id, a_refund(1000), "first")
    rest = shop.refund(order_id, a_refund(), "second")
    more = shop.refund(order_id, a_refund(1), "third")

    assert rest.json()["amount"]["minor"] == TOTAL - 1000
    assert (more.status, more.json()["refundable"]["minor"]) == (409, 0)
    assert more.json()["type"].endswith("exceeds-refundable")
    assert more.json()["detail"] == "The whole amount is refunded, or is going to be."


def test_refund_above_the_refundable_amount_is_refused(shop: Shop, order_id: str) -> None:
    """The response says how much can be refunded."""
    shop.refund(order_id, a_refund(1000), "first")

    response = shop.refund(order_id, a_refund(TOTAL), "second")

    assert (response.status, response.json()["refundable"]["minor"]) == (409, TOTAL - 1000)
    assert response.json()["detail"] == "Only 24.70 EUR can still be refunded."


def test_repeated_request_pays_once(shop: Shop, order_id: str) -> None:
    """The response says that it is a repetition."""
    first = shop.refund(order_id, a_refund())
    shop.app.wait_until_idle()
    repeated = shop.refund(order_id, a_refund())
    shop.app.wait_until_idle()

    assert repeated.headers["idempotent-replayed"] == "true"
    assert repeated.json()["refundId"] == first.json()["refundId"]
    assert shop.effects().count("refunded") == 1


def test_key_with_another_refund_is_refused(shop: Shop, order_id: str) -> None:
    """A key identifies one refund."""
    shop.refund(order_id, a_refund(1000))

    response = shop.refund(order_id, a_refund(2000))

    assert response.status == 422
    assert response.json()["type"].endswith("idempotency-key-reused")


def test_repeated_request_starts_a_refund_that_was_only_recorded(shop: Shop, order_id: str) -> None:
    """The first request could not start the orchestration."""
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=FOREVER))
    refund_id = shop.request_refund(order_id, a_refund())
    shop.app.terminate(refund_id, "lost")
    shop.app.wait_until_idle()
    shop.manage(refund_id, "purge")
    shop.restore_ports()

    assert shop.refund(order_id, a_refund()).status == 202
    assert shop.app.wait(refund_id).output["status"] == "paid"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"operator": "Grace"}, "note"),
        ({"note": "broken"}, "operator"),
        ({**a_refund(), "amount": {"minor": 0, "currency": "EUR"}}, "amount.minor"),
        ({**a_refund(), "amount": {"minor": 1.5, "currency": "EUR"}}, "amount.minor"),
        ({**a_refund(), "amount": {"minor": 1, "currency": "USD"}}, "amount.currency"),
        ({**a_refund(), "amount": 1}, "amount"),
        ({**a_refund(), "percent": 10}, "percent"),
    ],
)
def test_invalid_refund_names_its_field(
    shop: Shop, order_id: str, body: dict[str, Any], field: str
) -> None:
    """Nothing is refunded."""
    response = shop.refund(order_id, body)

    assert response.status == 422, response.text
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert shop.record(order_id).refunds == ()


def test_all_missing_fields_are_named_at_once(shop: Shop, order_id: str) -> None:
    """Also the operator."""
    response = shop.refund(order_id, {})

    assert [error["field"] for error in response.json()["errors"]] == ["note", "operator"]


def test_refund_requires_an_idempotency_key(shop: Shop, order_id: str) -> None:
    """Without one, a repeated request would pay twice."""
    path = f"/api/operations/orders/{order_id}/refund"

    assert shop.app.request("POST", path, json=a_refund()).status == 400


def test_refund_of_an_unknown_order_is_404(shop: Shop) -> None:
    """Before anything is recorded."""
    assert shop.refund("ord_1", a_refund()).status == 404


@pytest.mark.parametrize("order", [an_order(country="US"), an_order(postal_code="00001")])
def test_rejected_order_cannot_be_refunded(shop: Shop, order: dict[str, Any]) -> None:
    """Its payment is reversed already."""
    rejected = shop.run(order).instance_id

    response = shop.refund(rejected, a_refund())

    assert response.status == 409
    assert "this one is rejected. Its payment is reversed" in response.json()["detail"]


def test_dispatched_order_can_be_refunded_once_it_is_completed(shop: Shop) -> None:
    """Until then the response does not recommend a cancellation, which would be refused."""
    order_id = shop.place(an_order(email="ada@undeliverable.example"))
    shop.app.wait_until_idle()
    early = shop.refund(order_id, a_refund())
    shop.app.wait(order_id)

    assert (early.status, "Cancel it" in early.text) == (409, False)
    assert shop.refund(order_id, a_refund()).status == 202


def test_processing_order_is_to_be_canceled_instead(shop: Shop) -> None:
    """Its payment is not captured."""
    shop.replace_ports(payments=Failing(shop.payments, "capture", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()

    assert "Cancel it" in shop.refund(order_id, a_refund()).json()["detail"]


def test_order_has_a_limited_number_of_refunds(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record of an order must not grow without limit."""
    monkeypatch.setattr(operator_changes, "MAX_REFUNDS", 1)
    order_id = shop.run(an_order()).instance_id
    shop.refund(order_id, a_refund(100), "first")

    response = shop.refund(order_id, a_refund(100), "second")

    assert response.status == 409
    assert response.json()["type"].endswith("too-many-refunds")
