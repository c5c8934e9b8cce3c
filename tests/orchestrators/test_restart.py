"""What happens when an order's orchestration runs again from the start?"""

from typing import Any

import pytest

from orders.domain.order import Customer
from orders.domain.outcome import Outcome, Reason
from orders.domain.results import Booking
from tests.builders import a_booked_order, a_person, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

DONE_ONCE = ["authorized", "captured", "booked", "dispatched", "sent"]


@pytest.mark.parametrize(
    "order",
    [
        an_order(),
        an_order(payment_method="pm_card_chargeDeclined"),
        an_order(payment_method="pm_sandbox_captureUnavailable"),
        an_order(payment_method="pm_sandbox_undoUnavailable"),
    ],
)
def test_an_order_that_has_ended_answers_with_its_end(shop: Shop, order: dict[str, Any]) -> None:
    """Nothing is done, nothing undone, whichever way the order ended."""
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
        ("carrier", "release"),
        ("mailer", "send_confirmation"),
        ("order_book", "close"),
    ],
)
def test_an_order_that_was_lost_on_the_way_is_taken_up(shop: Shop, port: str, method: str) -> None:
    """What the lost run did is found, what it did not do is done; nothing is done twice."""
    with_lost_answers = Failing(getattr(shop.services, port), method, after=FOREVER)
    shop.replace_ports(**{port: with_lost_answers})
    order_id = shop.place(an_order())
    shop.app.settle()
    shop.app.terminate(order_id, "its worker died")
    shop.restore_ports()

    run = shop.restart(order_id)

    assert run.output["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_an_undoing_that_had_begun_is_finished(shop: Shop) -> None:
    """The run goes straight to undoing and ends with the reason in the book."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))
    _until(shop, order_id, "cancelShipment")
    shop.app.terminate(order_id, "its worker died")
    shop.restore_ports()

    run = shop.restart(order_id)

    assert run.activities == [
        *(
            "openOrder",
            "beginUndo",
            "cancelShipment",
            "reversePayment",
            "sendOutcomeEmail",
            "closeOrder",
        )
    ]
    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == ["authorized", "voided", "booked", "canceled"]


def test_an_undoing_recorded_before_anything_was_done_ends_at_once(shop: Shop) -> None:
    """There is nothing to undo, the undoing leaves its marks, and the reason stands."""
    book = shop.services.order_store
    book.place(a_booked_order("ord_1"), a_person(), "f")
    book.open("ord_1")
    book.begin_undo("ord_1", Outcome.rejected(Reason.ALREADY_UNDONE))

    run = shop.restart("ord_1")

    assert run.output == {"status": "rejected", "reason": "alreadyUndone"}
    assert shop.effects() == ["nothing", "nothing"]


def test_a_second_run_undoes_what_the_first_may_have_done(shop: Shop) -> None:
    """A fault early in the second run does not leave the first run's hold and parcel."""
    shop.replace_ports(payments=Failing(shop.payments, "capture", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.settle()
    shop.app.terminate(order_id, "its worker died")
    shop.replace_ports(payments=Failing(shop.payments, "authorize", before=FOREVER))

    run = shop.restart(order_id)

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == ["authorized", "voided", "booked", "canceled"]


def test_an_order_that_was_accepted_is_not_refused_later(shop: Shop) -> None:
    """The article left the catalogue while the order was lost: the customer still gets it."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait(order_id)
    shop.replace_ports(catalogue=_Empty())

    run = shop.restart(order_id)

    assert run.output["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_an_order_whose_book_could_not_be_read_is_neither_done_nor_undone(shop: Shop) -> None:
    """Without the book nobody knows what earlier runs did: a person or a later run takes it up."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(an_order())
    lost = shop.app.wait(order_id)
    shop.restore_ports()

    assert lost.output["failedSteps"] == ["openOrder"]
    assert shop.effects() == []
    assert shop.restart(order_id).output["status"] == "completed"


def test_an_order_whose_end_could_not_be_written_is_not_called_ended(shop: Shop) -> None:
    """It reads as processing until a later run closes the book, with the same end."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    lost = shop.app.wait(order_id)

    assert lost.output["failedSteps"] == ["closeOrder"]
    assert shop.get(order_id)["status"] == "processing"

    shop.restore_ports()
    again = shop.restart(order_id)

    assert again.output["status"] == shop.get(order_id)["status"] == "completed"
    assert shop.effects() == DONE_ONCE


class _Forgetful:
    """A carrier that forgot the parcel, and books no other."""

    def book(self, order_id: str, recipient: Customer) -> Booking:  # noqa: ARG002 - a port's shape
        """Refuse."""
        return Booking(booked=False, reason="addressRefused")


def test_a_shipment_that_left_and_is_not_known_any_more_is_left_to_a_person(shop: Shop) -> None:
    """The customer is told of no tracking number that is none."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send_confirmation", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.settle()
    shop.app.terminate(order_id, "its worker died")
    shop.replace_ports(carrier=_Forgetful())

    run = shop.restart(order_id)

    assert (run.output["status"], run.output["failedSteps"]) == ("needsAttention", ["shipOrder"])
    assert shop.emails() == []


class _Empty:
    """A catalogue whose shelves were cleared."""

    def product(self, sku: str) -> None:
        """Nothing is sold any more."""


def _until(shop: Shop, order_id: str, activity: str) -> None:
    """Let time pass until the order has tried this activity."""
    shop.app.settle()
    while activity not in shop.app.look(order_id).activities:
        shop.advance_to_next_timer()
