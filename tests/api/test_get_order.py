"""The customer's view of an order: status, prices, steps, and no personal data."""

from typing import Any
from unittest import mock

import azure.durable_functions as df
import pytest

from api.orders.views import order_status
from orders.domain.outcome import Outcome
from orders.domain.recovery import Phase
from orders.engine.instances import Instance
from tests.builders import PERSONAL_DATA, a_record, an_order
from tests.shop import Shop

COMPLETED = Outcome.completed("T1")


def test_completed_order_shows_its_tracking_number_and_prices(shop: Shop) -> None:
    """Absent values, such as the step of an ended order, are left out."""
    order_id = shop.place(an_order(reference="PO-1"))
    run = shop.app.wait(order_id)

    view = shop.get(order_id)

    placed_at, ended_at = view.pop("placedAt"), view.pop("endedAt")
    assert placed_at < ended_at
    assert placed_at.endswith("Z")
    assert ended_at.endswith("Z")
    assert view.pop("steps")
    assert view == {
        "orderId": order_id,
        "status": "completed",
        "trackingNumber": run.output["trackingNumber"],
        "total": {"minor": 3470, "currency": "EUR"},
        "net": {"minor": 2916, "currency": "EUR"},
        "tax": {"minor": 554, "currency": "EUR"},
        "shipping": {"minor": 490, "currency": "EUR"},
        "shippingMethod": "standard",
        "lines": [
            {
                "sku": "MUG-BLUE",
                "name": "Stoneware mug, blue",
                "quantity": 2,
                "unitPrice": {"minor": 1490, "currency": "EUR"},
                "taxRate": 1900,
                "total": {"minor": 2980, "currency": "EUR"},
            }
        ],
        "reference": "PO-1",
        "links": {"self": f"/api/orders/{order_id}"},
    }


def test_rejected_order_shows_its_reason(shop: Shop) -> None:
    """It has no tracking number."""
    order_id = shop.place(an_order(payment_method="pm_card_chargeDeclined"))
    shop.app.wait(order_id)

    view = shop.get(order_id)

    assert (view["status"], view["reason"]) == ("rejected", "cardDeclined")
    assert "trackingNumber" not in view


def test_processing_order_shows_its_step(shop: Shop) -> None:
    """The step that is being retried, with a text for people."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_unavailable"))
    shop.app.wait_until_idle()

    view = shop.get(order_id)

    assert view["status"] == "processing"
    assert view["step"] == "processPayment"
    assert view["text"] == "Authorizing the payment."


def test_order_with_a_terminated_orchestration_is_processing(shop: Shop) -> None:
    """The order is unfinished, and recovery restarts it."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_unavailable"))
    shop.app.wait_until_idle()
    shop.app.terminate(order_id, "its worker died")

    assert shop.get(order_id)["status"] == "processing"


@pytest.mark.parametrize(
    ("runs", "outcome", "phase", "status"),
    [
        (0, None, Phase.ABSENT, "placed"),
        (0, None, Phase.PENDING, "placed"),
        (0, None, Phase.RUNNING, "processing"),
        (1, None, Phase.RUNNING, "processing"),
        (1, None, Phase.PENDING, "processing"),
        (1, None, Phase.ABSENT, "processing"),
        (1, None, Phase.ENDED, "processing"),
        (1, COMPLETED, Phase.RUNNING, "processing"),
        (1, COMPLETED, Phase.PENDING, "processing"),
        (1, COMPLETED, Phase.ENDED, "completed"),
        (1, COMPLETED, Phase.ABSENT, "completed"),
    ],
)
def test_outcome_is_shown_once_it_is_final(
    runs: int, outcome: Outcome | None, phase: Phase, status: str
) -> None:
    """The record contains it, and the orchestration has ended or is purged."""
    record = a_record(runs=runs, outcome=outcome)

    assert order_status(record, Instance(phase=phase)) == status


