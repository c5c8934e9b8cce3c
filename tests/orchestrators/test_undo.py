"""Undo of an order: newest step first, whichever undo fails."""

from typing import Any

import pytest

from orchestrators.order_steps import OrderSteps
from orders.contracts.names import Activity
from orders.contracts.payloads import OrderInput
from orders.domain.outcome import Outcome, Reason
from orders.domain.results import Refused
from tests.builders import CAPTURE_FAILS, an_order
from tests.faults import FOREVER, Failing
from tests.shop import UNDONE_EFFECTS, Shop


def test_newest_step_is_undone_first(shop: Shop) -> None:
    """The record is changed before and after."""
    run = shop.run(CAPTURE_FAILS)

    assert run.activities[-5:] == [
        *("beginUndo", "cancelShipment", "reversePayment", "sendOutcomeEmail", "closeOrder")
    ]


def test_capture_with_lost_replies_is_refunded(shop: Shop) -> None:
    """The amount was captured although every attempt failed."""
    shop.replace_ports(payments=Failing(shop.payments, "capture", after=FOREVER))

    run = shop.run(an_order())

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == ["authorized", "captured", "refunded", "booked", "canceled"]


def test_refused_refund_needs_attention(shop: Shop) -> None:
    """It is a result, so it is not retried; the other steps are undone."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_refundRefused"))
    shop.app.wait_until_idle()
    shop.cancel(order_id)
    run = shop.app.wait(order_id)

    assert run.output["failedSteps"] == ["reversePayment"]
    assert run.output["notes"] == ["The bank refuses to refund the payment."]
    assert run.activities.count("reversePayment") == 1
    assert {"captured", "canceled"} <= set(shop.effects())
    assert "refunded" not in shop.effects()
    steps = shop.get(order_id)["steps"]
    assert [step["result"] for step in steps if step["step"] == "reversePayment"] == ["refused"]


def test_booking_with_lost_replies_is_canceled(shop: Shop) -> None:
    """The undo is registered before the step."""
    shop.replace_ports(carrier=Failing(shop.carrier, "book", after=FOREVER))

    run = shop.run(an_order())

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == UNDONE_EFFECTS


def test_undo_is_retried_longer_than_a_step(shop: Shop) -> None:
    """It succeeds at the tenth attempt."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=9))

    run = shop.run(CAPTURE_FAILS)

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert run.activities.count("cancelShipment") == 10


def test_failed_undo_does_not_stop_the_next(shop: Shop) -> None:
    """The authorization is voided although the shipment cannot be canceled."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))

    run = shop.run(CAPTURE_FAILS)

    assert run.output == {
        "status": "needsAttention",
        "reason": "unavailable",
        "failedSteps": ["cancelShipment"],
    }
    assert shop.effects() == ["authorized", "voided", "booked"]


def test_order_with_a_failed_undo_needs_attention(shop: Shop) -> None:
    """The record has the failed step."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_undoUnavailable"))
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "needsAttention"
    assert shop.record(order_id).outcome == Outcome.needs_attention(
        Reason.UNAVAILABLE, ("reversePayment",)
    )


def test_undo_is_recorded_before_it_begins(shop: Shop) -> None:
    """If it cannot be recorded, nothing is undone and the order stays open."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "begin_undo", before=FOREVER))

    order_id = shop.place(CAPTURE_FAILS)
    run = shop.app.wait(order_id)

    assert run.output == {"status": "unfinished", "step": "beginUndo"}
    assert shop.effects() == ["authorized", "booked"]
    assert shop.record(order_id).outcome is None


def test_authorization_voided_before_the_capture_rejects_the_order(shop: Shop) -> None:
    """The shipment is canceled, and nothing is captured."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.wait_until_idle()
    shop.payments.reverse(order_id)

    run = shop.app.wait(order_id)

    assert run.output == {"status": "rejected", "reason": "alreadyUndone"}
    assert shop.effects() == UNDONE_EFFECTS


def test_order_completed_by_another_orchestration_is_not_undone(shop: Shop) -> None:
    """The orchestration that was believed lost has recorded its outcome."""
    order_id = shop.place(CAPTURE_FAILS)
    shop.app.wait_until_idle()
    shop.close(order_id, Outcome.completed("T1"))

    run = shop.app.wait(order_id)

    assert run.output == {"status": "completed", "trackingNumber": "T1"}
    assert shop.effects() == ["authorized", "booked"]


class CompletedMeanwhile:
    """A gateway that refuses the capture after another orchestration has completed the order."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method of the gateway
        return getattr(self._shop.payments, name)

    def capture(self, order_id: str) -> Refused:
        """Refuse the capture."""
        self._shop.close(order_id, Outcome.completed("T1"))
        return Refused(reason=Reason.CAPTURE_REFUSED)


def test_order_that_completes_while_a_step_is_refused_is_not_undone(shop: Shop) -> None:
    """The record says so when the undo would begin."""
    shop.replace_ports(payments=CompletedMeanwhile(shop))

    run = shop.run(an_order())

    assert run.output == {"status": "completed", "trackingNumber": "T1"}
    assert shop.effects() == ["authorized", "booked"]


@pytest.mark.parametrize(
    ("port", "method", "effects"),
    [
        ("payments", "authorize", ["nothing"]),
        ("carrier", "book", ["authorized", "voided", "nothing"]),
        ("payments", "capture", UNDONE_EFFECTS),
        (
            "order_store",
            "dispatch",
            ["authorized", "captured", "refunded", "booked", "canceled"],
        ),
    ],
)
def test_retried_step_notices_a_cancellation(
    shop: Shop, port: str, method: str, effects: list[str]
) -> None:
    """It does nothing, and the order is undone."""
    failing = Failing(getattr(shop.services, port), method, before=1)
    shop.replace_ports(**{port: failing})
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()
    shop.cancel(order_id)

    run = shop.app.wait(order_id)

    assert run.output == {"status": "canceled", "reason": "canceled"}
    assert shop.effects() == effects


def test_step_that_is_no_undo_is_refused() -> None:
    """A wrong row in the table of steps is an error, and not an undo that does nothing."""
    order = OrderSteps(None, OrderInput(order_id="ord_1"))  # type: ignore[arg-type] # no calls

    with pytest.raises(ValueError, match="capturePayment is not an undo step"):
        next(order.undo(Activity.CAPTURE_PAYMENT))
