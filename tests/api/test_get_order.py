"""What does a customer see of an order?"""

from typing import Any
from unittest import mock

import pytest

from local_host.host.store.hub import TaskHub
from tests.builders import PERSONAL, an_order
from tests.shop import Shop


def test_a_completed_order_shows_its_tracking_number(shop: Shop) -> None:
    """Everything that a customer asks for stands in one answer."""
    order_id = shop.place(an_order(reference="PO-1"))
    run = shop.app.wait(order_id)

    shown = shop.get(order_id)

    placed_at, ended_at = shown.pop("placedAt"), shown.pop("endedAt")
    assert placed_at < ended_at
    assert shown.pop("steps")
    assert shown == {
        "orderId": order_id,
        "status": "completed",
        "step": None,
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


def test_a_rejected_order_shows_its_reason(shop: Shop) -> None:
    """And no tracking number."""
    order_id = shop.place(an_order(payment_method="pm_card_chargeDeclined"))
    shop.app.wait(order_id)

    shown = shop.get(order_id)

    assert (shown["status"], shown["reason"]) == ("rejected", "cardDeclined")
    assert "trackingNumber" not in shown


def test_an_order_that_is_under_way_shows_its_step(shop: Shop) -> None:
    """While the gateway is down, the customer reads what is being tried."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_unavailable"))
    shop.app.settle()

    shown = shop.get(order_id)

    assert shown["status"] == "processing"
    assert shown["step"] == "processPayment"
    assert shown["text"] == "Holding the amount on the card."


def test_an_order_whose_orchestration_died_is_still_processing(shop: Shop) -> None:
    """Nobody may take it for ended: it can be taken up again."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_unavailable"))
    shop.app.settle()
    shop.app.terminate(order_id, "its worker died")

    assert shop.get(order_id)["status"] == "processing"


def test_nothing_personal_is_shown(shop: Shop) -> None:
    """Whoever finds the link learns no name and no address."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    shown = str(shop.get(order_id))

    assert not any(word in shown for word in PERSONAL)


def test_an_unknown_order_is_404(shop: Shop) -> None:
    """With a problem that says so."""
    answer = shop.app.request("GET", "/api/orders/ord_nobody")

    assert answer.status == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_answers_are_not_kept_by_caches(shop: Shop) -> None:
    """An order's state is news."""
    order_id = shop.place(an_order())

    answer = shop.app.request("GET", f"/api/orders/{order_id}")

    assert answer.headers["cache-control"] == "no-store"


def answers(shown: dict[str, Any]) -> list[tuple[str, str]]:
    """What was tried, and how it was answered."""
    return [(step["step"], step["answer"]) for step in shown["steps"]]


def test_what_was_done_is_told_step_by_step(shop: Shop) -> None:
    """With times that rise, and the article where it is about the stock of one."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    shown = shop.get(order_id)

    assert answers(shown) == [
        (step, "done")
        for step in (
            *("openOrder", "validateOrder", "reserveStock", "processPayment", "shipOrder"),
            *("capturePayment", "dispatchOrder", "commitStock", "sendConfirmation", "closeOrder"),
        )
    ]
    times = [step["at"] for step in shown["steps"]]
    assert times == sorted(times)
    assert [step.get("sku") for step in shown["steps"]].count("MUG-BLUE") == 2


def test_what_was_refused_and_undone_is_told_too(shop: Shop) -> None:
    """A refusal is no fault, and each try of a step that failed stands there."""
    declined = shop.place(an_order(payment_method="pm_card_chargeDeclined"))
    flaky = shop.place(an_order(payment_method="pm_sandbox_flaky"))
    shop.app.wait(declined)
    shop.app.wait(flaky)

    assert ("processPayment", "refused") in answers(shop.get(declined))
    assert ("releaseStock", "done") in answers(shop.get(declined))
    assert answers(shop.get(flaky)).count(("processPayment", "failed")) == 2


def test_who_only_polls_leaves_the_steps_out(shop: Shop) -> None:
    """Then the history is not read at all."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)
    whole = shop.get(order_id)
    del whole["steps"]

    with mock.patch.object(TaskHub, "read_history") as read:
        answer = shop.app.request("GET", f"/api/orders/{order_id}?steps=false")

    assert answer.json() == whole
    assert not read.called


@pytest.mark.parametrize("value", ["no", "FALSE"])
def test_steps_are_wanted_or_not(shop: Shop, value: str) -> None:
    """Anything else is refused; `true` is what goes without saying."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    refused = shop.app.request("GET", f"/api/orders/{order_id}?steps={value}")

    assert refused.status == 400
    assert refused.json()["errors"] == [{"field": "steps", "message": "must be true or false"}]
    assert "steps" in shop.app.request("GET", f"/api/orders/{order_id}?steps=true").json()
