"""Emails about undone orders: sent once, true, and without effect on the outcome."""

from typing import Any

import pytest

from tests.builders import EMAIL, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

DECLINED = an_order(payment_method="pm_card_chargeDeclined")


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (an_order(country="US"), "We do not ship to your country."),
        (DECLINED, "Your bank declined the payment."),
        (an_order(postal_code="00001"), "Our carrier does not deliver to your address."),
    ],
)
def test_email_about_a_rejected_order_has_the_reason(
    shop: Shop, order: dict[str, Any], text: str
) -> None:
    """It also says that nothing was charged."""
    shop.run(order)

    (email,) = shop.emails()
    assert (email.kind, email.detail["recipient"]) == ("rejected", EMAIL)
    assert text in str(email.detail["text"])
    assert "Nothing was charged" in str(email.detail["text"])


def test_canceled_order_has_its_email(shop: Shop) -> None:
    """It says that the customer requested the cancellation."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_flaky"))
    shop.app.wait_until_idle()
    shop.cancel(order_id)
    shop.app.wait(order_id)

    (email,) = shop.emails()
    assert email.kind == "canceled"
    assert "as you requested" in str(email.detail["text"])


def test_email_about_a_refunded_payment_has_the_amount(shop: Shop) -> None:
    """The payment was captured before the order was undone."""
    shop.replace_ports(payments=Failing(shop.payments, "capture", after=FOREVER))

    shop.run(an_order())

    (email,) = shop.emails()
    assert email.kind == "refunded"
    assert "34.70 EUR" in str(email.detail["text"])


def test_restarted_order_keeps_the_outcome_of_its_email(shop: Shop) -> None:
    """The store was unavailable after the email, and no second email is sent."""
    store = Failing(shop.services.order_store, "record_validation", before=FOREVER)
    shop.replace_ports(order_store=Failing(store, "close", before=FOREVER))
    order_id = shop.run(an_order()).instance_id
    assert shop.other_emails() == ["rejected"]
    shop.restore_ports()

    assert shop.restart(order_id).output["status"] == "rejected"
    assert shop.other_emails() == ["rejected"]


@pytest.mark.parametrize(("before", "after"), [(2, 0), (0, 2)])
def test_email_is_sent_once(shop: Shop, before: int, after: int) -> None:
    """Faults before and after the effect are retried."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=before, after=after))

    run = shop.run(DECLINED)

    assert run.output == {"status": "rejected", "reason": "cardDeclined"}
    assert shop.other_emails() == ["rejected"]


def test_failed_email_does_not_change_the_outcome(shop: Shop) -> None:
    """A note says so."""
    run = shop.run({**DECLINED, "customer": {"name": "Ada", "email": "a@undeliverable.example"}})

    assert (run.output["status"], run.output["reason"]) == ("rejected", "cardDeclined")
    assert run.output["notes"] == ["The email about the outcome could not be sent."]


def test_retried_email_is_sent(shop: Shop) -> None:
    """Nothing else happens, and the order ends without a note."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))
    order_id = shop.run(DECLINED).instance_id
    shop.restore_ports()

    shop.resolve(order_id, "retry")
    run = shop.app.wait(order_id)

    assert run.output == {"status": "rejected", "reason": "cardDeclined"}
    assert shop.other_emails() == ["rejected"]


def test_order_with_a_resolved_step_has_no_email(shop: Shop) -> None:
    """Only the operator knows where the money is."""
    order_id = shop.run(an_order(payment_method="pm_sandbox_undoUnavailable")).instance_id

    shop.resolve(order_id, "settledElsewhere")
    run = shop.app.wait(order_id)

    assert run.output["status"] == "rejected"
    assert shop.emails() == []
