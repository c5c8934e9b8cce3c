"""Recovery of refunds whose orchestration has stopped before their end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.engine import instances
from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop


def refund_status(shop: Shop, order_id: str) -> str:
    """Return the status of the order's refund."""
    return str(shop.get(order_id)["refunds"][0]["status"])


def an_open_refund(shop: Shop) -> tuple[str, str]:
    """Return the IDs of an order and of its refund, which waits for a retry."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=1))
    refund_id = shop.request_refund(order_id, a_refund())
    shop.app.wait_until_idle()
    return order_id, refund_id


def test_recovery_closes_a_refund_that_was_paid(shop: Shop) -> None:
    """The store was unavailable after the payment, which is found."""
    order_id = shop.run(an_order()).instance_id
    store = Failing(shop.services.order_store, "close_refund", before=FOREVER)
    shop.replace_ports(order_store=store)
    shop.app.wait(shop.request_refund(order_id, a_refund()))
    shop.restore_ports()

    shop.let_minutes_pass(3)

    assert refund_status(shop, order_id) == "paid"
    assert shop.effects().count("refunded") == 1


def test_recovery_starts_a_refund_that_was_never_started(shop: Shop) -> None:
    """The request recorded it and failed before the start."""
    order_id, refund_id = an_open_refund(shop)
    shop.manage(refund_id, "terminate")
    shop.manage(refund_id, "purge")

    shop.let_minutes_pass(3)

    assert refund_status(shop, order_id) == "paid"


def test_recovery_starts_a_limited_number_of_refunds(shop: Shop) -> None:
    """Of one order, too; the others follow in the next run."""
    policy = replace(shop.services.settings.recovery, batch_size=1)
    settings = replace(shop.services.settings, recovery=policy)
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=2))
    for key in ("first", "second"):
        refund_id = shop.request_refund(order_id, a_refund(100), key)
        shop.app.wait_until_idle()
        shop.manage(refund_id, "terminate")
        shop.manage(refund_id, "purge")
    shop.replace_ports(settings=settings)
    shop.move_clock(timedelta(minutes=5))

    shop.run_recovery()

    assert [refund["status"] for refund in shop.get(order_id)["refunds"]] == ["paid", "requested"]


@pytest.mark.parametrize("verb", ["terminate", "suspend"])
def test_refund_that_an_operator_stopped_fails(shop: Shop, verb: str) -> None:
    """It is not paid even if its orchestration is resumed."""
    order_id, refund_id = an_open_refund(shop)
    shop.manage(refund_id, verb)
    shop.let_minutes_pass(3)
    if verb == "suspend":
        shop.manage(refund_id, "resume")
        shop.app.wait(refund_id)

    assert refund_status(shop, order_id) == "failed"
    assert shop.get(order_id)["refunds"][0]["reason"] == "stoppedByOperator"
    assert "refunded" not in shop.effects()


def test_retry_resumes_a_suspended_refund(shop: Shop) -> None:
    """A suspended orchestration cannot be started again."""
    order_id, refund_id = an_open_refund(shop)
    shop.manage(refund_id, "suspend")
    shop.let_minutes_pass(3)
    shop.resolve(order_id, "retry")
    shop.app.wait(refund_id)

    assert refund_status(shop, order_id) == "paid"
    assert shop.effects().count("refunded") == 1


def test_resolution_of_another_step_does_not_resume_a_refund(shop: Shop) -> None:
    """The refund was suspended a moment ago and is not in the queue."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))
    order_id, refund_id = an_open_refund(shop)
    shop.manage(refund_id, "suspend")
    shop.resolve(order_id, "skip")
    shop.app.wait_until_idle()

    assert shop.app.get_run(refund_id).status == "Suspended"
    assert refund_status(shop, order_id) == "requested"


def test_recovery_restarts_a_stalled_refund(shop: Shop) -> None:
    """Its orchestration is terminated first."""
    order_id, _ = an_open_refund(shop)
    shop.move_clock(timedelta(hours=2))

    shop.run_recovery()

    assert refund_status(shop, order_id) == "paid"


def test_refund_fails_after_five_recovery_attempts(shop: Shop) -> None:
    """As many as an order gets; the order's own count starts anew."""
    order_id = shop.run(an_order()).instance_id
    store = Failing(shop.services.order_store, "close_refund", before=5 * 12 + 12)
    shop.replace_ports(order_store=store)
    shop.refund(order_id, a_refund())

    shop.let_minutes_pass(60 * 10)

    assert refund_status(shop, order_id) == "failed"
    assert shop.record(order_id).recovery_attempts == 0


def test_refund_that_is_slow_to_terminate_is_restarted_by_the_next_run(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refund says that recovery terminated its orchestration."""
    monkeypatch.setattr(instances, "_PAUSES_SECONDS", ())
    order_id, refund_id = an_open_refund(shop)
    shop.move_clock(timedelta(hours=2))
    shop.run_recovery()
    assert shop.app.get_run(refund_id).status == "Terminated"

    shop.let_minutes_pass(3)

    assert refund_status(shop, order_id) == "paid"
    assert shop.effects().count("refunded") == 1


def test_refunds_of_one_order_count_their_own_attempts(shop: Shop) -> None:
    """Three refunds that need three restarts each are paid, with five attempts for each."""
    order_id = shop.run(an_order()).instance_id
    store = Failing(shop.services.order_store, "close_refund", before=3 * 3 * 12)
    shop.replace_ports(order_store=store)
    for number in range(3):
        shop.refund(order_id, a_refund(100 + number), f"key-{number}")

    shop.let_minutes_pass(60 * 10)

    assert [refund["status"] for refund in shop.get(order_id)["refunds"]] == ["paid"] * 3
