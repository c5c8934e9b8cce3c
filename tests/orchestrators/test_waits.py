"""Orders that wait for a partner: they go on, expire, are canceled or resolved."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from orders.domain.waits import WaitPolicy
from tests.builders import an_order
from tests.faults import Outage
from tests.inspection import audit, email_kinds, has_released_stock
from tests.shop import COMPLETED_EFFECTS, MANAGEMENT_API, UNDONE_EFFECTS, Shop
from tests.waiting_orders import begin_outage, place_waiting_order, use_default_waits


def place_order_that_waits_for_its_dispatch(shop: Shop) -> tuple[str, Outage]:
    """Place an order that is paid, but whose shipment the carrier does not dispatch."""
    outage = begin_outage(shop, "carrier", "dispatch")
    order_id = shop.place(an_order())
    shop.let_minutes_pass(5)
    assert shop.get(order_id)["waiting"]["step"] == "dispatchOrder"
    return order_id, outage


def raise_event(shop: Shop, order_id: str, event: str) -> None:
    """Raise an event for the order's orchestration."""
    path = f"{MANAGEMENT_API}/instances/{order_id}/raiseEvent/{event}"
    assert shop.app.request("POST", path, json={}).status == 202
    shop.app.wait_until_idle()


@pytest.mark.parametrize(
    ("port", "partner", "step"),
    [
        ("payments", "paymentGateway", "processPayment"),
        ("carrier", "carrier", "shipOrder"),
    ],
)
def test_order_waits_for_a_partner_and_then_completes(
    shop: Shop, port: str, partner: str, step: str
) -> None:
    """The view says for whom it waits and what happens then; nothing is done twice."""
    outage = begin_outage(shop, port)
    order_id = place_waiting_order(shop)

    view = shop.get(order_id)["waiting"]
    assert (view["waitingFor"], view["step"], view["then"]) == (partner, step, "undo")
    shop.let_minutes_pass(8 * 60)
    assert shop.get(order_id)["status"] == "waiting"
    outage.is_over = True
    shop.let_minutes_pass(1)

    assert shop.get(order_id)["status"] == "completed"
    assert "waiting" not in shop.get(order_id)
    assert shop.effects() == COMPLETED_EFFECTS


def test_partner_that_is_down_is_not_called_while_orders_wait(shop: Shop) -> None:
    """The step is tried for less than a minute; after that recovery probes the partner."""
    outage = begin_outage(shop, "payments")
    place_waiting_order(shop)
    calls = len(outage.calls)

    shop.let_minutes_pass(120)

    assert len(outage.calls) == calls


def test_wait_before_the_capture_expires_after_a_day(shop: Shop) -> None:
    """Everything is undone, and the customer knows of the delay and of the outcome."""
    outage = begin_outage(shop, "carrier")
    order_id = place_waiting_order(shop)
    shop.let_minutes_pass(23 * 60)
    assert shop.get(order_id)["status"] == "waiting"

    outage.is_over = True  # too late: recovery does not run before the deadline
    shop.move_clock(timedelta(hours=2))
    shop.advance_to_next_timer()
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "rejected"
    assert shop.effects() == ["authorized", "voided", "nothing"]
    assert email_kinds(shop) == ["delayed", "rejected"]
    assert has_released_stock(shop)
    assert audit(shop)["findings"] == []


def test_no_wait_lasts_longer_than_the_authorization(shop: Shop) -> None:
    """Even if the settings allow more, it ends six days after the order was placed."""
    begin_outage(shop, "carrier", waits=WaitPolicy(before_capture=timedelta(days=30)))
    record = shop.record(place_waiting_order(shop))

    assert record.waiting is not None
    assert record.waiting.until == record.order.placed_at + timedelta(days=6)


def test_dispatch_is_retried_for_days_and_an_operator_is_informed(shop: Shop) -> None:
    """The order is paid, so it is not undone. It leaves the attention queue by itself."""
    order_id, outage = place_order_that_waits_for_its_dispatch(shop)
    assert shop.attention_queue() == []

    shop.let_minutes_pass(61)
    (entry,) = shop.attention_queue()
    assert (entry["attentionReason"], entry["failedSteps"]) == ("waiting", ["dispatchOrder"])
    assert shop.get(order_id)["status"] == "waiting"
    shop.advance_days(3)
    assert shop.get(order_id)["status"] == "waiting"
    outage.is_over = True
    shop.let_minutes_pass(1)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.attention_queue() == []
    assert email_kinds(shop) == ["delayed", "confirmation"]
    assert shop.effects() == COMPLETED_EFFECTS


def test_dispatch_that_fails_for_days_needs_attention(shop: Shop) -> None:
    """Until then the order waits. A retry by an operator completes it."""
    order_id, outage = place_order_that_waits_for_its_dispatch(shop)

    for _ in range(6):
        shop.advance_days(1)
    (entry,) = shop.attention_queue()
    assert (entry["status"], entry["failedSteps"]) == ("needsAttention", ["dispatchOrder"])
    outage.is_over = True
    assert shop.resolve(order_id, "retry").status == 202

    assert shop.app.wait(order_id).output["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


@pytest.mark.parametrize("action", ["settledElsewhere", "skip"])
def test_operator_ends_the_wait_of_a_dispatch(shop: Shop, action: str) -> None:
    """The order continues at once, without the step."""
    order_id, _ = place_order_that_waits_for_its_dispatch(shop)
    shop.let_minutes_pass(61)

    assert shop.resolve(order_id, action).status == 202
    shop.app.wait_until_idle()

    assert shop.get(order_id)["status"] == "completed"
    assert shop.attention_queue() == []


def test_retry_of_an_operator_wakes_a_waiting_order_at_once(shop: Shop) -> None:
    """Recovery has not probed the partner yet."""
    order_id, outage = place_order_that_waits_for_its_dispatch(shop)
    shop.let_minutes_pass(61)
    outage.is_over = True

    assert shop.resolve(order_id, "retry").status == 202
    shop.app.wait_until_idle()

    assert shop.get(order_id)["status"] == "completed"


def test_waiting_order_can_be_canceled(shop: Shop) -> None:
    """Nothing is charged, although the carrier is available again later."""
    begin_outage(shop, "carrier", "book")
    order_id = place_waiting_order(shop)

    assert shop.cancel(order_id).status == 202
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "canceled"
    assert shop.effects() == ["authorized", "voided", "nothing"]


def test_undo_waits_for_a_partner_too(shop: Shop) -> None:
    """An operator is informed after an hour; the order is undone when the gateway answers."""
    outage = begin_outage(shop, "payments")
    order_id = place_waiting_order(shop)
    shop.cancel(order_id)
    shop.let_minutes_pass(5)
    assert shop.get(order_id)["waiting"]["step"] == "reversePayment"
    assert shop.cancel(order_id).status == 202

    shop.let_minutes_pass(61)
    assert [entry["attentionReason"] for entry in shop.attention_queue()] == ["waiting"]
    outage.is_over = True
    shop.let_minutes_pass(1)

    assert shop.get(order_id)["status"] == "canceled"
    assert shop.attention_queue() == []
    assert email_kinds(shop) == ["delayed", "canceled"]
    assert audit(shop)["findings"] == []


def test_capture_that_stays_unavailable_is_undone(shop: Shop) -> None:
    """The authorization is voided before the bank releases it."""
    begin_outage(shop, "payments", "capture")
    order_id = place_waiting_order(shop)

    shop.advance_days(1)
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "rejected"
    assert shop.effects() == UNDONE_EFFECTS


def test_orders_are_woken_in_batches_oldest_first(shop: Shop) -> None:
    """A partner that is available again is not called by all orders at once."""
    outage = begin_outage(shop, "payments", waits=WaitPolicy(batch_size=2))
    orders = []
    for _ in range(5):
        orders.append(shop.place(an_order()))
        shop.move_clock(timedelta(seconds=1))
    shop.let_minutes_pass(2)
    outage.is_over = True

    completed = []
    for _ in range(3):
        shop.let_minutes_pass(1)
        completed.append([shop.get(order_id)["status"] for order_id in orders].count("completed"))
        assert shop.get(orders[0])["status"] == "completed"

    assert completed == [2, 4, 5]


def test_step_that_fails_although_the_partner_answers_is_tried_less_and_less_often(
    shop: Shop,
) -> None:
    """The pauses double up to a quarter of an hour, and the history stays short."""
    outage = begin_outage(shop, "payments", "authorize")
    outage.is_available = lambda: True  # type: ignore[method-assign]
    order_id = place_waiting_order(shop)

    shop.let_minutes_pass(6 * 60)
    attempts = outage.calls.count("authorize") // 8
    outage.is_over = True
    shop.let_minutes_pass(16)

    assert 20 < attempts < 30
    assert shop.record(order_id).runs > 1
    assert shop.get(order_id)["status"] == "completed"
    assert len(shop.app.wait(order_id).activities) < 20 * 10


def test_early_late_and_doubled_wakes_do_no_harm(shop: Shop) -> None:
    """An event only wakes: the record decides whether the step is tried."""
    outage = begin_outage(shop, "payments")
    order_id = place_waiting_order(shop)
    calls = len(outage.calls)

    for event in ("wake-1-0", "wake-1-0", "wake-1-0", "wake-1-7", "wake-9-0", "wake-1-1"):
        raise_event(shop, order_id, event)
    assert len(outage.calls) == calls
    outage.is_over = True
    shop.let_minutes_pass(1)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


@pytest.mark.parametrize(
    ("body", "waits_for"),
    [
        ({"payment_method": "pm_sandbox_unavailable3h"}, "processPayment"),
        ({"payment_method": "pm_sandbox_captureUnavailable90m"}, "capturePayment"),
        ({"postal_code": "00005"}, "shipOrder"),
        ({"postal_code": "00006"}, "dispatchOrder"),
    ],
)
def test_magic_values_begin_an_outage_for_one_order(
    shop: Shop, body: dict[str, Any], waits_for: str
) -> None:
    """It begins with the first call, lasts as long as the value says, and the order completes."""
    use_default_waits(shop)
    order_id = shop.place(an_order(**body))
    steps = set()
    for _ in range(7):
        shop.let_minutes_pass(1)
        steps.add(shop.get(order_id).get("waiting", {}).get("step"))

    shop.let_minutes_pass(3 * 60 + 15)

    assert waits_for in steps
    assert shop.get(order_id)["status"] == "completed"
    assert [effect for effect in shop.effects() if effect not in {"fault", "outage"}] == (
        COMPLETED_EFFECTS
    )


def test_waiting_orders_do_not_count_as_active(shop: Shop) -> None:
    """An outage of a partner must not make the service refuse orders."""
    outage = Outage(shop.carrier)
    settings = replace(shop.services.settings, waits=WaitPolicy(), max_active_orders=2)
    shop.replace_ports(settings=settings, carrier=outage)
    for _ in range(3):
        place_waiting_order(shop)

    assert shop.services.order_store.count_active(10) == 0
