"""Recovery of orders whose orchestration has stopped before their end."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import WAITS_FOR_RETRY, a_customer, a_stored_order, an_order
from tests.faults import FOREVER, Failing
from tests.shop import COMPLETED_EFFECTS, UNDONE_EFFECTS, Shop


def an_order_without_outcome(shop: Shop, order: dict[str, Any]) -> str:
    """Return an order whose orchestration has ended because the store was unavailable."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(order)
    shop.app.wait(order_id)
    shop.restore_ports()
    return order_id


def store_order(shop: Shop, order_id: str = "ord_1") -> str:
    """Store an order without starting its orchestration."""
    order = replace(a_stored_order(order_id), placed_at=shop.app.clock.now())
    shop.services.order_store.place(order, a_customer(), "f")
    return order.order_id


def test_recovery_starts_an_order_that_was_never_started(shop: Shop) -> None:
    """The request stored it and failed before the start."""
    order_id = store_order(shop)

    shop.let_minutes_pass(3)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_recovery_restarts_a_failed_orchestration(shop: Shop) -> None:
    """The real host fails one whose worker dies mid-turn."""
    order_id = store_order(shop)
    failed = shop.app.run("changeStock", {"not": "a change"}, order_id)
    assert failed.status == "Failed"

    shop.let_minutes_pass(3)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_recovery_restarts_an_orchestration_that_ended_without_an_outcome(shop: Shop) -> None:
    """Until then the order is processing."""
    order_id = an_order_without_outcome(shop, an_order())
    assert shop.get(order_id)["status"] == "processing"

    shop.let_minutes_pass(5)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_recovery_restarts_a_purged_orchestration(shop: Shop) -> None:
    """Its effects are found; nothing is done twice."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait(order_id)
    shop.restore_ports()
    shop.manage(order_id, "purge")
    assert shop.get(order_id)["status"] == "processing"

    shop.let_minutes_pass(5)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_recovery_undoes_an_order_that_an_operator_terminated(shop: Shop) -> None:
    """The termination counts as a cancellation."""
    order_id = shop.place(WAITS_FOR_RETRY)
    shop.app.wait_until_idle()
    shop.app.terminate(order_id, "by an operator")

    shop.let_minutes_pass(5)

    assert shop.get(order_id)["status"] == "canceled"
    assert shop.effects() == UNDONE_EFFECTS


def test_recovery_completes_an_order_that_was_terminated_after_its_dispatch(shop: Shop) -> None:
    """It is too late to undo it."""
    order_id = shop.place(an_order(email="ada@undeliverable.example"))
    shop.app.wait_until_idle()
    shop.app.terminate(order_id, "by an operator")

    shop.let_minutes_pass(5)

    assert shop.get(order_id)["status"] == "completed"


def test_recovery_finishes_an_undo_that_had_begun(shop: Shop) -> None:
    """The order keeps the outcome of the undo."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))
    shop.let_minutes_pass(4)
    shop.app.terminate(order_id, "by an operator")
    shop.restore_ports()

    shop.let_minutes_pass(5)

    assert shop.get(order_id)["status"] == "rejected"
    assert shop.effects() == UNDONE_EFFECTS


