"""What happens to a good order?"""

from orders.contracts.names import Activity
from tests.builders import EMAIL, an_order
from tests.shop import Shop

STEPS = [
    Activity.OPEN_ORDER,
    Activity.VALIDATE_ORDER,
    Activity.PROCESS_PAYMENT,
    Activity.SHIP_ORDER,
    Activity.CAPTURE_PAYMENT,
    Activity.DISPATCH_ORDER,
    Activity.SEND_CONFIRMATION,
    Activity.CLOSE_ORDER,
]


def test_a_good_order_ends_completed_with_a_tracking_number(shop: Shop) -> None:
    """The outcome of a good order is its status and its tracking number, nothing else."""
    run = shop.run(an_order())

    assert run.status == "Completed"
    assert run.output["status"] == "completed"
    assert set(run.output) == {"status", "trackingNumber"}


def test_the_steps_are_done_in_their_order(shop: Shop) -> None:
    """The parcel is booked before the money is taken, and the customer is told after that."""
    run = shop.run(an_order())

    assert run.activities == STEPS


def test_every_effect_happens_once(shop: Shop) -> None:
    """A good order leaves one authorization, one capture, one parcel and one mail."""
    shop.run(an_order())

    assert shop.effects() == ["authorized", "captured", "booked", "dispatched", "sent"]


def test_the_customer_gets_the_tracking_number_and_the_price(shop: Shop) -> None:
    """The confirmation goes to the customer and says what they need."""
    run = shop.run(an_order(sku="TEAPOT-IRON", quantity=1))

    (email,) = shop.emails()
    assert email.detail["recipient"] == EMAIL
    assert str(run.output["trackingNumber"]) in str(email.detail["text"])
    assert "73.90 EUR" in str(email.detail["text"])


def test_the_amount_comes_from_the_catalogue(shop: Shop) -> None:
    """What is held on the card is the sum of the lines at the catalogue's prices and shipping."""
    lines = [{"sku": "MUG-BLUE", "quantity": 2}, {"sku": "GIFT-CARD", "quantity": 1}]
    shop.run(an_order(lines=lines))

    held = shop.payments.ledger.entries()[0]
    assert (held.detail["minor"], held.detail["currency"]) == (2 * 1490 + 350 + 490, "EUR")


def test_the_custom_status_names_the_step_for_people(shop: Shop) -> None:
    """Whoever looks at the instance sees the last step and a sentence about it."""
    run = shop.run(an_order())

    assert run.custom_status == {
        "step": "closeOrder",
        "text": "Writing down how the order ended.",
    }
