"""Incidents of an order that waits for a step, and how a test causes them."""

from collections.abc import Callable
from functools import partial
from typing import Final

from orders.domain.outcome import OrderStatus
from orders.domain.switches import SWITCH_OF_STEP
from orders.domain.waits import WAIT_RULES
from tests.failure_matrix.incidents import Incident, NotApplicableError
from tests.failure_matrix.order_steps import OrderStep
from tests.faults import Outage
from tests.shop import Shop
from tests.waiting_orders import losing_wakes


def run_outage(
    shop: Shop,
    step: OrderStep,
    during: Callable[[Shop, str], object] = Shop.get,
) -> str:
    """Run an order whose partner is unavailable for an hour; take an action meanwhile."""
    order_id, outage = _place_waiting_order(shop, step)
    calls = len(outage.calls)
    during(shop, order_id)
    shop.let_minutes_pass(5)
    assert len(outage.calls) == calls
    outage.is_over = True
    shop.app.wait(order_id)
    return order_id


def run_with_lost_wake(shop: Shop, step: OrderStep) -> str:
    """Lose the event that wakes the order after the outage."""
    order_id, outage = _place_waiting_order(shop, step)
    outage.is_over = True
    with losing_wakes():
        shop.let_minutes_pass(2)
        assert shop.record(order_id).is_waiting
    shop.app.wait(order_id)
    return order_id


def run_settled(shop: Shop, step: OrderStep) -> str:
    """Let an operator do elsewhere what a waiting order waits for."""
    if not step.outcome_if_failed.startswith(OrderStatus.NEEDS_ATTENTION):
        raise NotApplicableError("The order does not need an operator.")
    order_id, _ = _place_waiting_order(shop, step)
    shop.let_minutes_pass(15)
    assert shop.resolve(order_id, "settledElsewhere").status == 202
    shop.app.wait_until_idle()
    return order_id


def run_switched_off(shop: Shop, step: OrderStep) -> str:
    """Run an order while the step is switched off for an hour."""
    switch = SWITCH_OF_STEP.get(step.step.value)
    if switch is None:
        raise NotApplicableError("No switch stops the step.")
    assert shop.set_switch(switch, on=False).status == 200
    order_id = shop.place(step.order)
    shop.let_minutes_pass(60)
    assert shop.record(order_id).is_waiting
    assert shop.set_switch(switch, on=True).status == 200
    shop.app.wait(order_id)
    return order_id


def _place_waiting_order(shop: Shop, step: OrderStep) -> tuple[str, Outage]:
    if step.step not in WAIT_RULES or step.port == "order_store":
        raise NotApplicableError("No order waits for this call.")
    outage = Outage(getattr(shop.services, step.port), step.method)
    shop.replace_ports(**{step.port: outage})
    order_id = shop.place(step.order)
    shop.let_minutes_pass(55)
    assert shop.record(order_id).is_waiting
    return order_id, outage


def _cancel(shop: Shop, order_id: str) -> None:
    assert shop.cancel(order_id).status in {202, 409}


def _raise_events(shop: Shop, order_id: str) -> None:
    """Raise the event of the present round three times, and those of two later rounds."""
    run, present = shop.record(order_id).runs, shop.record(order_id).wake_position.round
    for number in (present, present, present, present + 1, present + 2):
        shop.app.raise_event(order_id, f"wake-{run}-{number}")
    shop.app.wait_until_idle()
    assert shop.record(order_id).is_waiting


WAIT_INCIDENTS: Final[tuple[Incident[OrderStep], ...]] = (
    Incident(
        name="outage of an hour",
        description="The partner is unavailable for an hour. The order waits.",
        run=run_outage,
        expected=lambda step: step.outcome,
    ),
    Incident(
        name="wake lost",
        description="The service dies after it has recorded that the waiting order shall go on, "
        "and before it raises the event that wakes it.",
        run=run_with_lost_wake,
        expected=lambda step: step.outcome,
    ),
    Incident(
        name="wakes doubled",
        description="The events that wake the waiting order are raised early, and several times.",
        run=partial(run_outage, during=_raise_events),
        expected=lambda step: step.outcome,
    ),
    Incident(
        name="canceled while waiting",
        description="The customer cancels the waiting order.",
        run=partial(run_outage, during=_cancel),
        expected=lambda step: step.outcome_if_canceled,
    ),
    Incident(
        name="settled while waiting",
        description="After an hour of waiting, an operator resolves the step with "
        "`settledElsewhere`: it was done by other means.",
        run=run_settled,
        expected=lambda step: step.outcome,
    ),
    Incident(
        name="switched off",
        description="The step is switched off for an hour. The order waits.",
        run=run_switched_off,
        expected=lambda step: step.outcome,
    ),
)
