"""Orchestrator `processOrder`: take one order to its outcome.

It can be restarted from the start at any time. Each step means "make sure that this is done", and
the record says what comes next: an undo that has begun is finished, and so is a dispatched order.
"""

import azure.durable_functions as df

from orchestrators.calls import Context, StepFailedError, Steps
from orchestrators.order_steps import OrderSteps
from orchestrators.saga import Saga
from orchestrators.stopping import StartAgainError, StoppedError
from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity, Orchestration, StockStep
from orders.contracts.payloads import OrderInput
from orders.domain.outcome import Next, Outcome

bp = df.Blueprint()

UNFINISHED = "unfinished"


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.PROCESS_ORDER)
def process_order(context: Context) -> Steps[dict]:
    """Take one order to its outcome: paid and shipped, undone, or left to an operator."""
    order = OrderSteps(context, decode(OrderInput, context.get_input()))
    try:
        outcome = yield from run_order(order)
    except StartAgainError:
        # Steps that were done are found, and the wait continues.
        context.continue_as_new(context.get_input())
        return {}
    except StepFailedError as error:
        # The store is unavailable, so no outcome may be reported and nothing undone. The order
        # stays open in the store, and recovery restarts it. Callers never see this status.
        return {"status": UNFINISHED, "step": error.step.value}
    return encode(outcome)


def run_order(order: OrderSteps) -> Steps[Outcome]:
    """Do what the record says comes next, and close the order."""
    opening = yield from order.open_order()
    saga = Saga(order, opening)
    match opening.next:
        case Next.ENDED:
            order.settle_stock(opening.goal)
            return opening.goal
        case Next.UNDO:
            outcome = yield from saga.undo(opening.goal)
        case Next.FINISH:
            outcome = yield from finish(order)
        case Next.FULFILL:  # pragma: no branch - the last member
            try:
                yield from fulfill(order, saga)
            except StoppedError as stop:
                outcome = stop.outcome
                if outcome.requires_undo:  # not if the dispatch failed for good
                    outcome = yield from saga.undo(outcome)
            else:
                outcome = yield from finish(order)
    outcome = yield from order.close_order(outcome)
    order.settle_stock(outcome)
    return outcome


def fulfill(order: OrderSteps, saga: Saga) -> Steps[None]:
    """The happy path. `saga.do` registers a step's undo, then makes sure that the step is done."""
    yield from order.validate()
    yield from saga.do(StockStep.RESERVE_STOCK, order.reserve_stock)
    yield from saga.do(Activity.PROCESS_PAYMENT, order.process_payment)
    yield from saga.do(Activity.SHIP_ORDER, order.ship_order)
    yield from order.capture_payment()
    yield from order.dispatch_order()  # the point of no return


def finish(order: OrderSteps) -> Steps[Outcome]:
    """After the dispatch nothing is undone: what fails needs attention."""
    try:
        tracking_number = yield from order.find_shipment()
        yield from order.commit_stock()
    except StoppedError as stop:
        return Outcome.needs_attention(stop.outcome.reason, (stop.step,))
    return (yield from order.send_confirmation(tracking_number))
