"""An order that is completed without faults."""

from orders.contracts.names import Activity
from tests.builders import EMAIL, an_order
from tests.shop import COMPLETED_EFFECTS, Shop


def test_order_is_completed_with_a_tracking_number(shop: Shop) -> None:
    """The output has nothing else."""
    run = shop.run(an_order())

    assert run.status == "Completed"
    assert run.output["status"] == "completed"
    assert set(run.output) == {"status", "trackingNumber"}


def test_activities_are_called_in_order(shop: Shop) -> None:
    """The shipment is booked before the capture and dispatched after it."""
    run = shop.run(an_order())

    assert run.activities == [
        Activity.OPEN_ORDER,
        Activity.VALIDATE_ORDER,
        Activity.PROCESS_PAYMENT,
        Activity.SHIP_ORDER,
        Activity.CAPTURE_PAYMENT,
        Activity.DISPATCH_ORDER,
        Activity.SEND_CONFIRMATION,
        Activity.CLOSE_ORDER,
    ]


def test_every_effect_happens_once(shop: Shop) -> None:
    """One authorization, one capture, one shipment, one email."""
    shop.run(an_order())

    assert shop.effects() == COMPLETED_EFFECTS


def test_confirmation_has_tracking_number_and_total(shop: Shop) -> None:
    """It is sent to the customer."""
    run = shop.run(an_order(sku="TEAPOT-IRON", quantity=1))

    (email,) = shop.emails()
    assert email.detail["recipient"] == EMAIL
    assert str(run.output["trackingNumber"]) in str(email.detail["text"])
    assert "73.90 EUR" in str(email.detail["text"])


def test_authorized_amount_is_the_total(shop: Shop) -> None:
    """The lines at the prices of the catalogue, and the shipping."""
    lines = [{"sku": "MUG-BLUE", "quantity": 2}, {"sku": "GIFT-CARD", "quantity": 1}]
    shop.run(an_order(lines=lines))

    authorization = shop.payments.ledger.entries()[0]
    assert authorization.detail["minor"] == 2 * 1490 + 350 + 490
    assert authorization.detail["currency"] == "EUR"


def test_custom_status_is_the_latest_step(shop: Shop) -> None:
    """With a text for people."""
    run = shop.run(an_order())

    assert run.custom_status == {"step": "closeOrder", "text": "Recording the outcome."}
