"""Can a person bring a refund to its end that could not end by itself?"""

from typing import Any

import pytest

from tests.builders import EMAIL, a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop


def decide(shop: Shop, order_id: str, action: str, **more: object) -> int:
    """Decide about the order, and let happen what comes of it."""
    answer = shop.resolve(order_id, action, **more)
    shop.app.settle()
    return answer.status


def left_to_a_person(shop: Shop, method: str = "refund") -> str:
    """An order whose refund could not be paid, or not be told."""
    order_id = shop.run(an_order()).instance_id
    port = "payments" if method == "refund" else "mailer"
    shop.replace_ports(**{port: Failing(getattr(shop, port), method, before=FOREVER)})
    shop.app.wait(shop.refund(order_id, a_refund(1000)).json()["refundId"])
    shop.restore_ports()
    return order_id


def refund_of(shop: Shop, order_id: str) -> dict[str, Any]:
    """The order's refund as a customer sees it."""
    (refund,) = shop.get(order_id)["refunds"]
    assert isinstance(refund, dict)
    return refund


def test_the_desk_tells_which_refund_failed(shop: Shop) -> None:
    """With the words of whoever wanted it."""
    order_id = left_to_a_person(shop)

    (entry,) = shop.attention_queue()
    (refund,) = entry["refunds"]
    assert (entry["orderId"], entry["status"]) == (order_id, "completed")
    assert entry["failedSteps"] == ["refundPayment"]
    assert (refund["status"], refund["note"]) == ("failed", "a broken cup")


@pytest.mark.parametrize(
    ("action", "status", "paid"),
    [("retry", "paid", 1), ("settledElsewhere", "settledElsewhere", 0), ("skip", "skipped", 0)],
)
def test_a_person_decides_about_a_refund(shop: Shop, action: str, status: str, paid: int) -> None:
    """The order stays completed, whatever becomes of the refund, and it all adds up."""
    order_id = left_to_a_person(shop)

    assert decide(shop, order_id, action) == 202
    assert refund_of(shop, order_id)["status"] == status
    assert shop.effects().count("refunded") == paid
    assert (shop.get(order_id)["status"], shop.attention_queue()) == ("completed", [])
    assert shop.record(order_id).runs == 1
    assert shop.app.request("GET", "/api/operations/audit").json()["findings"] == []


def test_a_repeated_resolution_is_harmless(shop: Shop) -> None:
    """It pays once."""
    order_id = left_to_a_person(shop)

    assert [decide(shop, order_id, "retry") for _ in range(2)] == [202, 202]
    assert shop.effects().count("refunded") == 1


def test_a_mail_about_a_refund_is_tried_again(shop: Shop) -> None:
    """The money is found paid."""
    order_id = left_to_a_person(shop, "send_refund_notice")
    decide(shop, order_id, "retry")

    assert refund_of(shop, order_id)["status"] == "paid"
    assert [email.kind for email in shop.emails()] == ["sent", "refund"]
    assert shop.effects().count("refunded") == 1


def test_what_failed_in_the_order_and_in_its_refund_is_decided_apart(shop: Shop) -> None:
    """Its own mail is skipped, the refund tried again."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send_confirmation", before=FOREVER))
    order_id = shop.run(an_order(payment_method="pm_sandbox_refundRefused")).instance_id
    shop.app.wait(shop.refund(order_id, a_refund()).json()["refundId"])
    skipped_steps = decide(shop, order_id, "skip", steps=["sendConfirmation"])
    settled = decide(shop, order_id, "settledElsewhere", steps=["refundPayment"])

    assert (skipped_steps, settled) == (202, 202)
    assert refund_of(shop, order_id)["status"] == "settledElsewhere"
    assert shop.record(order_id).resolved_steps == ("sendConfirmation",)
    assert shop.attention_queue() == []


def test_one_resolution_may_be_about_both(shop: Shop) -> None:
    """The order's mail is sent, and the refund paid."""
    shop.replace_ports(
        mailer=Failing(shop.mailer, "send_confirmation", before=FOREVER),
        payments=Failing(shop.payments, "refund", before=FOREVER),
    )
    order_id = shop.run(an_order()).instance_id
    shop.app.wait(shop.refund(order_id, a_refund()).json()["refundId"])
    shop.restore_ports()

    assert decide(shop, order_id, "retry") == 202
    assert decide(shop, order_id, "retry") == 202
    assert refund_of(shop, order_id)["status"] == "paid"
    assert sorted(email.kind for email in shop.emails()) == ["refund", "sent"]
    assert shop.app.request("GET", "/api/operations/audit").json()["findings"] == []


