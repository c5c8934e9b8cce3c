"""How is an order undone, and what if that fails too?"""

from orders.domain.outcome import Outcome, Reason
from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

CAPTURE_FAILS = an_order(payment_method="pm_sandbox_captureUnavailable")


def test_the_newest_step_is_undone_first(shop: Shop) -> None:
    """The parcel is canceled, then the hold voided; the book hears of it before and after."""
    run = shop.run(CAPTURE_FAILS)

    assert run.activities[-5:] == [
        *("beginUndo", "cancelShipment", "reversePayment", "sendOutcomeEmail", "closeOrder")
    ]


def test_money_that_was_taken_without_our_knowing_is_paid_back(shop: Shop) -> None:
    """A capture whose every answer is lost has taken the money: undoing it is a refund."""
    shop.replace_ports(payments=Failing(shop.payments, "capture", after=FOREVER))

    run = shop.run(an_order())

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == ["authorized", "captured", "refunded", "booked", "canceled"]


def test_money_that_the_bank_refuses_to_pay_back_is_left_to_a_person(shop: Shop) -> None:
    """An answer, so it is not asked for again and again; the rest is undone all the same."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_refundRefused"))
    shop.app.settle()
    shop.app.request("POST", f"/api/orders/{order_id}/cancel")
    run = shop.app.wait(order_id)

    assert run.output["failedSteps"] == ["reversePayment"]
    assert "refuses" in run.output["notes"][0]
    assert run.activities.count("reversePayment") == 1
    assert {"captured", "canceled"} <= set(shop.effects())
    assert "refunded" not in shop.effects()
    steps = shop.get(order_id)["steps"]
    assert [one["answer"] for one in steps if one["step"] == "reversePayment"] == ["refused"]


def test_a_shipment_that_was_booked_without_our_knowing_is_canceled(shop: Shop) -> None:
    """The undo is registered before the step, so an uncertain booking is canceled too."""
    shop.replace_ports(carrier=Failing(shop.carrier, "book", after=FOREVER))

    run = shop.run(an_order())

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == ["authorized", "voided", "booked", "canceled"]


def test_undoing_is_retried_longer_than_doing(shop: Shop) -> None:
    """An undo that works at the tenth attempt leaves nothing for a person to settle."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=9))

    run = shop.run(CAPTURE_FAILS)

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert run.activities.count("cancelShipment") == 10


def test_one_failing_undo_does_not_stop_the_next(shop: Shop) -> None:
    """When the parcel cannot be canceled the hold is voided all the same."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))

    run = shop.run(CAPTURE_FAILS)

    assert run.output == {
        "status": "needsAttention",
        "reason": "unavailable",
        "failedSteps": ["cancelShipment"],
    }
    assert shop.effects() == ["authorized", "voided", "booked"]


def test_an_order_that_could_not_be_undone_says_so(shop: Shop) -> None:
    """A customer sees that a person has to look at it, and the book knows what failed."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_undoUnavailable"))
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "needsAttention"
    assert shop.record(order_id).outcome == Outcome.needs_attention(
        Reason.UNAVAILABLE, ("reversePayment",)
    )


def test_undoing_is_written_down_before_it_begins(shop: Shop) -> None:
    """If the intent cannot be written, nothing is undone, nothing claimed, the book stays open."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "begin_undo", before=FOREVER))

    order_id = shop.place(CAPTURE_FAILS)
    run = shop.app.wait(order_id)

    assert run.output["status"] == "needsAttention"
    assert run.output["failedSteps"] == ["beginUndo"]
    assert shop.effects() == ["authorized", "booked"]
    assert shop.record(order_id).outcome is None


def test_a_hold_that_is_gone_before_the_capture_ends_the_order(shop: Shop) -> None:
    """The gateway says no to the capture: the parcel is canceled, nothing is charged."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.settle()
    shop.payments.withdraw(order_id)

    run = shop.app.wait(order_id)

    assert run.output == {"status": "rejected", "reason": "alreadyUndone"}
    assert shop.effects() == ["authorized", "voided", "booked", "canceled"]


def test_an_order_that_another_run_completed_is_not_undone(shop: Shop) -> None:
    """A run that was believed lost closed the book: this one finds the end and leaves it."""
    order_id = shop.place(CAPTURE_FAILS)
    shop.app.settle()
    shop.services.order_store.close(order_id, Outcome.completed("T1"))

    run = shop.app.wait(order_id)

    assert run.output == {"status": "completed", "trackingNumber": "T1"}
    assert shop.effects() == ["authorized", "booked"]
