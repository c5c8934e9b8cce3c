"""The shipment of an order as the carrier reports it."""

from tests.builders import a_customer, a_stored_order, an_order
from tests.faults import Failing
from tests.shop import Shop


def test_shipment_of_a_completed_order_is_dispatched(shop: Shop) -> None:
    """It has the tracking number of the order."""
    run = shop.run(an_order())

    view = shop.app.request("GET", f"/api/orders/{run.instance_id}/shipment").json()

    assert view == {
        "orderId": run.instance_id,
        "status": "dispatched",
        "trackingNumber": run.output["trackingNumber"],
    }


def test_shipment_of_an_undone_order_is_canceled(shop: Shop) -> None:
    """It was booked, and canceled after the capture failed."""
    run = shop.run(an_order(payment_method="pm_sandbox_captureUnavailable"))

    view = shop.app.request("GET", f"/api/orders/{run.instance_id}/shipment").json()

    assert view["status"] == "canceled"


def test_missing_shipment_is_404(shop: Shop) -> None:
    """The detail distinguishes it from a missing order."""
    shop.services.order_store.place(a_stored_order("ord_1"), a_customer(), "f")

    responses = [
        shop.app.request("GET", f"/api/orders/{order_id}/shipment")
        for order_id in ("ord_1", "ord_unknown")
    ]

    assert [response.status for response in responses] == [404, 404]
    assert responses[0].json()["detail"] == "The order has no shipment."
    assert responses[1].json()["detail"] == "No order with this ID."


def test_unavailable_carrier_is_503(shop: Shop) -> None:
    """The response says when to repeat the request."""
    run = shop.run(an_order())
    shop.replace_ports(carrier=Failing(shop.carrier, "track", before=1))

    response = shop.app.request("GET", f"/api/orders/{run.instance_id}/shipment")

    assert (response.status, response.headers["retry-after"]) == (503, "5")
