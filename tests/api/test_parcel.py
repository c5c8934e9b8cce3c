"""Can a customer follow the parcel?"""

from tests.builders import a_booked_order, a_person, an_order
from tests.faults import Failing
from tests.shop import Shop


def test_a_shipment_is_followed(shop: Shop) -> None:
    """By the number that the order shows."""
    run = shop.run(an_order())

    shown = shop.app.request("GET", f"/api/orders/{run.instance_id}/shipment").json()

    assert shown == {
        "orderId": run.instance_id,
        "status": "dispatched",
        "trackingNumber": run.output["trackingNumber"],
    }


def test_a_canceled_shipment_says_so(shop: Shop) -> None:
    """Booked, and canceled when the money could not be taken."""
    run = shop.run(an_order(payment_method="pm_sandbox_captureUnavailable"))

    shown = shop.app.request("GET", f"/api/orders/{run.instance_id}/shipment").json()

    assert shown["status"] == "canceled"


def test_an_order_without_a_shipment_has_none_to_follow(shop: Shop) -> None:
    """Nor has an order that is not there; the two are told apart."""
    shop.services.order_store.place(a_booked_order("ord_1"), a_person(), "f")

    answers = [
        shop.app.request("GET", f"/api/orders/{id_}/shipment") for id_ in ("ord_1", "ord_nobody")
    ]

    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].json()["detail"] == "There is no parcel of this order."
    assert answers[1].json()["detail"] == "There is no order of this id."


def test_a_carrier_that_is_down_is_no_missing_shipment(shop: Shop) -> None:
    """The customer is asked to come back."""
    run = shop.run(an_order())
    shop.replace_ports(carrier=Failing(shop.carrier, "track", before=1))

    answer = shop.app.request("GET", f"/api/orders/{run.instance_id}/shipment")

    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
