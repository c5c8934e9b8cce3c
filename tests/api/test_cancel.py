"""Can a customer stop an order at any time before it leaves, and is then left whole?"""

from typing import Any

import pytest

from local_host.testing import Response
from tests.builders import a_booked_order, a_person, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

WHOLE = {"status": "canceled", "reason": "canceled"}


def cancel(shop: Shop, order_id: str, query: str = "") -> Response:
    """Ask for the order to be stopped."""
    return shop.app.request("POST", f"/api/orders/{order_id}/cancel{query}")


def available(shop: Shop) -> int:
    """Units of the ordered article that are there for others."""
    shown: int = shop.app.request("GET", "/api/stock/MUG-BLUE").json()["available"]
    return shown


@pytest.mark.parametrize(
    ("order", "effects"),
    [
        # Waits for its second try to hold the money.
        (an_order(payment_method="pm_sandbox_flaky"), ["fault"]),
        # Held, and waits for its second try to hear of it.
        (an_order(payment_method="pm_sandbox_timeoutAfterEffect"), ["authorized", "voided"]),
        # Booked, and waits for its second try to hear of it.
        (an_order(postal_code="00002"), ["authorized", "voided", "booked", "canceled"]),
    ],
    ids=["before the hold", "after the hold", "after the booking"],
)
def test_an_order_is_stopped_and_undone_at_any_step(
    shop: Shop, order: dict[str, Any], effects: list[str]
) -> None:
    """What was done is undone, what was not is not begun, and the articles go back."""
    order_id = shop.place(order)
    shop.app.settle()

    answer = cancel(shop, order_id)
    run = shop.app.wait(order_id)

    assert (answer.status, answer.json()["status"]) == (202, "processing")
    assert run.output == WHOLE
    assert [kind for kind in shop.effects() if kind != "nothing"] == effects
    assert available(shop) == 100_000


def test_money_that_was_taken_is_paid_back(shop: Shop) -> None:
    """Stopped at the last moment, between the capture and the dispatch."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "dispatch", before=1))
    order_id = shop.place(an_order())
    shop.app.settle()

    cancel(shop, order_id)
    run = shop.app.wait(order_id)

    assert run.output == WHOLE
    assert shop.effects() == ["authorized", "captured", "refunded", "booked", "canceled"]
    assert available(shop) == 100_000


def test_an_order_that_has_left_is_not_stopped(shop: Shop) -> None:
    """The caller is told to return it; the order stays completed."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    answer = cancel(shop, order_id)

    assert answer.status == 409
    assert "Return it instead" in answer.json()["detail"]
    assert shop.get(order_id)["status"] == "completed"


def test_it_is_too_late_once_the_shipment_may_leave(shop: Shop) -> None:
    """Even while the order is not completed yet: its mail waits for another try."""
    order_id = shop.place(an_order(email="ada@undeliverable.example"))
    shop.app.settle()

    assert shop.get(order_id)["status"] == "processing"
    assert cancel(shop, order_id).status == 409
    assert shop.app.wait(order_id).output["status"] == "completed"


def test_an_order_that_was_refused_has_nothing_to_stop(shop: Shop) -> None:
    """The caller learns how it ended."""
    order_id = shop.place(an_order(payment_method="pm_card_chargeDeclined"))
    shop.app.wait(order_id)

    answer = cancel(shop, order_id)

    assert (answer.status, answer.json()["detail"]) == (
        409,
        "The order has ended already: rejected.",
    )


def test_stopping_twice_is_stopping_once(shop: Shop) -> None:
    """Also after the order has ended."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_flaky"))
    shop.app.settle()
    cancel(shop, order_id)
    shop.app.wait(order_id)
    effects = shop.effects()

    answer = cancel(shop, order_id)

    assert (answer.status, answer.json()["status"]) == (202, "canceled")
    assert shop.effects() == effects


def test_an_order_that_was_never_started_is_stopped(shop: Shop) -> None:
    """The request starts it, and it stops at once."""
    shop.services.order_store.place(a_booked_order("ord_1"), a_person(), "f")

    answer = cancel(shop, "ord_1")
    run = shop.app.wait("ord_1")

    assert answer.status == 202
    assert run.output == WHOLE
    assert run.activities == ["openOrder", "beginUndo", "sendOutcomeEmail", "closeOrder"]
    assert shop.effects() == []


def test_an_order_whose_run_was_lost_is_stopped(shop: Shop) -> None:
    """Another run undoes what the lost one did."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.settle()
    shop.app.terminate(order_id, "its worker died")
    shop.app.settle()

    cancel(shop, order_id)
    run = shop.app.wait(order_id)

    assert run.output == WHOLE
    assert shop.effects() == ["authorized", "voided", "booked", "canceled"]


