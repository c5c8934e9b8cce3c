"""Orders whose orchestration an operator terminated or suspended: the reason, and the email."""

from typing import Any

import pytest

from orders.domain.outcome import Reason
from tests.builders import WAITS_FOR_RETRY, an_order
from tests.shop import UNDONE_EFFECTS, Shop

BY_CUSTOMER = "as you requested"
BY_US = "we had to cancel your order"


def a_waiting_order(shop: Shop) -> str:
    """Return an order that waits for the retry of its shipment."""
    order_id = shop.place(WAITS_FOR_RETRY)
    shop.app.wait_until_idle()
    return order_id


def result(shop: Shop, order_id: str) -> tuple[str, str]:
    """Return the status and the reason of an ended order."""
    view = shop.get(order_id)
    return view["status"], view["reason"]


def email_text(shop: Shop) -> str:
    """Return the text of the only email."""
    (email,) = shop.emails()
    return str(email.detail["text"])


def test_order_terminated_by_an_operator_was_not_canceled_by_the_customer(shop: Shop) -> None:
    """Neither the reason nor the email says so."""
    order_id = a_waiting_order(shop)
    shop.manage(order_id, "terminate")

    shop.let_minutes_pass(5)

    assert result(shop, order_id) == ("canceled", "stoppedByOperator")
    assert BY_US in email_text(shop)
    assert BY_CUSTOMER not in email_text(shop)
    assert shop.effects() == UNDONE_EFFECTS


def test_order_canceled_by_the_customer_says_so(shop: Shop) -> None:
    """In its reason and in the email."""
    order_id = a_waiting_order(shop)
    shop.cancel(order_id)

    shop.app.wait(order_id)

    assert result(shop, order_id) == ("canceled", "canceled")
    assert BY_CUSTOMER in email_text(shop)


@pytest.mark.parametrize("is_canceled_first", [True, False])
def test_cancellation_by_the_customer_keeps_its_reason_beside_a_termination(
    shop: Shop, *, is_canceled_first: bool
) -> None:
    """Requested before the termination, or after it and before recovery has noticed it."""
    order_id = a_waiting_order(shop)
    if is_canceled_first:
        shop.cancel(order_id)
        shop.manage(order_id, "terminate")
    else:
        shop.manage(order_id, "terminate")
        shop.cancel(order_id)

    shop.let_minutes_pass(5)

    assert result(shop, order_id) == ("canceled", "canceled")
    assert BY_CUSTOMER in email_text(shop)
    assert shop.effects() == UNDONE_EFFECTS


@pytest.mark.parametrize(
    ("order", "step"),
    [
        (an_order(payment_method="pm_sandbox_flaky"), "processPayment"),
        (WAITS_FOR_RETRY, "shipOrder"),
        (an_order(payment_method="pm_sandbox_captureUnavailable"), "capturePayment"),
    ],
)
def test_running_order_that_was_stopped_by_an_operator_says_so(
    shop: Shop, order: dict[str, Any], step: str
) -> None:
    """An orchestration that was believed lost reads the reason before its next step."""
    order_id = shop.place(order)
    shop.app.wait_until(lambda: shop.get(order_id).get("step") == step)
    now, reason = shop.app.clock.now(), Reason.STOPPED_BY_OPERATOR
    shop.update(order_id, lambda record: record.request_cancel(now, reason))

    shop.app.wait(order_id)

    assert result(shop, order_id) == ("canceled", "stoppedByOperator")


@pytest.mark.parametrize("minutes", [0, 5], ids=["at once", "in the queue"])
def test_cancellation_resumes_a_suspended_order(shop: Shop, minutes: int) -> None:
    """It is undone, and leaves the attention queue if recovery has put it there."""
    order_id = a_waiting_order(shop)
    shop.manage(order_id, "suspend")
    shop.let_minutes_pass(minutes)
    assert bool(shop.attention_queue()) is bool(minutes)

    response = shop.cancel(order_id)
    run = shop.app.wait(order_id)

    assert response.status == 202
    assert run.output == {"status": "canceled", "reason": "canceled"}
    assert shop.effects() == UNDONE_EFFECTS
    assert shop.attention_queue() == []


def test_preview_does_not_resume_a_suspended_order(shop: Shop) -> None:
    """It changes nothing."""
    order_id = a_waiting_order(shop)
    shop.manage(order_id, "suspend")

    shop.cancel(order_id, "?preview=true")
    shop.app.wait_until_idle()

    assert shop.app.get_run(order_id).status == "Suspended"
