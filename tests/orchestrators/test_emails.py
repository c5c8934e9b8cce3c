"""Does the customer hear how the order ended, once, and is the end not changed by the mail?"""

from typing import Any

import pytest

from tests.builders import EMAIL, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

DECLINED = an_order(payment_method="pm_card_chargeDeclined")


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (an_order(country="US"), "We do not ship to your country."),
        (DECLINED, "Your bank declined the payment."),
        (an_order(postal_code="00001"), "Our carrier does not deliver to your address."),
    ],
)
def test_a_rejected_order_is_told_with_its_reason(
    shop: Shop, order: dict[str, Any], words: str
) -> None:
    """And that nothing was charged."""
    shop.run(order)

    (email,) = shop.emails()
    assert (email.kind, email.detail["recipient"]) == ("rejected", EMAIL)
    assert words in str(email.detail["text"])
    assert "Nothing was charged" in str(email.detail["text"])


def test_a_canceled_order_is_told(shop: Shop) -> None:
    """As the customer wished."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_flaky"))
    shop.app.settle()
    shop.app.request("POST", f"/api/orders/{order_id}/cancel")
    shop.app.wait(order_id)

    (email,) = shop.emails()
    assert email.kind == "canceled"
    assert "as you wished" in str(email.detail["text"])


def test_money_that_is_paid_back_is_told(shop: Shop) -> None:
    """With the amount: it had been taken when the order turned round."""
    shop.replace_ports(payments=Failing(shop.payments, "capture", after=FOREVER))

    shop.run(an_order())

    (email,) = shop.emails()
    assert email.kind == "refunded"
    assert "34.70 EUR" in str(email.detail["text"])


def test_what_the_customer_was_told_stays_true(shop: Shop) -> None:
    """An order that was told to be rejected is not completed by its next run."""
    book = Failing(shop.services.order_store, "judge", before=FOREVER)
    shop.replace_ports(order_store=Failing(book, "close", before=FOREVER))
    order_id = shop.run(an_order()).instance_id
    assert shop.other_emails() == ["rejected"]
    shop.restore_ports()

    assert shop.restart(order_id).output["status"] == "rejected"
    assert shop.other_emails() == ["rejected"]


@pytest.mark.parametrize(("before", "after"), [(2, 0), (0, 2)])
def test_a_notice_is_sent_once(shop: Shop, before: int, after: int) -> None:
    """Faults before and after the effect are retried."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send_notice", before=before, after=after))

    run = shop.run(DECLINED)

    assert run.output == {"status": "rejected", "reason": "cardDeclined"}
    assert shop.other_emails() == ["rejected"]


def test_a_notice_that_cannot_be_sent_changes_no_end(shop: Shop) -> None:
    """It leaves a note, and the order is as rejected as before."""
    run = shop.run({**DECLINED, "customer": {"name": "Ada", "email": "a@undeliverable.example"}})

    assert (run.output["status"], run.output["reason"]) == ("rejected", "cardDeclined")
    assert run.output["notes"] == ["The mail about the order's end could not be sent."]


def test_a_notice_is_sent_later(shop: Shop) -> None:
    """The desk has it tried again: the mail goes out and nothing else happens."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send_notice", before=FOREVER))
    order_id = shop.run(DECLINED).instance_id
    shop.restore_ports()

    shop.resolve(order_id, "retry")
    run = shop.app.wait(order_id)

    assert run.output == {"status": "rejected", "reason": "cardDeclined"}
    assert shop.other_emails() == ["rejected"]


def test_an_order_that_was_left_to_a_person_gets_no_letter(shop: Shop) -> None:
    """Only the person knows what became of the money."""
    order_id = shop.run(an_order(payment_method="pm_sandbox_undoUnavailable")).instance_id

    shop.resolve(order_id, "settledElsewhere")
    run = shop.app.wait(order_id)

    assert run.output["status"] == "rejected"
    assert shop.emails() == []
