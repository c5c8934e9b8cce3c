"""Recovery of orders whose orchestration is running and makes no progress."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partialmethod
from typing import Any

import azure.durable_functions as df
import pytest

from orders.domain.policies import RecoveryPolicy
from orders.engine import instances
from orders.ports.order_store import Change, OrderStore, T
from tests.builders import WAITS_FOR_RETRY, an_order
from tests.faults import FOREVER, Failing, change_name
from tests.local_host.process import until
from tests.shop import COMPLETED_EFFECTS, Shop


def a_stalled_order(shop: Shop, order: dict[str, Any] = WAITS_FOR_RETRY) -> str:
    """Return an order whose next timer was due hours ago and has not fired."""
    order_id = shop.place(order)
    shop.app.wait_until_idle()
    shop.move_clock(timedelta(hours=2))
    return order_id


def run_recovery(shop: Shop) -> None:
    """Run recovery once, after the pause of its last attempt."""
    shop.move_clock(timedelta(minutes=3))
    shop.run_recovery()


def continue_order(shop: Shop, order_id: str) -> None:
    """Fire the timer that the order waits for, and wait for the order's end."""
    shop.app.fire_due_timers()
    until(lambda: shop.app.get_run(order_id).status == "Completed")


class InterruptedStore:
    """An order store; something else happens after recovery has recorded a termination."""

    def __init__(self, store: OrderStore, interrupt: Callable[[], object]) -> None:
        self._store = store
        self._interrupt = interrupt

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method of the store
        return getattr(self._store, name)

    def update(self, order_id: str, change: Change[T]) -> T:
        """Apply the change; after a termination, interrupt."""
        answer = self._store.update(order_id, change)
        if change_name(change) == "record_termination":
            self._interrupt()
        return answer


def interrupt(shop: Shop, action: Callable[[], object]) -> None:
    """Let something happen after recovery has recorded a termination."""
    shop.replace_ports(order_store=InterruptedStore(shop.services.order_store, action))


def test_recovery_restarts_a_stalled_order(shop: Shop) -> None:
    """Its orchestration is terminated first; that is no cancellation."""
    order_id = a_stalled_order(shop)

    run_recovery(shop)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS
    assert shop.record(order_id).cancel_requested_at is None


def test_order_started_by_a_newer_version_is_restarted_after_a_rollback(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host does not run an instance of a newer version: it stays Pending."""
    with monkeypatch.context() as newer_version:
        start = partialmethod(df.DurableOrchestrationClient.start_new, version="2.0")
        newer_version.setattr(df.DurableOrchestrationClient, "start_new", start)
        order_id = shop.place(an_order())
        shop.app.wait_until_idle()
    assert shop.app.get_run(order_id).status == "Pending"
    shop.move_clock(timedelta(hours=2))

    run_recovery(shop)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_order_that_is_slow_to_terminate_is_restarted_by_the_next_run(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record says that recovery terminated it."""
    monkeypatch.setattr(instances, "_PAUSES_SECONDS", ())
    order_id = a_stalled_order(shop)
    run_recovery(shop)
    assert shop.app.get_run(order_id).status == "Terminated"

    shop.let_minutes_pass(3)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS
    assert shop.record(order_id).runs == 2


def test_order_that_continues_before_its_termination_is_done_once(shop: Shop) -> None:
    """It may even have ended by then."""
    order_id = a_stalled_order(shop)
    interrupt(shop, lambda: continue_order(shop, order_id))

    run_recovery(shop)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_order_that_an_operator_terminates_at_the_same_time_is_restarted(shop: Shop) -> None:
    """The two terminations cannot be distinguished: to end an order for good, cancel it."""
    order_id = a_stalled_order(shop)
    interrupt(shop, lambda: shop.app.terminate(order_id, "by an operator"))

    run_recovery(shop)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_termination_by_an_operator_after_the_restart_cancels_the_order(shop: Shop) -> None:
    """The record of the earlier termination ends with the restart."""
    order_id = a_stalled_order(shop, an_order(payment_method="pm_sandbox_unavailable"))
    run_recovery(shop)
    assert shop.get(order_id)["status"] == "processing"
    shop.app.terminate(order_id, "by an operator")

    shop.let_minutes_pass(5)

    assert shop.get(order_id)["status"] == "canceled"


def test_order_that_cannot_be_terminated_needs_attention(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five attempts; recovery goes on."""
    monkeypatch.setattr(
        df.DurableOrchestrationClient, "terminate", Failing(None, "terminate", before=FOREVER)._call
    )
    order_id = a_stalled_order(shop)

    for _ in range(6):
        run_recovery(shop)

    (entry,) = shop.attention_queue()
    assert (entry["orderId"], entry["attentionReason"]) == (order_id, "recoveryFailed")
    assert entry["recoveryAttempts"] == 6


def test_early_recovery_does_nothing_twice(shop: Shop) -> None:
    """It restarts orders that only wait for a retry; each orchestration finds what is done."""
    early = RecoveryPolicy(recover_after=timedelta(seconds=1), stalled_after=timedelta(seconds=1))
    shop.replace_ports(
        settings=replace(shop.services.settings, recovery=early),
        carrier=Failing(shop.carrier, "dispatch", before=10),
    )
    order_id = shop.place(an_order())

    run = shop.app.wait(order_id)

    assert run.output["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS
    assert shop.record(order_id).runs > 1
