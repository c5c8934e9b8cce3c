"""Refunds with faults: for a while, or for good."""

import pytest

from orders.domain.operator_changes import close_refund
from orders.domain.outcome import Reason
from orders.domain.refund import RefundOutcome
from tests.builders import EMAIL, a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.inspection import email_kinds
from tests.shop import Shop


def run_refund(shop: Shop, order_id: str) -> str:
    """Request a refund, and return the status with which its orchestration ends."""
    refund_id = shop.request_refund(order_id, a_refund(1000))
    return str(shop.app.wait(refund_id).output["status"])


def test_refund_is_paid_emailed_and_closed(shop: Shop) -> None:
    """In this order."""
    order_id = shop.run(an_order()).instance_id
    run = shop.app.wait(shop.request_refund(order_id, a_refund()))

    assert run.activities == ["refundPayment", "sendRefundEmail", "closeRefund"]
    assert run.output == {"status": "paid"}


@pytest.mark.parametrize(
    ("port", "method"),
    [("payments", "refund"), ("mailer", "send"), ("order_store", "close_refund")],
)
@pytest.mark.parametrize(("before", "after"), [(2, 0), (0, 1), (1, 2)])
def test_step_that_fails_for_a_while_is_done_once(
    shop: Shop, port: str, method: str, before: int, after: int
) -> None:
    """Faults before and after the effect are retried."""
    order_id = shop.run(an_order()).instance_id
    failing = Failing(getattr(shop.services, port), method, before=before, after=after)
    shop.replace_ports(**{port: failing})

    assert run_refund(shop, order_id) == "paid"
    assert shop.effects().count("refunded") == 1
    assert email_kinds(shop) == ["confirmation", "refund"]


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("pm_sandbox_refundRefused", "refundRefused"),
        ("pm_sandbox_refundUnavailable", "unavailable"),
    ],
)
def test_refund_that_cannot_be_paid_needs_attention(shop: Shop, method: str, reason: str) -> None:
    """The customer gets no email about it."""
    order_id = shop.run(an_order(payment_method=method)).instance_id

    assert run_refund(shop, order_id) == "failed"
    attention = shop.record(order_id).attention
    assert attention is not None
    assert attention.failed_steps == ("refundPayment",)
    assert shop.get(order_id)["refunds"][0]["reason"] == reason
    assert email_kinds(shop) == ["confirmation"]


def test_refund_with_a_failed_email_is_paid(shop: Shop) -> None:
    """The email needs attention."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))

    assert run_refund(shop, order_id) == "paid"
    attention = shop.record(order_id).attention
    assert attention is not None
    assert attention.failed_steps == ("sendRefundEmail",)


def test_unavailable_store_leaves_the_refund_open(shop: Shop) -> None:
    """A restarted orchestration finds the payment."""
    order_id = shop.run(an_order()).instance_id
    store = Failing(shop.services.order_store, "close_refund", before=FOREVER)
    shop.replace_ports(order_store=store)
    assert run_refund(shop, order_id) == "requested"
    shop.restore_ports()
    (refund,) = shop.record(order_id).open_refunds

    assert shop.restart_refund(order_id, refund.refund_id).output["status"] == "paid"
    assert shop.effects().count("refunded") == 1


def test_refund_of_an_erased_order_has_no_email(shop: Shop) -> None:
    """There is no recipient any longer."""
    order_id = shop.run(an_order()).instance_id
    shop.erase(order_id)

    assert run_refund(shop, order_id) == "paid"
    assert EMAIL not in str(shop.emails())
    assert len(shop.emails()) == 1


def test_refund_that_an_operator_settled_is_not_paid(shop: Shop) -> None:
    """Its orchestration was waiting for a retry."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=1))
    refund_id = shop.request_refund(order_id, a_refund())
    shop.app.wait_until_idle()
    given_up = RefundOutcome(
        is_paid=False, failed_step="refundPayment", reason=Reason.STOPPED_BY_OPERATOR
    )
    now = shop.app.clock.now()
    shop.update(order_id, lambda record: close_refund(record, refund_id, given_up, now))
    assert shop.resolve(order_id, "settledElsewhere").status == 202

    run = shop.app.wait(refund_id)

    assert run.output["status"] == "settledElsewhere"
    assert "refunded" not in shop.effects()


def test_refund_that_is_not_recorded_is_not_paid(shop: Shop) -> None:
    """An orchestration that was started through the management API pays nothing."""
    order_id = shop.run(an_order()).instance_id

    run = shop.restart_refund(order_id, "rfd_unknown")

    assert run.output == {"status": "requested", "reason": "unavailable"}
    assert "refunded" not in shop.effects()