def test_erasing_keeps_what_is_owed_on_the_desk(shop: Shop) -> None:
    """Only the words go, and what can be told to nobody any more."""
    order_id = left_to_a_person(shop)
    assert shop.app.request("POST", f"/api/operations/orders/{order_id}/erase").status == 200

    (entry,) = shop.attention_queue()
    assert entry["failedSteps"] == ["refundPayment"]
    assert (entry["refunds"][0]["by"], EMAIL in str(entry)) == ("(erased)", False)


def test_nothing_is_erased_while_a_refund_is_under_way(shop: Shop) -> None:
    """Its mail needs the address; afterwards the request is repeated."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(mailer=Failing(shop.mailer, "send_refund_notice", before=2))
    refund_id = shop.refund(order_id, a_refund()).json()["refundId"]
    shop.app.settle()
    path = f"/api/operations/orders/{order_id}/erase"
    early = shop.app.request("POST", path)
    shop.app.wait(refund_id)

    assert (early.status, "refund" in early.json()["detail"]) == (409, True)
    assert shop.app.request("POST", path).status == 200


def test_erasing_takes_a_mail_that_failed_from_the_desk(shop: Shop) -> None:
    """There is nobody to write to."""
    left = left_to_a_person(shop, "send_refund_notice")
    shop.app.request("POST", f"/api/operations/orders/{left}/erase")

    assert shop.attention_queue() == []


def test_what_is_owed_stays_on_the_desk_when_the_order_ends_again(shop: Shop) -> None:
    """The refund failed while the order's own mail was tried once more."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send_confirmation", before=8 + 5))
    order_id = shop.run(an_order(payment_method="pm_sandbox_refundRefused")).instance_id
    shop.replace_ports(
        mailer=shop.services.mailer, payments=Failing(shop.payments, "refund", before=2)
    )
    refund_id = shop.refund(order_id, a_refund()).json()["refundId"]
    shop.replace_ports(mailer=Failing(shop.mailer, "send_confirmation", before=5))
    decide(shop, order_id, "retry", steps=["sendConfirmation"])
    shop.app.wait(refund_id)
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.attention_queue()[0]["failedSteps"] == ["refundPayment"]


def test_an_erased_order_is_not_run_again(shop: Shop) -> None:
    """Its mail was to be tried again once all is decided, and now there is nobody to write to."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send_confirmation", before=FOREVER))
    order_id = shop.run(an_order(payment_method="pm_sandbox_refundRefused")).instance_id
    shop.app.wait(shop.refund(order_id, a_refund()).json()["refundId"])
    decide(shop, order_id, "retry", steps=["sendConfirmation"])
    shop.app.request("POST", f"/api/operations/orders/{order_id}/erase")
    decide(shop, order_id, "settledElsewhere")

    assert shop.record(order_id).runs == 1
    assert (shop.get(order_id)["status"], shop.attention_queue()) == ("completed", [])


def test_a_refund_that_was_paid_stays_paid_while_its_mail_is_tried_again(shop: Shop) -> None:
    """The gateway is not asked, and may be out of reach: nobody is told that nothing was paid."""
    order_id = left_to_a_person(shop, "send_refund_notice")
    shop.replace_ports(
        payments=Failing(shop.payments, "refund", before=FOREVER),
        mailer=Failing(shop.mailer, "send_refund_notice", before=1),
    )
    decide(shop, order_id, "retry")
    meanwhile = refund_of(shop, order_id)["status"]
    shop.app.wait(shop.record(order_id).refunds[0].refund_id)

    assert (meanwhile, refund_of(shop, order_id)["status"]) == ("paid", "paid")
    assert [email.kind for email in shop.emails()] == ["sent", "refund"]
    assert shop.record(order_id).open_refunds == ()
