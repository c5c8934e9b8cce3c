"""Preview of a cancellation: what would be undone and returned, as far as it is known."""

from typing import Any

import pytest

import entities.stock
from tests.builders import a_customer, a_stored_order, an_order
from tests.faults import FOREVER, Failing, FailingStock
from tests.inspection import take_available_stock
from tests.shop import Shop

TOTAL = {"minor": 3470, "currency": "EUR"}
ALL_UNDOS = ["cancelShipment", "reversePayment", "releaseStock"]
DECLINED = an_order(payment_method="pm_card_chargeDeclined")


def preview(shop: Shop, order_id: str) -> dict[str, Any]:
    """Return the preview of an order that can be canceled, without what never changes."""
    response = shop.cancel(order_id, "?preview=true")
    assert response.status == 200, response.text
    view: dict[str, Any] = response.json()
    assert (view.pop("orderId"), view.pop("cancelable")) == (order_id, True)
    return view


def place_until(shop: Shop, change: str, order: dict[str, Any]) -> str:
    """Place an order that waits because the store fails at this change of its record."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, change, before=FOREVER))
    order_id = shop.place(order)
    shop.app.wait_until_idle()
    return order_id


def restart(shop: Shop, order_id: str) -> None:
    """Restart the orchestration as recovery does."""
    shop.app.terminate(order_id, "its worker died")
    shop.app.wait_until_idle()
    shop.app.start("processOrder", {"orderId": order_id}, order_id)
    shop.app.wait_until_idle()


def test_preview_lists_the_undos_and_changes_nothing(shop: Shop) -> None:
    """Newest step first, and the amount that would be returned."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.wait_until_idle()

    assert preview(shop, order_id) == {"undo": ALL_UNDOS, "amountReturned": TOTAL}
    assert shop.app.wait(order_id).output["status"] == "completed"


def test_preview_includes_steps_of_an_earlier_orchestration(shop: Shop) -> None:
    """They may have charged the customer; the restarted orchestration is at its first step."""
    order_id = place_until(shop, "dispatch", an_order())
    assert preview(shop, order_id) == {"undo": ALL_UNDOS, "amountReturned": TOTAL}
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=1))

    restart(shop, order_id)

    assert preview(shop, order_id) == {"undo": ALL_UNDOS, "amountAtMost": TOTAL}


def test_preview_of_a_restarted_order_knows_what_it_has_found_again(shop: Shop) -> None:
    """The restarted orchestration has found the authorization."""
    order_id = place_until(shop, "dispatch", an_order())

    restart(shop, order_id)

    assert preview(shop, order_id) == {"undo": ALL_UNDOS, "amountReturned": TOTAL}


@pytest.mark.parametrize("method", ["pm_sandbox_unavailable", "pm_sandbox_timeoutAfterEffect"])
def test_preview_promises_at_most_the_amount_of_an_attempt_without_a_result(
    shop: Shop, method: str
) -> None:
    """The gateway may hold it: only its answer is missing."""
    order_id = shop.place(an_order(payment_method=method))
    shop.app.wait_until_idle()

    assert preview(shop, order_id) == {
        "undo": ["reversePayment", "releaseStock"],
        "amountAtMost": TOTAL,
    }


@pytest.mark.parametrize("restarts", [0, 1])
def test_preview_promises_no_refund_of_a_declined_payment(shop: Shop, restarts: int) -> None:
    """However often the order was restarted; its undo has begun."""
    order_id = place_until(shop, "begin_undo", DECLINED)
    for _ in range(restarts):
        restart(shop, order_id)

    assert preview(shop, order_id)["undo"][-1] == "releaseStock"
    assert "reversePayment" not in preview(shop, order_id)["undo"]
    assert preview(shop, order_id).keys() == {"undo"}


def test_preview_promises_no_refund_of_a_payment_that_was_never_tried(shop: Shop) -> None:
    """The product is out of stock; other products of the order may be reserved."""
    take_available_stock(shop)
    order_id = place_until(shop, "begin_undo", an_order())

    assert preview(shop, order_id) == {"undo": ["releaseStock"]}


def test_preview_promises_no_refund_of_a_payment_that_the_cancellation_prevented(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is canceled while its stock is reserved, so the gateway is never called."""
    monkeypatch.setattr(entities.stock, "_apply", FailingStock("reserve", before=1))
    order_id = place_until(shop, "begin_undo", an_order())
    shop.cancel(order_id)
    shop.app.wait_until(lambda: shop.get(order_id).get("step") == "beginUndo")

    assert shop.effects() == []
    assert preview(shop, order_id) == {"undo": ["releaseStock"]}


@pytest.mark.parametrize("restarts", [0, 1])
def test_preview_promises_nothing_before_the_validation(shop: Shop, restarts: int) -> None:
    """However often the order was restarted, nothing was reserved or charged."""
    order_id = place_until(shop, "record_validation", an_order())
    for _ in range(restarts):
        restart(shop, order_id)

    assert shop.record(order_id).runs == restarts + 1
    assert preview(shop, order_id) == {"undo": []}


def test_preview_omits_what_is_undone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipment is canceled and the payment reversed; the stock is not released yet."""
    monkeypatch.setattr(entities.stock, "_apply", FailingStock("release", before=FOREVER))
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.wait_until_idle()
    shop.cancel(order_id)
    shop.app.wait_until(lambda: shop.get(order_id).get("step") == "releaseStock")

    assert preview(shop, order_id) == {"undo": ["releaseStock"]}


def test_preview_omits_what_an_operator_did_elsewhere(shop: Shop) -> None:
    """The retried order does not undo it again."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.wait_until_idle()
    shop.cancel(order_id)
    shop.app.wait(order_id)
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    shop.resolve(order_id, "settledElsewhere")
    shop.app.wait_until_idle()

    assert "cancelShipment" not in preview(shop, order_id)["undo"]


def test_preview_of_a_rejected_order_that_is_being_undone_says_how_it_ends(shop: Shop) -> None:
    """A cancellation would change nothing."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))
    shop.app.wait_until(lambda: shop.record(order_id).undoing is not None)

    view = shop.cancel(order_id, "?preview=true").json()

    assert view == {
        "orderId": order_id,
        "cancelable": False,
        "detail": "The order is already being undone. It ends as rejected.",
    }
    assert shop.cancel(order_id).status == 409


def test_preview_without_steps_returns_nothing(shop: Shop) -> None:
    """Before the orchestration starts, and after the order is canceled."""
    shop.services.order_store.place(a_stored_order("ord_1"), a_customer(), "f")
    before = preview(shop, "ord_1")
    shop.cancel("ord_1")
    shop.app.wait("ord_1")

    assert before == preview(shop, "ord_1") == {"undo": []}


def test_preview_after_the_dispatch_says_that_it_is_too_late(shop: Shop) -> None:
    """With the detail of the refusal."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    response = shop.cancel(order_id, "?preview=true")

    assert response.status == 200
    assert response.json()["cancelable"] is False
    assert "The shipment is dispatched" in response.json()["detail"]


@pytest.mark.parametrize("query", ["?preview=1", "?preview=yes", "?preview", "?Preview=true"])
def test_invalid_preview_parameter_cancels_nothing(shop: Shop, query: str) -> None:
    """The parameter is named."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_flaky"))

    response = shop.cancel(order_id, query)

    assert response.status == 400
    assert response.json()["errors"][0]["field"].lower() == "preview"
    assert shop.app.wait(order_id).output["status"] == "completed"