def test_view_contains_no_personal_data(shop: Shop) -> None:
    """Name, address, email address, telephone number and note stay in the order store."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    view = str(shop.get(order_id))

    assert not any(word in view for word in PERSONAL_DATA)


def test_unknown_order_is_404(shop: Shop) -> None:
    """With a problem that says so."""
    response = shop.app.request("GET", "/api/orders/ord_unknown")

    assert response.status == 404
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.json()["detail"] == "No order with this ID."


@pytest.mark.parametrize(
    "path",
    [
        "/api/orders/{}",
        "/api/orders/{}/shipment",
        "/api/orders/ord_unknown",
        "/api/orders",
        "/api/orders?page=2",
        "/api/stock/MUG-BLUE",
        "/api/operations/attention",
        "/api/operations/audit",
    ],
)
def test_responses_are_not_cached(shop: Shop, path: str) -> None:
    """Neither views nor problems."""
    order_id = shop.run(an_order()).instance_id

    response = shop.app.request("GET", path.format(order_id))

    assert response.headers["cache-control"] == "no-store"


def results(view: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each attempt of a step and its result."""
    return [(step["step"], step["result"]) for step in view["steps"]]


def test_steps_are_listed_with_their_results(shop: Shop) -> None:
    """Oldest first; a step about the stock of one product has its SKU."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    view = shop.get(order_id)

    assert results(view) == [
        (step, "done")
        for step in (
            *("openOrder", "validateOrder", "reserveStock", "processPayment", "shipOrder"),
            *("capturePayment", "dispatchOrder", "commitStock", "sendConfirmation", "closeOrder"),
        )
    ]
    times = [step["at"] for step in view["steps"]]
    assert times == sorted(times)
    assert all(time.endswith("Z") for time in times)
    assert [step.get("sku") for step in view["steps"]].count("MUG-BLUE") == 2


def test_refused_undone_and_failed_steps_are_listed(shop: Shop) -> None:
    """A decline is refused, not failed; each failed attempt is listed."""
    declined = shop.place(an_order(payment_method="pm_card_chargeDeclined"))
    flaky = shop.place(an_order(payment_method="pm_sandbox_flaky"))
    shop.app.wait(declined)
    shop.app.wait(flaky)

    assert ("processPayment", "refused") in results(shop.get(declined))
    assert ("releaseStock", "done") in results(shop.get(declined))
    assert results(shop.get(flaky)).count(("processPayment", "failed")) == 2


def test_steps_can_be_left_out(shop: Shop) -> None:
    """The history is then not read at all."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)
    full_view = shop.get(order_id)
    del full_view["steps"]

    get_status = df.DurableOrchestrationClient.get_status
    with mock.patch.object(
        df.DurableOrchestrationClient, "get_status", autospec=True, side_effect=get_status
    ) as read:
        response = shop.app.request("GET", f"/api/orders/{order_id}?steps=false")

    assert response.json() == full_view
    assert [call.args[2:] for call in read.call_args_list] == [(False, False, False)]


@pytest.mark.parametrize("value", ["no", "FALSE"])
def test_steps_parameter_is_true_or_false(shop: Shop, value: str) -> None:
    """The default is true."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    refused = shop.app.request("GET", f"/api/orders/{order_id}?steps={value}")

    assert refused.status == 400
    assert refused.json()["errors"] == [{"field": "steps", "message": "must be true or false"}]
    assert "steps" in shop.app.request("GET", f"/api/orders/{order_id}?steps=true").json()


@pytest.mark.parametrize(
    ("order", "step"),
    [
        (an_order(payment_method="pm_sandbox_flaky"), "processPayment"),
        (an_order(postal_code="00002"), "shipOrder"),
    ],
)
def test_step_of_a_canceled_order_was_not_tried(
    shop: Shop, order: dict[str, Any], step: str
) -> None:
    """Neither a bank nor a carrier refused it; its earlier attempt failed."""
    order_id = shop.place(order)
    shop.app.wait_until_idle()
    shop.cancel(order_id)
    shop.app.wait(order_id)

    attempts = [result for name, result in results(shop.get(order_id)) if name == step]
    assert attempts == ["failed", "notTried"]
