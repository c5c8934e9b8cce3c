"""Refunds that the bank sends back after they were paid: they are owed again.

The number of a public bug report names a shop that had the fault against which a test guards.
"""

from orders.domain.operator_changes import close_refund
from orders.domain.partner_events import EventStatus
from orders.domain.refund import RefundOutcome
from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.inspection import audit, email_kinds
from tests.partner_events import complete, failed_steps, pass_time, refund, send_event, stored_event
from tests.shop import Shop

REFUND_FAIL = an_order(payment_method="pm_card_refundFail")


def cancel_paid_order(shop: Shop) -> str:
    """Cancel an order after the capture, and return its ID."""
    shop.set_switch("dispatch", on=False)
    order_id = shop.place(REFUND_FAIL)
    shop.app.wait_until_idle()
    assert shop.cancel(order_id).status == 202
    assert shop.app.wait(order_id).output["status"] == "canceled"
    assert "refunded" in shop.effects()
    return order_id


def test_refund_that_is_sent_back_is_owed_again(shop: Shop) -> None:
    """Not shown as refunded forever (woocommerce-gateway-stripe#4405)."""
    order_id = complete(shop, REFUND_FAIL)
    refund_id = refund(shop, order_id, 1000)
    pass_time(shop)

    send_event(shop, order_id)

    (view,) = shop.get(order_id)["refunds"]
    assert (view["status"], view["reason"]) == ("failed", "refundReturned")
    assert failed_steps(shop) == ["refundPayment"]
    assert audit(shop)["findings"] == []
    assert shop.resolve(order_id, "retry").status == 202
    assert shop.app.wait(refund_id).output["status"] == "paid"
    assert shop.payments.state(order_id).refunded == 1000
    assert (failed_steps(shop), audit(shop)["findings"]) == ([], [])


def test_no_email_says_that_a_refund_is_paid_that_was_sent_back(shop: Shop) -> None:
    """The email had failed, and is not repeated; a retry that pays sends it."""
    order_id = complete(shop, REFUND_FAIL)
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))
    refund_id = refund(shop, order_id)
    shop.restore_ports()
    assert failed_steps(shop) == ["sendRefundEmail"]
    pass_time(shop)

    send_event(shop, order_id)

    assert failed_steps(shop) == ["refundPayment"]
    assert email_kinds(shop) == ["confirmation"]
    shop.resolve(order_id, "retry")
    shop.app.wait(refund_id)
    assert email_kinds(shop) == ["confirmation", "refund"]


def test_settled_refund_can_be_refunded_elsewhere(shop: Shop) -> None:
    """The customer gets the amount by other means; later events change nothing."""
    order_id = complete(shop, REFUND_FAIL)
    refund(shop, order_id, 1000)
    pass_time(shop)
    send_event(shop, order_id)
    shop.resolve(order_id, "settledElsewhere")
    before = shop.record(order_id)

    send_event(shop, order_id, "evt_2")

    assert shop.record(order_id) == before
    assert before.refunds[0].status == "settledElsewhere"


def test_reversal_that_is_sent_back_is_refunded_again_by_a_retry(shop: Shop) -> None:
    """The order stays canceled all the time, and the customer gets one email."""
    order_id = cancel_paid_order(shop)
    pass_time(shop)

    send_event(shop, order_id)

    view = shop.get(order_id)
    assert (view["status"], view["failedSteps"]) == ("canceled", ["reversePayment"])
    assert failed_steps(shop) == ["reversePayment"]
    assert audit(shop)["findings"] == []
    assert shop.resolve(order_id, "retry").status == 202
    assert shop.app.wait(order_id).output["status"] == "canceled"
    assert shop.payments.state(order_id).kept == 0
    assert email_kinds(shop) == ["refunded"]
    assert (failed_steps(shop), audit(shop)["findings"]) == ([], [])


def test_reversal_is_refunded_again_after_the_personal_data_is_erased(shop: Shop) -> None:
    """The customer cannot get an email, but the money."""
    order_id = cancel_paid_order(shop)
    pass_time(shop)
    send_event(shop, order_id)
    assert shop.erase(order_id).status == 200
    assert failed_steps(shop) == ["reversePayment"]

    shop.resolve(order_id, "retry")

    assert shop.app.wait(order_id).output == {"status": "canceled", "reason": "canceled"}
    assert shop.payments.state(order_id).kept == 0


def test_refund_whose_payment_is_not_recorded_yet_is_looked_at_again(shop: Shop) -> None:
    """The event is faster than the step that it belongs to."""
    order_id = complete(shop, REFUND_FAIL)
    shop.replace_ports(
        order_store=Failing(shop.services.order_store, "close_refund", before=FOREVER)
    )
    refund_id = shop.request_refund(order_id, a_refund(1000))
    shop.app.wait(refund_id)
    pass_time(shop)
    assert send_event(shop, order_id).status is EventStatus.PENDING
    shop.restore_ports()
    now = shop.app.clock.now()
    shop.update(
        order_id,
        lambda record: close_refund(record, refund_id, RefundOutcome(is_paid=True), now),
    )

    shop.let_minutes_pass(3)

    assert stored_event(shop).status is EventStatus.HANDLED
    assert failed_steps(shop) == ["refundPayment"]
