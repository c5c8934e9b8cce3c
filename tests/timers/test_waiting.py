"""Waiting orders and recovery: lost wakes, lost orchestrations, emails."""

from functools import partial

import pytest

from orders.domain.wait_changes import request_retry
from tests.builders import an_order
from tests.faults import FOREVER, Failing, Outage
from tests.inspection import audit, email_kinds
from tests.shop import COMPLETED_EFFECTS, Shop
from tests.waiting_orders import (
    begin_outage,
    losing_wakes,
    place_waiting_order,
    use_default_waits,
)


@pytest.fixture
def outage(shop: Shop) -> Outage:
    """The carrier is down; orders wait as long as the default settings say."""
    return begin_outage(shop, "carrier")


def test_order_whose_wake_is_lost_is_woken_by_the_next_run(shop: Shop, outage: Outage) -> None:
    """The record says that it should be awake."""
    order_id = place_waiting_order(shop)
    outage.is_over = True
    with losing_wakes():
        shop.let_minutes_pass(1)
    assert shop.get(order_id)["status"] == "waiting"

    shop.let_minutes_pass(3)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_cancellation_whose_wake_is_lost_takes_effect(shop: Shop) -> None:
    """The request is recorded before the event is raised."""
    begin_outage(shop, "carrier", "book")
    order_id = place_waiting_order(shop)
    with losing_wakes():
        assert shop.cancel(order_id).status == 202
    assert shop.get(order_id)["status"] == "waiting"

    shop.let_minutes_pass(3)

    assert shop.get(order_id)["status"] == "canceled"


@pytest.mark.parametrize("action", ["retry", "settledElsewhere", "skip"])
def test_resolution_whose_wake_is_lost_takes_effect(shop: Shop, action: str) -> None:
    """The orchestration sleeps, and the next run of recovery wakes it."""
    outage = begin_outage(shop, "carrier", "dispatch")
    order_id = shop.place(an_order())
    shop.let_minutes_pass(75)
    with losing_wakes():
        assert shop.resolve(order_id, action).status == 202
    outage.is_over = True

    shop.let_minutes_pass(4)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.record(order_id).recovery_attempts == 0
    assert shop.record(order_id).waiting is None


@pytest.mark.parametrize("verb", ["purge", "terminate"])
def test_lost_orchestration_continues_its_wait(shop: Shop, outage: Outage, verb: str) -> None:
    """The deadline stays. One that recovery had terminated is started again."""
    order_id = place_waiting_order(shop)
    waiting = shop.record(order_id).waiting
    assert waiting is not None
    if verb == "terminate":
        shop.update(order_id, lambda record: record.record_termination(1, shop.app.clock.now()))
    shop.manage(order_id, "terminate")
    if verb == "purge":
        shop.manage(order_id, "purge")
    outage.is_over = True

    shop.let_minutes_pass(4)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.record(order_id).runs == 2
    assert shop.effects() == COMPLETED_EFFECTS


def test_restarted_orchestration_continues_the_wait_without_calling_the_partner(
    shop: Shop, outage: Outage
) -> None:
    """The record holds the wait and its deadline."""
    order_id = place_waiting_order(shop)
    before, calls = shop.record(order_id).waiting, len(outage.calls)
    shop.manage(order_id, "terminate")
    shop.manage(order_id, "purge")

    shop.app.start("processOrder", {"orderId": order_id}, order_id)
    shop.app.wait_until_idle()

    assert shop.record(order_id).waiting == before
    assert shop.record(order_id).wake_position.event == "wake-2-0"
    assert len(outage.calls) == calls


def test_orchestration_that_does_not_wake_is_restarted(shop: Shop, outage: Outage) -> None:
    """It is terminated first: an hour after it was woken it counts as stalled."""
    order_id = place_waiting_order(shop)
    outage.is_over = True

    with losing_wakes():
        shop.let_minutes_pass(70)

    assert shop.record(order_id).runs == 2
    assert shop.get(order_id)["status"] == "completed"


def test_wait_that_does_not_end_at_its_deadline_is_recovered(shop: Shop, outage: Outage) -> None:
    """Ten minutes later the orchestration counts as lost."""
    order_id = place_waiting_order(shop)
    shop.manage(order_id, "terminate")
    shop.manage(order_id, "purge")

    shop.let_minutes_pass(24 * 60)
    assert shop.record(order_id).runs == 1
    shop.let_minutes_pass(12)
    assert shop.record(order_id).runs == 2
    outage.is_over = True
    shop.let_minutes_pass(10)

    assert shop.get(order_id)["status"] == "rejected"


@pytest.mark.usefixtures("outage")
def test_customer_of_a_waiting_order_gets_one_email_after_half_an_hour(shop: Shop) -> None:
    """Not earlier, and not again."""
    place_waiting_order(shop)
    shop.let_minutes_pass(29)
    assert email_kinds(shop) == []

    shop.let_minutes_pass(60)

    assert email_kinds(shop) == ["delayed"]
    assert shop.attention_queue() == []


def test_email_about_the_delay_is_sent_when_the_mailer_answers(shop: Shop, outage: Outage) -> None:
    """Until then every run tries it again, and nothing else depends on it."""
    mailer = Failing(shop.mailer, "send", before=3)
    use_default_waits(shop, carrier=outage, mailer=mailer)
    place_waiting_order(shop)

    shop.let_minutes_pass(32)
    assert email_kinds(shop) == []
    shop.let_minutes_pass(3)

    assert email_kinds(shop) == ["delayed"]


def test_waiting_order_is_not_overdue(shop: Shop) -> None:
    """The audit has nothing to say while it waits, nor when it goes on."""
    outage = begin_outage(shop, "carrier", "book")
    order_id = place_waiting_order(shop)
    shop.let_minutes_pass(5 * 60)
    assert audit(shop)["findings"] == []

    outage.is_over = True
    shop.let_minutes_pass(1)

    assert shop.get(order_id)["status"] == "completed"
    assert audit(shop)["findings"] == []


@pytest.mark.usefixtures("outage")
def test_waiting_orders_are_listed(shop: Shop) -> None:
    """By their status."""
    order_id = place_waiting_order(shop)

    listed = shop.app.request("GET", "/api/orders?status=waiting").json()

    assert [order["orderId"] for order in listed["orders"]] == [order_id]


def test_store_that_is_down_while_orders_wait_loses_none(shop: Shop, outage: Outage) -> None:
    """The orchestration ends unfinished, claims nothing, and is restarted."""
    order_id = place_waiting_order(shop)
    store = Failing(shop.services.order_store, "check_wait", before=FOREVER)
    use_default_waits(shop, carrier=outage, order_store=store)
    shop.update(order_id, partial(request_retry, now=shop.app.clock.now()))
    shop.let_minutes_pass(10)
    outage.is_over = True
    use_default_waits(shop)

    shop.let_minutes_pass(10)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS
