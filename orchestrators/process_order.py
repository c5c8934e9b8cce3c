"""Orchestrator `processOrder`: take one order to its outcome.

It can be restarted from the start at any time. Each step means "make sure that this is done": the
record says what earlier orchestrations have done, and an undo that has begun is finished.
"""

import azure.durable_functions as df

from orchestrators import steps
from orchestrators.calls import Context, OrderContext, StepFailedError, Steps
from orchestrators.emails import confirm, inform
from orchestrators.saga import Saga
from orchestrators.stock_steps import StockSteps
from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity, Orchestration, StockStep
from orders.contracts.payloads import OrderInput
from orders.domain.money import Money
from orders.domain.outcome import Outcome, Reason

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.PROCESS_ORDER)
def process_order(context: Context) -> Steps[dict]:
    """Take one order to its end: shipped and paid, or undone. It always returns an outcome."""
    payload = decode(OrderInput, context.get_input())
    try:
        outcome = yield from run_order(OrderContext.of(context, payload.order_id, payload.retries))
    except StepFailedError as error:
        # The store was unavailable, so nothing may be claimed or undone. The order stays open in
        # the store, and recovery restarts it.
        outcome = Outcome.needs_attention(Reason.UNAVAILABLE, (error.step,))
    return encode(outcome)


def run_order(order: OrderContext) -> Steps[Outcome]:
    """Open the order, fulfill or undo it, and close it.

    Raises:
        StepFailedError: the store is unavailable.
    """
    opening = yield from steps.open_order(order)
    if opening.outcome:
        return opening.outcome

    saga = Saga(order, opening.resolved_steps, opening.skipped_steps)
    stock = StockSteps(order, opening.stock_lines)
    if opening.resumed:
        saga.register(StockStep.RELEASE_STOCK, stock.release)
        saga.register(Activity.REVERSE_PAYMENT, steps.reverse_payment)
        saga.register(Activity.CANCEL_SHIPMENT, steps.cancel_shipment)
    outcome = opening.undoing
    if outcome is None and opening.cancel_requested:
        outcome = Outcome.canceled()
    if outcome is None and opening.dispatched:
        outcome = yield from resume_after_dispatch(order, saga, stock)
    if outcome is None:
        outcome = yield from fulfill(order, saga, stock)
    if outcome.requires_undo:
        outcome = yield from saga.undo(outcome)
        outcome = yield from inform(order, saga, outcome)
    for step in opening.resolved_steps:
        outcome = outcome.with_note(saga.resolution_note(step))
    return (yield from steps.close_order(order, outcome))


def fulfill(order: OrderContext, saga: Saga, stock: StockSteps) -> Steps[Outcome]:
    """Fulfill the order. A step that fails for good before the dispatch rejects it."""
    try:
        outcome = yield from reserve_pay_and_ship(order, saga, stock)
    except StepFailedError:
        return Outcome.rejected(Reason.UNAVAILABLE)
    if not outcome.is_completed:
        return outcome
    return (yield from dispatch_and_confirm(order, saga, stock, outcome))


def reserve_pay_and_ship(order: OrderContext, saga: Saga, stock: StockSteps) -> Steps[Outcome]:
    """The happy path until the payment. A step's undo is registered before the step."""
    validation = yield from steps.validate_order(order)
    if not (validation.accepted and validation.amount):
        return Outcome.rejected(validation.reason)

    stock.lines = validation.stock_lines
    saga.register(StockStep.RELEASE_STOCK, stock.release)
    reservation = yield from stock.reserve()
    if not reservation.reserved:
        return Outcome.rejected(reservation.reason)
    return (yield from pay_and_ship(order, saga, validation.amount))


def pay_and_ship(order: OrderContext, saga: Saga, amount: Money) -> Steps[Outcome]:
    """Authorize the payment, book the shipment, capture the payment."""
    saga.register(Activity.REVERSE_PAYMENT, steps.reverse_payment)
    authorization = yield from steps.process_payment(order, amount)
    if not authorization.approved:
        return saga.refuse(Activity.REVERSE_PAYMENT, authorization.reason)

    saga.register(Activity.CANCEL_SHIPMENT, steps.cancel_shipment)
    booking = yield from steps.ship_order(order)
    if not (booking.booked and booking.tracking_number):
        return saga.refuse(Activity.CANCEL_SHIPMENT, booking.reason)

    capture = yield from steps.capture_payment(order)
    if not capture.captured:
        return Outcome.refused(capture.reason)
    return Outcome.completed(booking.tracking_number)


def dispatch_and_confirm(
    order: OrderContext, saga: Saga, stock: StockSteps, outcome: Outcome
) -> Steps[Outcome]:
    """Dispatch the shipment. After that nothing is undone: what fails needs attention."""
    try:
        if not saga.is_resolved(Activity.DISPATCH_ORDER):
            dispatch = yield from steps.dispatch_order(order)
            if not dispatch.dispatched:
                return Outcome.refused(dispatch.reason)
        if not saga.is_resolved(StockStep.COMMIT_STOCK):
            sale = yield from stock.commit()
            if not sale.reserved:
                return Outcome.needs_attention(sale.reason, (StockStep.COMMIT_STOCK,))
    except StepFailedError as error:
        return Outcome.needs_attention(Reason.UNAVAILABLE, (error.step,))
    return (yield from confirm(order, saga, outcome))


def resume_after_dispatch(order: OrderContext, saga: Saga, stock: StockSteps) -> Steps[Outcome]:
    """Finish an order whose shipment was dispatched by an earlier orchestration."""
    try:
        booking = yield from steps.ship_order(order)  # finds the dispatched shipment
    except StepFailedError as error:
        return Outcome.needs_attention(Reason.UNAVAILABLE, (error.step,))
    if not booking.tracking_number:
        return Outcome.needs_attention(booking.reason, (Activity.SHIP_ORDER,))
    outcome = Outcome.completed(booking.tracking_number)
    return (yield from dispatch_and_confirm(order, saga, stock, outcome))
