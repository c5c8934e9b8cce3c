"""Orchestrator `processOrder`: take one order to its outcome.

It can be restarted from the start at any time: each step means "make sure that this is done", and
the record says what comes next. An undo that has begun is brought to its end, and so is an order
that was dispatched.

A step whose partner is unavailable waits inside, for days if need be. A step that is refused or
given up, or that finds the order canceled, raises StoppedError.
"""

import azure.durable_functions as df

from orchestrators.calls import Context, Steps, StoreAwayError
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
        # After many rounds of a wait, or a decision of an operator. The new orchestration has a
        # short history; it repeats no step that was done, and continues the wait.
        context.continue_as_new(context.get_input())
        return {}
    except StoreAwayError as error:
        # No outcome may be reported and nothing undone. The order stays open in the store, and the
        # timer that recovers orders restarts it. Callers see what the store says, not this status.
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
                if outcome.requires_undo:  # a failed dispatch is not: the shipment may have left
                    outcome = yield from saga.undo(outcome)
            else:
                outcome = yield from finish(order)
    outcome = yield from order.close_order(outcome)
    order.settle_stock(outcome)  # a signal: nothing is awaited
    return outcome


def fulfill(order: OrderSteps, saga: Saga) -> Steps[None]:
    """The happy path. `saga.do` registers a step's undo, then makes sure that the step is done."""
    yield from order.validate()
    yield from saga.do(StockStep.RESERVE_STOCK, order.reserve_stock)
    yield from saga.do(Activity.PROCESS_PAYMENT, order.process_payment)  # authorized, not captured
    yield from saga.do(Activity.SHIP_ORDER, order.ship_order)  # booked, not dispatched
    yield from order.capture_payment()
    yield from order.dispatch_order()  # the point of no return


def finish(order: OrderSteps) -> Steps[Outcome]:
    """After the dispatch nothing is undone: what fails needs attention."""
    try:
        tracking_number = yield from order.find_shipment()
        yield from order.commit_stock()
    except StoppedError as stop:
        return Outcome.needs_attention(stop.outcome.reason, (stop.step,))
    return (yield from order.send_confirmation(tracking_number))  # a failed email is a note
