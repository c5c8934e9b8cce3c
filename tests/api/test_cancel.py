"""Cancellation: everything is undone until the dispatch, and nothing after it."""

from typing import Any

import pytest

from tests.builders import a_customer, a_stored_order, an_order
from tests.faults import FOREVER, Failing
from tests.shop import UNDONE_EFFECTS, Shop

CANCELED = {"status": "canceled", "reason": "canceled"}


def available(shop: Shop) -> int:
    """Return the available units of the ordered product."""
    units: int = shop.app.request("GET", "/api/stock/MUG-BLUE").json()["available"]
    return units


@pytest.mark.parametrize(
    ("order", "effects"),
    [
        (an_order(payment_method="pm_sandbox_flaky"), ["fault"]),
        (an_order(payment_method="pm_sandbox_timeoutAfterEffect"), ["authorized", "voided"]),
        (an_order(postal_code="00002"), UNDONE_EFFECTS),
    ],
    ids=["before the authorization", "after the authorization", "after the booking"],
)
def test_cancellation_undoes_the_order_at_any_step(
    shop: Shop, order: dict[str, Any], effects: list[str]
) -> None:
    """The order waits for the retry of a step; no further step begins."""
    order_id = shop.place(order)
    shop.app.wait_until_idle()

    response = shop.cancel(order_id)
    run = shop.app.wait(order_id)

    assert (response.status, response.json()["status"]) == (202, "processing")
    assert run.output == CANCELED
    assert [kind for kind in shop.effects() if kind != "nothing"] == effects
    assert available(shop) == 100_000


def test_cancellation_after_the_capture_refunds_the_payment(shop: Shop) -> None:
    """Between the capture and the dispatch."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "dispatch", before=1))
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()

    shop.cancel(order_id)
    run = shop.app.wait(order_id)

    assert run.output == CANCELED
    assert shop.effects() == ["authorized", "captured", "refunded", "booked", "canceled"]
    assert available(shop) == 100_000


def test_completed_order_cannot_be_canceled(shop: Shop) -> None:
    """The response recommends a return; the order stays completed."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    response = shop.cancel(order_id)

    assert response.status == 409
    assert "Return it instead" in response.json()["detail"]
    assert shop.get(order_id)["status"] == "completed"


def test_dispatched_order_cannot_be_canceled(shop: Shop) -> None:
    """Also while the order still processes: its confirmation is being retried."""
    order_id = shop.place(an_order(email="ada@undeliverable.example"))
    shop.app.wait_until_idle()

    assert shop.get(order_id)["status"] == "processing"
    assert shop.cancel(order_id).status == 409
    assert shop.app.wait(order_id).output["status"] == "completed"


def test_rejected_order_cannot_be_canceled(shop: Shop) -> None:
    """The response says how it ended."""
    order_id = shop.place(an_order(payment_method="pm_card_chargeDeclined"))
    shop.app.wait(order_id)

    response = shop.cancel(order_id)

    assert response.status == 409
    assert response.json()["detail"] == "The order has already ended: rejected."


def test_repeated_cancellation_is_harmless(shop: Shop) -> None:
    """Also after the order has ended."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_flaky"))
    shop.app.wait_until_idle()
    shop.cancel(order_id)
    shop.app.wait(order_id)
    effects = shop.effects()

    response = shop.cancel(order_id)

    assert (response.status, response.json()["status"]) == (202, "canceled")
    assert shop.effects() == effects


def test_order_that_was_never_started_is_canceled(shop: Shop) -> None:
    """The request starts the orchestration, which only undoes."""
    shop.services.order_store.place(a_stored_order("ord_1"), a_customer(), "f")

    response = shop.cancel("ord_1")
    run = shop.app.wait("ord_1")

    assert response.status == 202
    assert run.output == CANCELED
    assert run.activities == ["openOrder", "beginUndo", "sendOutcomeEmail", "closeOrder"]
    assert shop.effects() == []


def test_order_whose_orchestration_was_terminated_is_canceled(shop: Shop) -> None:
    """Another orchestration undoes what the terminated one did."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.wait_until_idle()
    shop.app.terminate(order_id, "its worker died")
    shop.app.wait_until_idle()

    shop.cancel(order_id)
    run = shop.app.wait(order_id)

    assert run.output == CANCELED
    assert shop.effects() == UNDONE_EFFECTS


def test_refusal_of_an_undispatched_shipment_depends_on_the_retries(shop: Shop) -> None:
    """While the dispatch is retried it may succeed; afterwards an operator decides."""
    order_id = shop.place(an_order(postal_code="00004"))
    shop.app.wait_until_idle()
    while_retried = shop.cancel(order_id).json()["detail"]
    shop.app.wait(order_id)

    assert "The shipment is being dispatched" in while_retried
    assert "An operator decides" in shop.cancel(order_id).json()["detail"]


def test_cancellation_of_an_unknown_order_is_404(shop: Shop) -> None:
    """Also its preview."""
    assert shop.cancel("ord_unknown").status == 404
    assert shop.cancel("ord_unknown", "?preview=true").status == 404


def test_fault_after_the_recorded_dispatch_needs_attention(shop: Shop) -> None:
    """The order is not undone: the shipment may have left."""
    order_id = shop.place(an_order())
    shop.replace_ports(order_store=Failing(shop.services.order_store, "dispatch", after=FOREVER))

    run = shop.app.wait(order_id)

    assert run.output["status"] == "needsAttention"
    assert run.output["failedSteps"] == ["dispatchOrder"]
    assert shop.effects() == ["authorized", "captured", "booked"]


def test_shipment_that_cannot_be_dispatched_needs_attention(shop: Shop) -> None:
    """The payment is captured, and the order is not undone."""
    run = shop.run(an_order(postal_code="00004"))

    assert run.output == {
        "status": "needsAttention",
        "reason": "unavailable",
        "failedSteps": ["dispatchOrder"],
    }
    assert shop.effects() == ["authorized", "captured", "booked"]