def test_a_preview_tells_what_would_be_undone(shop: Shop) -> None:
    """And changes nothing."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.settle()

    preview = cancel(shop, order_id, "?preview=true").json()

    assert preview == {
        "orderId": order_id,
        "cancelable": True,
        "undo": ["cancelShipment", "reversePayment", "releaseStock"],
        "amountReturned": {"minor": 3470, "currency": "EUR"},
    }
    assert shop.app.wait(order_id).output["status"] == "completed"


def test_a_preview_counts_what_an_earlier_run_did(shop: Shop) -> None:
    """The order is being opened again, and all is paid."""
    book = shop.services.order_store
    shop.replace_ports(order_store=Failing(book, "dispatch", before=1))
    order_id = shop.place(an_order())
    shop.app.settle()
    shop.app.terminate(order_id, "its worker died")
    shop.app.settle()
    shop.replace_ports(order_store=Failing(book, "open", before=1))
    shop.app.start("processOrder", {"orderId": order_id}, order_id)
    shop.app.settle()

    preview = cancel(shop, order_id, "?preview=true").json()
    assert preview["undo"] == ["cancelShipment", "reversePayment", "releaseStock"]
    assert preview["amountReturned"]["minor"] == 3470


def test_a_preview_of_what_was_not_begun_promises_nothing(shop: Shop) -> None:
    """The order was written down, and nobody started it; or it was canceled already."""
    shop.services.order_store.place(a_booked_order("ord_1"), a_person(), "f")
    before = cancel(shop, "ord_1", "?preview=true").json()
    cancel(shop, "ord_1")
    shop.app.wait("ord_1")
    after = cancel(shop, "ord_1", "?preview=true").json()

    assert before == after == {**before, "cancelable": True, "undo": [], "amountReturned": None}


def test_a_preview_tells_that_it_is_too_late(shop: Shop) -> None:
    """With the reason."""
    order_id = shop.place(an_order())
    shop.app.wait(order_id)

    preview = cancel(shop, order_id, "?preview=true")

    assert preview.status == 200
    assert preview.json()["cancelable"] is False
    assert "The parcel has left" in preview.json()["why"]


@pytest.mark.parametrize("query", ["?preview=1", "?preview=yes", "?preview"])
def test_a_preview_that_is_misspelled_stops_nothing(shop: Shop, query: str) -> None:
    """Whoever only wanted to know is told how to ask."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_flaky"))

    answer = cancel(shop, order_id, query)

    assert (answer.status, answer.json()["errors"][0]["field"]) == (400, "preview")
    assert shop.app.wait(order_id).output["status"] == "completed"


def test_a_shipment_that_the_carrier_keeps_is_not_said_to_have_left(shop: Shop) -> None:
    """It may leave at any moment; later a person decides."""
    order_id = shop.place(an_order(postal_code="00004"))
    shop.app.settle()
    while_tried = cancel(shop, order_id).json()["detail"]
    shop.app.wait(order_id)

    assert "has left or is about to" in while_tried
    assert "waits for somebody of the shop" in cancel(shop, order_id).json()["detail"]


def test_an_unknown_order_cannot_be_stopped(shop: Shop) -> None:
    """404, as for looking at it."""
    assert cancel(shop, "ord_nobody").status == 404


def test_a_shipment_that_left_is_never_undone(shop: Shop) -> None:
    """A fault after the dispatch leaves the order to a person, with money and goods in place."""
    order_id = shop.place(an_order())
    shop.replace_ports(order_store=Failing(shop.services.order_store, "dispatch", after=FOREVER))

    run = shop.app.wait(order_id)

    assert run.output["status"] == "needsAttention"
    assert run.output["failedSteps"] == ["dispatchOrder"]
    assert shop.effects() == ["authorized", "captured", "booked"]


def test_a_shipment_that_cannot_leave_is_left_to_a_person(shop: Shop) -> None:
    """The money is taken and the carrier lets nothing go: nobody undoes what may have left."""
    run = shop.run(an_order(postal_code="00004"))

    assert run.output == {
        "status": "needsAttention",
        "reason": "unavailable",
        "failedSteps": ["dispatchOrder"],
    }
    assert shop.effects() == ["authorized", "captured", "booked"]
