"""Is an order run again whose orchestration is under way and does nothing?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from azure import durable_functions as df

from local_host import testing
from orders.domain.policies import RecoveryPolicy
from orders.engine import instances
from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.local_host.process import until
from tests.shop import Shop

DONE_ONCE = ["authorized", "captured", "booked", "dispatched", "sent"]
#: Books the parcel, and waits for its second try to hear of it.
ON_THE_WAY = an_order(postal_code="00002")


def standing_still(shop: Shop, order: dict[str, Any] = ON_THE_WAY) -> str:
    """An order whose next timer was due hours ago, and did not fire."""
    order_id = shop.place(order)
    shop.app.settle()
    shop.app.clock.advance(shop.app.clock.now() + timedelta(hours=2))
    return order_id


def look_after(shop: Shop) -> None:
    """Let the guardian look at once, and not before it may look again."""
    shop.app.clock.advance(shop.app.clock.now() + timedelta(minutes=3))
    assert shop.app.request("POST", "/admin/functions/guardOrders", json={}).status == 202
    shop.app.settle()


def come_to_life(shop: Shop, order_id: str) -> None:
    """Let the timer fire that the order waits for, and see the order to its end."""
    testing._wait_for(shop.app._jump(shop.app.clock.now()))
    until(lambda: shop.app.look(order_id).status == "Completed")


class Meanwhile:
    """A desk; something else happens after the guardian noted that it ends an order."""

    def __init__(self, shop: Shop, happens: Callable[[], object]) -> None:
        self._desk = shop.services.desk
        self._happens = happens

    def record_termination(self, order_id: str) -> None:
        """Note it, and let it happen."""
        self._desk.record_termination(order_id)
        self._happens()


def test_an_order_that_stands_still_is_ended_and_run_again(shop: Shop) -> None:
    """Nothing can be started over its orchestration as long as that is under way."""
    order_id = standing_still(shop)

    look_after(shop)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == DONE_ONCE
    assert shop.record(order_id).cancel_requested_at is None


def test_an_order_that_takes_its_time_to_be_ended_is_run_again_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guardian knows from the book that it was terminated by nobody else."""
    monkeypatch.setattr(instances, "_PAUSES_SECONDS", ())
    order_id = standing_still(shop)
    look_after(shop)
    assert shop.app.look(order_id).status == "Terminated"

    shop.app.let_pass(timedelta(minutes=3))

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == DONE_ONCE
    assert shop.record(order_id).runs == 2


def test_an_order_that_comes_to_life_before_it_is_ended_is_done_once(shop: Shop) -> None:
    """It may even have come to its end by then."""
    order_id = standing_still(shop)
    shop.replace_ports(desk=Meanwhile(shop, lambda: come_to_life(shop, order_id)))

    look_after(shop)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_an_order_that_somebody_else_terminates_as_well_is_run_again(shop: Shop) -> None:
    """Who was first is not told apart: to end an order for good, it is canceled."""
    order_id = standing_still(shop)
    shop.replace_ports(desk=Meanwhile(shop, lambda: shop.app.terminate(order_id, "by hand")))

    look_after(shop)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_an_order_that_was_ended_and_taken_up_again_can_be_terminated_by_hand(shop: Shop) -> None:
    """From then on that is somebody's wish again."""
    order_id = standing_still(shop, an_order(payment_method="pm_sandbox_unavailable"))
    look_after(shop)
    assert shop.get(order_id)["status"] == "processing"
    shop.app.terminate(order_id, "by hand")

    shop.app.let_pass(timedelta(minutes=5))

    assert shop.get(order_id)["status"] == "canceled"


def test_an_order_that_cannot_be_ended_comes_to_the_desk(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five tries in vain."""
    monkeypatch.setattr(
        df.DurableOrchestrationClient, "terminate", Failing(None, "terminate", before=FOREVER)._call
    )
    order_id = standing_still(shop)

    for _ in range(6):
        look_after(shop)

    (entry,) = shop.attention_queue()
    assert (entry["orderId"], entry["attentionReason"], entry["recoveryAttempts"]) == (
        order_id,
        "lost",
        5,
    )


def test_however_impatient_the_recovery_is_nothing_is_done_twice(shop: Shop) -> None:
    """It ends orders that only wait for their next try, and each run finds what was done."""
    impatient = RecoveryPolicy(
        recover_after=timedelta(seconds=1), stalled_after=timedelta(seconds=1)
    )
    shop.replace_ports(
        settings=replace(shop.services.settings, guard=impatient),
        carrier=Failing(shop.carrier, "release", before=10),
    )
    order_id = shop.place(an_order())

    run = shop.app.wait(order_id)

    assert run.output["status"] == "completed"
    assert shop.effects() == DONE_ONCE
    assert shop.record(order_id).runs > 1
