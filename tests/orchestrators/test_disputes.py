"""Disputes: an operator is told, and nobody is paid twice.

The number of a public bug report names a shop that had the fault against which a test guards.
"""

import pytest

from tests.builders import a_refund, an_order
from tests.faults import Failing
from tests.inspection import audit
from tests.partner_events import complete, failed_steps, pass_time, send_event
from tests.shop import Shop

TOTAL = 3470
DISPUTE = an_order(payment_method="pm_card_createDispute")


def test_dispute_is_shown_and_blocks_refunds(shop: Shop) -> None:
    """It does not stay unnoticed (liberapay.com#1421), and nobody is paid twice."""
    order_id = complete(shop, DISPUTE)
    pass_time(shop)

    send_event(shop, order_id)

    (dispute,) = shop.get(order_id)["disputes"]
    response = shop.refund(order_id, a_refund())
    assert (dispute["status"], dispute["amount"]["minor"]) == ("open", TOTAL)
    assert shop.attention_queue()[0]["attentionReason"] == "disputed"
    assert failed_steps(shop) == ["handleDispute"]
    assert (response.status, response.json()["type"].rpartition(":")[2]) == (
        409,
        "payment-disputed",
    )
    assert audit(shop)["findings"] == []


def test_refund_that_was_requested_before_the_dispute_is_not_paid(shop: Shop) -> None:
    """Its payment was still being retried (woocommerce-payments#6378)."""
    order_id = complete(shop, DISPUTE)
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=1))
    refund_id = shop.request_refund(order_id, a_refund())
    shop.app.wait_until_idle()
    pass_time(shop, 10)
    send_event(shop, order_id)

    run = shop.app.wait(refund_id)

    assert run.output == {"status": "failed", "reason": "disputed"}
    assert "refunded" not in shop.effects()
    assert failed_steps(shop) == ["refundPayment", "handleDispute"]


def test_disputed_payment_is_not_reversed(shop: Shop) -> None:
    """The order is canceled before its dispatch; an operator decides about the money."""
    shop.set_switch("dispatch", on=False)
    order_id = shop.place(DISPUTE)
    shop.app.wait_until_idle()
    pass_time(shop)
    send_event(shop, order_id)

    shop.cancel(order_id)

    assert shop.app.wait(order_id).output["failedSteps"] == ["reversePayment"]
    assert "refunded" not in shop.effects()
    assert failed_steps(shop) == ["reversePayment", "handleDispute"]


@pytest.mark.parametrize(
    ("method", "status", "refundable", "steps"),
    [
        ("pm_sandbox_disputeWon", "won", TOTAL, []),
        ("pm_sandbox_disputeLost", "lost", 0, ["handleDispute"]),
    ],
)
def test_decision_of_a_dispute_is_recorded(
    shop: Shop, method: str, status: str, refundable: int, steps: list[str]
) -> None:
    """Whether or not the opening was seen."""
    seen, unseen = (complete(shop, an_order(payment_method=method)) for _ in range(2))
    pass_time(shop, 10)
    send_event(shop, seen)
    pass_time(shop, 60)

    for number, order_id in enumerate([seen, unseen]):
        send_event(shop, order_id, f"evt_decided{number}")
        (dispute,) = shop.get(order_id)["disputes"]
        assert dispute["status"] == status
        assert "closedAt" in dispute
        assert shop.record(order_id).refundable.minor == refundable
    assert [entry["failedSteps"] for entry in shop.attention_queue()] == [steps] * 2 * bool(steps)


def test_task_is_resolved_without_a_retry(shop: Shop) -> None:
    """Only an operator can answer the bank."""
    order_id = complete(shop, DISPUTE)
    pass_time(shop)
    send_event(shop, order_id)

    refused = shop.resolve(order_id, "retry")
    settled = shop.resolve(order_id, "settledElsewhere")

    assert (refused.status, refused.json()["type"].rpartition(":")[2]) == (409, "not-retryable")
    assert "handleDispute" in refused.json()["detail"]
    assert settled.status == 202
    assert shop.attention_queue() == []
    assert shop.get(order_id)["status"] == "completed"
