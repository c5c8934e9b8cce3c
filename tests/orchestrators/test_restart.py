"""Restart of an order's orchestration: it finds what is done, and does or undoes the rest."""

from typing import Any

import pytest

from orders.domain.order import Customer
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome, Reason
from orders.domain.results import Booking, Refused
from tests.builders import a_customer, a_stored_order, an_order
from tests.faults import FOREVER, Failing
from tests.shop import COMPLETED_EFFECTS, UNDONE_EFFECTS, Shop


def wait_for_activity(shop: Shop, order_id: str, activity: str) -> None:
    """Let time pass until the order has called this activity."""
    shop.app.wait_until(lambda: activity in shop.app.get_run(order_id).activities)


def terminate(shop: Shop, order_id: str) -> None:
    """End the orchestration as if its worker had died, and make all ports work again."""
    shop.app.terminate(order_id, "its worker died")
    shop.restore_ports()


@pytest.mark.parametrize(
    "order",
    [
        an_order(),
        an_order(payment_method="pm_card_chargeDeclined"),
        an_order(payment_method="pm_sandbox_captureUnavailable"),
        an_order(payment_method="pm_sandbox_undoUnavailable"),
    ],
)
def test_restart_of_an_ended_order_returns_its_outcome(shop: Shop, order: dict[str, Any]) -> None:
    """Nothing is done and nothing undone."""
    first = shop.run(order)
    effects = shop.effects()

    second = shop.restart(first.instance_id)

    assert second.output == first.output
    assert second.activities == ["openOrder"]
    assert shop.effects() == effects


@pytest.mark.parametrize(
    ("port", "method"),
    [
        ("payments", "authorize"),
        ("carrier", "book"),
        ("payments", "capture"),
        ("carrier", "dispatch"),
        ("mailer", "send"),
        ("order_store", "close"),
    ],
)
def test_restart_completes_an_order_that_stopped_at_any_step(
    shop: Shop, port: str, method: str
) -> None:
    """Its effects are found, and the others are added; nothing is done twice."""
    shop.replace_ports(**{port: Failing(getattr(shop.services, port), method, after=FOREVER)})
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()
    terminate(shop, order_id)

    run = shop.restart(order_id)

    assert run.output["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_restart_finishes_an_undo_that_had_begun(shop: Shop) -> None:
    """Without another step, and with the recorded reason."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))
    wait_for_activity(shop, order_id, "cancelShipment")
    terminate(shop, order_id)

    run = shop.restart(order_id)

    assert run.activities == [
        *("openOrder", "beginUndo", "cancelShipment", "reversePayment"),
        *("sendOutcomeEmail", "closeOrder"),
    ]
    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == UNDONE_EFFECTS


def test_restart_of_an_undo_without_effects_leaves_tombstones(shop: Shop) -> None:
    """A late authorization or booking is refused."""
    shop.services.order_store.place(a_stored_order("ord_1"), a_customer(), "f")
    shop.update("ord_1", OrderRecord.open)
    goal = Outcome.rejected(Reason.ALREADY_UNDONE)
    shop.update("ord_1", lambda record: record.begin_undo(goal))

    run = shop.restart("ord_1")

    assert run.output == {"status": "rejected", "reason": "alreadyUndone"}
    assert shop.effects() == ["nothing", "nothing"]


def test_order_canceled_before_its_start_does_no_step(shop: Shop) -> None:
    """It is closed as canceled, and the customer gets an email."""
    shop.services.order_store.place(a_stored_order("ord_1"), a_customer(), "f")
    shop.update("ord_1", lambda record: record.request_cancel(shop.app.clock.now()))

    run = shop.restart("ord_1")

    assert run.output == {"status": "canceled", "reason": "canceled"}
    assert run.activities == ["openOrder", "beginUndo", "sendOutcomeEmail", "closeOrder"]
    assert shop.other_emails() == ["canceled"]


def test_restart_undoes_what_the_first_orchestration_may_have_done(shop: Shop) -> None:
    """Although the second one fails at an earlier step."""
    shop.replace_ports(payments=Failing(shop.payments, "capture", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()
    terminate(shop, order_id)
    shop.replace_ports(payments=Failing(shop.payments, "authorize", before=FOREVER))

    run = shop.restart(order_id)

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == UNDONE_EFFECTS


class EmptyCatalogue:
    """A catalogue without products."""

    def product(self, sku: str) -> None:
        """Return no product."""


def test_restart_keeps_the_first_validation(shop: Shop) -> None:
    """An accepted order is completed although its product has left the catalogue."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait(order_id)
    shop.replace_ports(catalogue=EmptyCatalogue())

    run = shop.restart(order_id)

    assert run.output["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_order_whose_record_cannot_be_read_stays_open(shop: Shop) -> None:
    """Without the record nothing is done and nothing undone."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(an_order())
    first = shop.app.wait(order_id)
    shop.restore_ports()

    assert first.output == {"status": "unfinished", "step": "openOrder"}
    assert shop.effects() == []
    assert shop.restart(order_id).output["status"] == "completed"


def test_order_whose_outcome_cannot_be_recorded_stays_open(shop: Shop) -> None:
    """It is processing until a restart records the same outcome."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    first = shop.app.wait(order_id)

    assert first.output == {"status": "unfinished", "step": "closeOrder"}
    assert shop.get(order_id)["status"] == "processing"

    shop.restore_ports()
    second = shop.restart(order_id)

    assert second.output["status"] == shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def a_dispatched_order(shop: Shop) -> str:
    """Return an order whose orchestration has stopped after the dispatch."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()
    terminate(shop, order_id)
    return order_id


class RefusingCarrier:
    """A carrier that has lost the shipment and refuses another one."""

    def book(self, order_id: str, recipient: Customer) -> Booking:  # noqa: ARG002 - a port's method
        """Refuse the booking."""
        return Refused(reason="addressRefused")


def test_dispatched_order_without_its_shipment_needs_attention(shop: Shop) -> None:
    """No confirmation is sent, as there is no tracking number."""
    order_id = a_dispatched_order(shop)
    shop.replace_ports(carrier=RefusingCarrier())

    run = shop.restart(order_id)

    assert (run.output["status"], run.output["failedSteps"]) == ("needsAttention", ["shipOrder"])
    assert shop.emails() == []


def test_dispatched_order_needs_attention_if_the_carrier_is_unavailable(shop: Shop) -> None:
    """It is too late to undo it."""
    order_id = a_dispatched_order(shop)
    shop.replace_ports(carrier=Failing(shop.carrier, "book", before=FOREVER))

    run = shop.restart(order_id)

    assert run.output == {
        "status": "needsAttention",
        "reason": "unavailable",
        "failedSteps": ["shipOrder"],
    }
    assert shop.emails() == []


def test_restart_after_a_skipped_dispatch_sends_no_confirmation(shop: Shop) -> None:
    """It would say that the shipment is on its way."""
    shop.replace_ports(carrier=Failing(shop.carrier, "dispatch", before=FOREVER))
    order_id = shop.run(an_order()).instance_id
    shop.restore_ports()

    assert shop.resolve(order_id, "skip").status == 202
    run = shop.app.wait(order_id)

    assert run.output["status"] == "completed"
    assert run.output["notes"] == ["dispatchOrder was skipped."]
    assert "sendConfirmation" not in run.activities
    assert shop.effects() == ["authorized", "captured", "booked"]
