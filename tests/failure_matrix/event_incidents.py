"""Steps of an event of a partner, the incidents at each of them, and how a test causes them."""

from collections.abc import Callable
from functools import partial
from typing import Final

from orders.contracts.names import Activity
from tests.builders import an_order
from tests.failure_matrix.incidents import (
    Incident,
    StepCase,
    failing,
    killing_worker,
    recoverable_incidents,
    wait_for_call,
)
from tests.faults import FOREVER
from tests.partner_events import a_body, complete, instance_of, pass_time, post_event
from tests.shop import Shop

EVENT_STEPS: Final = tuple(
    StepCase(step=Activity.RECONCILE_ORDER, port=port, method=method)
    for port, method in (
        ("partner_events", "find"),
        ("payments", "find_object"),
        ("payments", "state"),
        ("order_store", "reconcile_payment"),
        ("partner_events", "update"),
    )
)


def run_failing(shop: Shop, step: StepCase, *, before: int = 0, after: int = 0) -> str:
    """Send an event while the first calls of the step fail."""
    order_id = _dispute(shop)
    with failing(shop, step, before=before, after=after):
        post_event(shop, a_body(order_id))
        shop.app.wait_until_idle()
        shop.app.wait(_instance(shop))
    return order_id


def run_crashed(shop: Shop, step: StepCase, *, before: int = 0, after: int = 0) -> str:
    """Terminate the orchestration while the step is retried; recovery starts it again."""
    order_id = _dispute(shop)
    with failing(shop, step, before=before, after=after) as call:
        post_event(shop, a_body(order_id))
        wait_for_call(shop, call)
        shop.app.terminate(_instance(shop), "its worker crashed")
        shop.app.wait_until_idle()
    shop.let_minutes_pass(3)
    return order_id


def run_with_killed_worker(shop: Shop, step: StepCase) -> str:
    """Let the orchestration fail in the turn that calls the step; recovery starts it again."""
    order_id = _dispute(shop)
    with killing_worker(step.step):
        post_event(shop, a_body(order_id))
        assert shop.app.wait(_instance(shop)).status == "Failed"
    shop.let_minutes_pass(3)
    return order_id


def run_repeated(shop: Shop, step: StepCase, more: Callable[[Shop, str], object]) -> str:
    """Send more events while the step is retried."""
    order_id = _dispute(shop)
    with failing(shop, step, before=FOREVER) as call:
        post_event(shop, a_body(order_id))
        wait_for_call(shop, call)
        more(shop, order_id)
    shop.app.wait(_instance(shop))
    return order_id


def _dispute(shop: Shop) -> str:
    """Return a completed order whose payment is disputed."""
    order_id = complete(shop, an_order(payment_method="pm_card_createDispute"))
    pass_time(shop)
    return order_id


def _instance(shop: Shop) -> str:
    """Return the instance ID of the event. The inbox of the test may be failing."""
    return instance_of(shop)


def _handled(_: StepCase) -> str:
    return "handled"


EVENT_INCIDENTS: Final[tuple[Incident[StepCase], ...]] = (
    *recoverable_incidents(
        run_failing=run_failing,
        run_crashed=run_crashed,
        run_with_killed_worker=run_with_killed_worker,
        expected=_handled,
    ),
    Incident(
        name="all retries fail",
        description="Every call fails before its effect until the retries are used up.",
        run=partial(run_failing, before=FOREVER),
        expected=lambda _: "pending",
    ),
    Incident(
        name="duplicate",
        description="The partner sends the event again while the step is retried.",
        run=partial(run_repeated, more=lambda shop, order_id: post_event(shop, a_body(order_id))),
        expected=_handled,
    ),
    Incident(
        name="other event",
        description="The partner sends another event about the same order while the step is "
        "retried.",
        run=partial(
            run_repeated, more=lambda shop, order_id: post_event(shop, a_body(order_id, "evt_2"))
        ),
        expected=_handled,
    ),
)
