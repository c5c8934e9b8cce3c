"""Incidents at a step of an order, and how a test causes them."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, TypeAlias

from orders.domain.attention import ResolutionAction
from orders.domain.outcome import OrderStatus
from tests.failure_matrix.incidents import (
    Incident,
    NotApplicableError,
    failing,
    in_group,
    killing_worker,
    recoverable_incidents,
    wait_for_call,
)
from tests.failure_matrix.order_steps import UNDONE, UNDONE_ORDER, OrderStep
from tests.failure_matrix.wait_incidents import WAIT_INCIDENTS
from tests.faults import FOREVER, Failing, FailingStock
from tests.inspection import take_available_stock
from tests.shop import Shop

#: What is done to an order while one of its steps is retried.
Action: TypeAlias = Callable[[Shop, str], object]


def run_refused(shop: Shop, step: OrderStep) -> str:
    """Run an order that is refused at the step."""
    if isinstance(step.refused_order, str):
        raise NotApplicableError(step.refused_order)
    order_id = shop.place(step.refused_order)
    shop.app.wait_until_idle()
    if step.is_undo:
        _cancel(shop, order_id)
    shop.app.wait(order_id)
    return order_id


def run_failing(shop: Shop, step: OrderStep, *, before: int = 0, after: int = 0) -> str:
    """Run an order while the first calls of the step fail."""
    with failing(shop, step, before=before, after=after):
        return shop.run(step.order).instance_id


def run_resolved(shop: Shop, step: OrderStep, action: ResolutionAction) -> str:
    """Let all retries of the step fail; then an operator resolves it."""
    if not step.outcome_if_failed.startswith(OrderStatus.NEEDS_ATTENTION):
        raise NotApplicableError("The order does not need an operator.")
    order_id = run_failing(shop, step, before=FOREVER)
    response = shop.resolve(order_id, action)
    assert response.status == 202, response.text
    shop.app.wait(order_id)
    return order_id


def run_crashed(shop: Shop, step: OrderStep, *, before: int = 0, after: int = 0) -> str:
    """Terminate the orchestration while the step is retried, then restart it."""
    with failing(shop, step, before=before, after=after) as call:
        order_id = _place_and_reach(shop, step, call)
        shop.app.terminate(order_id, "its worker crashed")
        shop.app.wait_until_idle()
    shop.restart(order_id)
    return order_id


def run_with_killed_worker(shop: Shop, step: OrderStep) -> str:
    """Let the orchestration fail in the turn that calls the step, then restart it."""
    order_id = shop.place(step.order)
    with killing_worker(step.step):
        assert shop.app.wait(order_id).status == "Failed"
    shop.restart(order_id)
    return order_id


def run_late_call(shop: Shop, step: OrderStep) -> str:
    """Make the step's call after the order was undone. It has no effect."""
    if isinstance(step.late_call, str):
        raise NotApplicableError(step.late_call)
    order_id = shop.run(UNDONE_ORDER).instance_id
    effects = shop.effects()
    step.late_call(shop, order_id)
    assert shop.effects() == effects
    return order_id


def run_while(shop: Shop, step: OrderStep, actions: Iterable[Action]) -> str:
    """Take actions while the step is retried, then let it succeed."""
    with failing(shop, step, before=FOREVER) as call:
        order_id = _place_and_reach(shop, step, call)
        for action in actions:
            action(shop, order_id)
    shop.app.wait(order_id)
    return order_id


def _place_and_reach(shop: Shop, step: OrderStep, call: Failing | FailingStock) -> str:
    order_id = shop.place(step.order)
    wait_for_call(shop, call)
    return order_id


def _cancel(shop: Shop, order_id: str) -> None:
    response = shop.cancel(order_id)
    assert response.status in {202, 409}, response.text


def _recovered(step: OrderStep) -> str:
    return step.outcome


def _resolved(action: ResolutionAction, effect: str) -> Incident[OrderStep]:
    return Incident(
        name=f"resolved: {action.value}",
        description="All retries fail. Then an operator resolves the step with "
        f"`{action.value}`: {effect}.",
        run=lambda shop, step: run_resolved(shop, step, action),
        expected=_recovered,
    )


ORDER_INCIDENTS: Final[tuple[Incident[OrderStep], ...]] = (
    *in_group(
        "Faults of a step",
        Incident(
            name="refused",
            description="The step is refused: the result says why, and is not retried.",
            run=run_refused,
            expected=lambda step: step.outcome_if_refused,
        ),
        *recoverable_incidents(
            run_failing=run_failing,
            run_crashed=run_crashed,
            run_with_killed_worker=run_with_killed_worker,
            expected=_recovered,
        ),
        Incident(
            name="all retries fail",
            description="Every call fails before its effect until the retries are used up, and the "
            "wait for the step has expired.",
            run=partial(run_failing, before=FOREVER),
            expected=lambda step: step.outcome_if_failed,
        ),
        Incident(
            name="late call",
            description="The order is undone because the capture of its payment is refused. Then "
            "the call is made once more.",
            run=run_late_call,
            expected=lambda _: UNDONE,
        ),
    ),
    *in_group(
        "Decisions of people while a step fails",
        _resolved(ResolutionAction.RETRY, "it is tried again"),
        _resolved(ResolutionAction.SETTLED_ELSEWHERE, "it was done by other means"),
        _resolved(ResolutionAction.SKIP, "it will not be done"),
        Incident(
            name="cancellation",
            description="The customer cancels the order while the step is retried.",
            run=partial(run_while, actions=(_cancel,)),
            expected=lambda step: step.outcome_if_canceled,
        ),
        Incident(
            name="two cancellations",
            description="The customer cancels the order twice while the step is retried.",
            run=partial(run_while, actions=(_cancel, _cancel)),
            expected=lambda step: step.outcome_if_canceled,
        ),
        Incident(
            name="stock taken",
            description="All available units of the product are taken out of the stock while the "
            "step is retried.",
            run=partial(run_while, actions=(lambda shop, _: take_available_stock(shop),)),
            expected=lambda step: step.outcome_if_stock_taken,
        ),
    ),
    *in_group("Orders that wait for the step", *WAIT_INCIDENTS),
)
