"""What happens to a refund when something fails, for a while or for good?"""

import pytest

from tests.builders import EMAIL, a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop


def refunded(shop: Shop, order_id: str) -> str:
    """Ask for a refund, and see how it ends."""
    refund_id = shop.refund(order_id, a_refund(1000)).json()["refundId"]
    return str(shop.app.wait(refund_id).output["status"])


def test_the_way_of_a_refund(shop: Shop) -> None:
    """Written down, paid, told, closed."""
    order_id = shop.run(an_order()).instance_id
    run = shop.app.wait(shop.refund(order_id, a_refund()).json()["refundId"])

    assert run.activities == ["refundPayment", "sendRefundEmail", "closeRefund"]
    assert run.output == {"status": "paid"}


@pytest.mark.parametrize(
    ("port", "method"),
    [("payments", "refund"), ("mailer", "send_refund_notice"), ("refunds", "close")],
)
@pytest.mark.parametrize(("before", "after"), [(2, 0), (0, 1), (1, 2)])
def test_a_step_that_fails_for_a_while_happens_once(
    shop: Shop, port: str, method: str, before: int, after: int
) -> None:
    """Faults before and after the effect are retried, and the effect is there once."""
    order_id = shop.run(an_order()).instance_id
    failing = Failing(getattr(shop.services, port), method, before=before, after=after)
    shop.replace_ports(**{port: failing})

    assert refunded(shop, order_id) == "paid"
    assert shop.effects().count("refunded") == 1
    assert [email.kind for email in shop.emails()] == ["sent", "refund"]


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("pm_sandbox_refundRefused", "refundRefused"),
        ("pm_sandbox_refundUnavailable", "unavailable"),
    ],
)
def test_a_refund_that_cannot_be_paid_waits_for_a_person(
    shop: Shop, method: str, reason: str
) -> None:
    """The customer is told nothing that is not true."""
    order_id = shop.run(an_order(payment_method=method)).instance_id

    assert refunded(shop, order_id) == "failed"
    attention = shop.record(order_id).attention
    assert attention is not None
    assert attention.failed_steps == ("refundPayment",)
    assert shop.get(order_id)["refunds"][0]["reason"] == reason
    assert [email.kind for email in shop.emails()] == ["sent"]


def test_a_mail_that_fails_takes_no_money_back(shop: Shop) -> None:
    """The desk hears of it."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(mailer=Failing(shop.mailer, "send_refund_notice", before=FOREVER))

    assert refunded(shop, order_id) == "paid"
    attention = shop.record(order_id).attention
    assert attention is not None
    assert attention.failed_steps == ("sendRefundEmail",)


def test_a_book_that_is_down_leaves_the_refund_open(shop: Shop) -> None:
    """It is taken up again, and the money is found paid."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(refunds=Failing(shop.services.refunds, "close", before=FOREVER))
    assert refunded(shop, order_id) == "requested"
    shop.restore_ports()
    (refund,) = shop.record(order_id).open_refunds

    assert shop.restart_refund(order_id, refund.refund_id).output["status"] == "paid"
    assert shop.effects().count("refunded") == 1


def test_an_erased_customer_gets_money_and_no_mail(shop: Shop) -> None:
    """Nobody knows any more whom to write to."""
    order_id = shop.run(an_order()).instance_id
    shop.app.request("POST", f"/api/operations/orders/{order_id}/erase")

    assert refunded(shop, order_id) == "paid"
    assert EMAIL not in str(shop.emails())
    assert len(shop.emails()) == 1
