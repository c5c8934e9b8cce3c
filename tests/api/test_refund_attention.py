"""Failed refunds in the attention queue, and their resolutions."""

from typing import Any

import pytest

from tests.builders import EMAIL, OPERATOR, a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.inspection import audit, email_kinds
from tests.shop import Shop


def resolve(shop: Shop, order_id: str, action: str, **more: object) -> int:
    """Resolve failed steps, and wait until the host is idle."""
    response = shop.resolve(order_id, action, **more)
    shop.app.wait_until_idle()
    return response.status


def an_order_with_a_failed_refund(shop: Shop, failing: str = "payment") -> str:
    """Return an order with a refund whose payment or email failed."""
    order_id = shop.run(an_order()).instance_id
    if failing == "payment":
        shop.replace_ports(payments=Failing(shop.payments, "refund", before=FOREVER))
    else:
        shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))
    shop.app.wait(shop.request_refund(order_id, a_refund(1000)))
    shop.restore_ports()
    return order_id


def refund_view(shop: Shop, order_id: str) -> dict[str, Any]:
    """Return the order's only refund as customers see it."""
    (refund,) = shop.get(order_id)["refunds"]
    assert isinstance(refund, dict)
    return refund


def test_entry_shows_the_failed_refund(shop: Shop) -> None:
    """With operator and note."""
    order_id = an_order_with_a_failed_refund(shop)

    (entry,) = shop.attention_queue()

    (refund,) = entry["refunds"]
    assert (entry["orderId"], entry["status"]) == (order_id, "completed")
    assert entry["failedSteps"] == ["refundPayment"]
    assert (refund["status"], refund["note"]) == ("failed", "a broken cup")
    assert refund["operator"] == OPERATOR


@pytest.mark.parametrize(
    ("action", "status", "payments"),
    [("retry", "paid", 1), ("settledElsewhere", "settledElsewhere", 0), ("skip", "skipped", 0)],
)
def test_failed_refund_is_resolved(shop: Shop, action: str, status: str, payments: int) -> None:
    """The order stays completed, and the audit is clean."""
    order_id = an_order_with_a_failed_refund(shop)

    assert resolve(shop, order_id, action) == 202
    assert refund_view(shop, order_id)["status"] == status
    assert shop.effects().count("refunded") == payments
    assert (shop.get(order_id)["status"], shop.attention_queue()) == ("completed", [])
    assert shop.record(order_id).runs == 1
    assert audit(shop)["findings"] == []


def test_repeated_resolution_pays_once(shop: Shop) -> None:
    """A repeated retry is accepted."""
    order_id = an_order_with_a_failed_refund(shop)

    assert [resolve(shop, order_id, "retry") for _ in range(2)] == [202, 202]
    assert shop.effects().count("refunded") == 1


def test_retried_refund_email_is_sent(shop: Shop) -> None:
    """The refund is not paid again."""
    order_id = an_order_with_a_failed_refund(shop, "email")
    resolve(shop, order_id, "retry")

    assert refund_view(shop, order_id)["status"] == "paid"
    assert email_kinds(shop) == ["confirmation", "refund"]
    assert shop.effects().count("refunded") == 1


def test_steps_of_order_and_refund_are_resolved_apart(shop: Shop) -> None:
    """The confirmation is skipped, the refund settled elsewhere."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))
    order_id = shop.run(an_order(payment_method="pm_sandbox_refundRefused")).instance_id
    shop.app.wait(shop.request_refund(order_id, a_refund()))
    skipped = resolve(shop, order_id, "skip", steps=["sendConfirmation"])
    settled = resolve(shop, order_id, "settledElsewhere", steps=["refundPayment"])

    assert (skipped, settled) == (202, 202)
    assert refund_view(shop, order_id)["status"] == "settledElsewhere"
    assert shop.record(order_id).resolved_steps == ("sendConfirmation",)
    assert shop.attention_queue() == []


def test_one_resolution_applies_to_order_and_refund(shop: Shop) -> None:
    """The confirmation is sent, and the refund paid."""
    shop.replace_ports(
        mailer=Failing(shop.mailer, "send", before=FOREVER),
        payments=Failing(shop.payments, "refund", before=FOREVER),
    )
    order_id = shop.run(an_order()).instance_id
    shop.app.wait(shop.request_refund(order_id, a_refund()))
    shop.restore_ports()

    assert resolve(shop, order_id, "retry") == 202
    assert resolve(shop, order_id, "retry") == 202
    assert refund_view(shop, order_id)["status"] == "paid"
    assert sorted(email_kinds(shop)) == ["confirmation", "refund"]
    assert audit(shop)["findings"] == []


def test_erasure_keeps_unpaid_refunds_in_the_queue(shop: Shop) -> None:
    """Operator and note are erased."""
    order_id = an_order_with_a_failed_refund(shop)
    assert shop.erase(order_id).status == 200

    (entry,) = shop.attention_queue()

    assert entry["failedSteps"] == ["refundPayment"]
    assert entry["refunds"][0]["operator"] == "(erased)"
    assert EMAIL not in str(entry)


def test_order_with_an_open_refund_cannot_be_erased(shop: Shop) -> None:
    """The email about the refund needs the address; later the request succeeds."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=2))
    refund_id = shop.request_refund(order_id, a_refund())
    shop.app.wait_until_idle()
    early = shop.erase(order_id)
    shop.app.wait(refund_id)

    assert (early.status, "refund" in early.json()["detail"]) == (409, True)
    assert shop.erase(order_id).status == 200


def test_erasure_removes_failed_emails_from_the_queue(shop: Shop) -> None:
    """They have no recipient any longer."""
    order_id = an_order_with_a_failed_refund(shop, "email")
    shop.erase(order_id)

    assert shop.attention_queue() == []


def test_failed_refund_stays_in_the_queue_when_the_order_ends_again(shop: Shop) -> None:
    """The refund failed while the order's confirmation was retried."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=8 + 5))
    order_id = shop.run(an_order(payment_method="pm_sandbox_refundRefused")).instance_id
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=2))
    refund_id = shop.request_refund(order_id, a_refund())
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=5))
    resolve(shop, order_id, "retry", steps=["sendConfirmation"])
    shop.app.wait(refund_id)
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.attention_queue()[0]["failedSteps"] == ["refundPayment"]


def test_erased_order_is_not_restarted(shop: Shop) -> None:
    """Only its confirmation was left to send, and it has no recipient any longer."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))
    order_id = shop.run(an_order(payment_method="pm_sandbox_refundRefused")).instance_id
    shop.app.wait(shop.request_refund(order_id, a_refund()))
    resolve(shop, order_id, "retry", steps=["sendConfirmation"])
    shop.erase(order_id)
    resolve(shop, order_id, "settledElsewhere")

    assert shop.record(order_id).runs == 1
    assert (shop.get(order_id)["status"], shop.attention_queue()) == ("completed", [])


def test_paid_refund_stays_paid_while_its_email_is_retried(shop: Shop) -> None:
    """The gateway is not called and may be unavailable."""
    order_id = an_order_with_a_failed_refund(shop, "email")
    shop.replace_ports(
        payments=Failing(shop.payments, "refund", before=FOREVER),
        mailer=Failing(shop.mailer, "send", before=1),
    )
    resolve(shop, order_id, "retry")
    while_retried = refund_view(shop, order_id)["status"]
    shop.app.wait(shop.record(order_id).refunds[0].refund_id)

    assert (while_retried, refund_view(shop, order_id)["status"]) == ("paid", "paid")
    assert email_kinds(shop) == ["confirmation", "refund"]
    assert shop.record(order_id).open_refunds == ()