def test_suspended_order_needs_attention(shop: Shop) -> None:
    """Recovery does not resume it; an operator's retry does."""
    order_id = shop.place(WAITS_FOR_RETRY)
    shop.app.wait_until_idle()
    shop.manage(order_id, "suspend")

    shop.let_minutes_pass(5)

    (entry,) = shop.attention_queue()
    assert (entry["attentionReason"], entry["recoveryAttempts"]) == ("suspended", 0)
    assert shop.get(order_id)["status"] == "needsAttention"
    shop.resolve(order_id, "retry")
    assert shop.app.wait(order_id).output["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_suspended_order_can_only_be_retried(shop: Shop) -> None:
    """It has no failed step to skip."""
    order_id = shop.place(WAITS_FOR_RETRY)
    shop.app.wait_until_idle()
    shop.manage(order_id, "suspend")
    shop.let_minutes_pass(5)

    response = shop.resolve(order_id, "skip")

    assert (response.status, response.json()["type"].split(":")[-1]) == (409, "only-retry")


def test_operator_is_told_after_five_recovery_attempts(shop: Shop) -> None:
    """The pause before each attempt is longer than the one before, up to an hour."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(an_order())

    shop.app.advance(timedelta(hours=3))

    (entry,) = shop.attention_queue()
    assert (entry["orderId"], entry["attentionReason"]) == (order_id, "recoveryFailed")
    assert entry["recoveryAttempts"] > 5
    assert shop.get(order_id)["status"] == "needsAttention"


def test_orders_resume_by_themselves_after_an_outage_of_a_day(shop: Shop) -> None:
    """An outage must not leave every order in flight to the operators."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_ids = [shop.place(an_order()) for _ in range(3)]
    shop.app.advance(timedelta(days=1))
    shop.restore_ports()

    shop.app.advance(timedelta(hours=1, minutes=5))

    assert [shop.get(order_id)["status"] for order_id in order_ids] == ["completed"] * 3
    assert shop.attention_queue() == []


def test_recovery_starts_a_limited_number_of_orders_oldest_first(shop: Shop) -> None:
    """A burst after an outage must not overload the partners."""
    policy = replace(shop.services.settings.recovery, batch_size=2)
    shop.replace_ports(settings=replace(shop.services.settings, recovery=policy))
    order_ids = [store_order(shop, f"ord_{number}") for number in range(5)]
    shop.move_clock(timedelta(minutes=5))

    shop.run_recovery()

    statuses = [shop.get(order_id)["status"] for order_id in order_ids]
    assert statuses == ["completed", "completed", "placed", "placed", "placed"]


def test_run_that_has_started_enough_reads_no_more_due_orders(shop: Shop) -> None:
    """It still reads the waiting ones, but no refunds."""
    policy = replace(shop.services.settings.recovery, batch_size=1)
    store = Failing(shop.services.order_store, "page")
    settings = replace(shop.services.settings, recovery=policy)
    store_order(shop)
    shop.replace_ports(settings=settings, order_store=store)
    shop.move_clock(timedelta(minutes=5))

    shop.run_recovery()

    assert store.calls == 2


def test_retry_after_a_failed_recovery_completes_the_order(shop: Shop) -> None:
    """The recovery attempts are counted anew."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.advance(timedelta(hours=3))
    shop.restore_ports()

    shop.resolve(order_id, "retry")
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.record(order_id).recovery_attempts == 0


def test_running_order_is_not_recovered(shop: Shop) -> None:
    """However long its steps are retried."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_undoUnavailable"))
    shop.app.wait(order_id)

    assert shop.record(order_id).runs == 1


def test_recovery_continues_after_faults_of_the_store(shop: Shop) -> None:
    """The next run tries again."""
    order_id = an_order_without_outcome(shop, an_order())
    store = Failing(shop.services.order_store, "record_recovery", before=2)
    shop.replace_ports(order_store=store)

    shop.let_minutes_pass(8)

    assert shop.get(order_id)["status"] == "completed"
    assert store.calls == 3


@pytest.mark.parametrize("unreadable", ["ord_0", "ord_2"], ids=["first", "last"])
def test_recovery_continues_past_an_unreadable_record(
    shop: Shop, caplog: pytest.LogCaptureFixture, unreadable: str
) -> None:
    """It is named in the log, and all others are recovered."""
    order_ids = [store_order(shop, f"ord_{number}") for number in range(3)]
    path = shop.services.settings.data_dir / "orders.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        update = "UPDATE orders SET record = '{}' WHERE order_id = ?"
        connection.execute(update, (unreadable,))

    shop.let_minutes_pass(3)

    others = [order_id for order_id in order_ids if order_id != unreadable]
    assert [shop.get(order_id)["status"] for order_id in others] == ["completed"] * 2
    assert f"order {unreadable}: the record cannot be decoded" in caplog.text
