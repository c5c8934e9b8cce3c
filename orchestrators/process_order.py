"""How does an order come to its end?

It can be run again from the start at any time: each step means "make sure that this is done", the
book tells what earlier runs left, and an undoing that had begun is finished.
"""

import azure.durable_functions as df

from contracts.codec import decode, encode
from contracts.names import Activity, Orchestration, StockStep
from contracts.payloads import OrderInput
from domain.money import Money
from domain.outcome import Outcome, Reason
from orchestrators import steps
from orchestrators.letters import confirm, tell
from orchestrators.run import Context, Run, StepFailed, Steps
from orchestrators.saga import Saga
from orchestrators.shelf import Shelf

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.PROCESS_ORDER)
def process_order(context: Context) -> Steps[dict]:
    """Take one order to its end: shipped and paid, or undone. It always returns an outcome."""
    order = decode(OrderInput, context.get_input())
    try:
        outcome = yield from take_to_its_end(Run.of(context, order.order_id, order.retries))
    except StepFailed as fault:
        # The book itself was out of reach, so nothing may be claimed or undone. The order stays
        # open in the book, and running it again takes it up where it is.
        outcome = Outcome.needs_attention(Reason.UNAVAILABLE, (fault.step,))
    return encode(outcome)


def take_to_its_end(run: Run) -> Steps[Outcome]:
    """Open the order, do it or undo it, and close it. Raises StepFailed: the book failed."""
    opening = yield from steps.open_order(run)
    if opening.outcome:
        return opening.outcome

    saga = Saga(run, opening.waived, opening.skipped)
    shelf = Shelf(run, opening.needs)
    if opening.resumed:
        saga.undo_with(StockStep.RELEASE_STOCK, shelf.release)
        saga.undo_with(Activity.VOID_PAYMENT, steps.void_payment)
        saga.undo_with(Activity.CANCEL_SHIPMENT, steps.cancel_shipment)
    outcome = opening.undoing
    if outcome is None and opening.cancel_requested:
        outcome = Outcome.canceled()
    if outcome is None and opening.dispatched:
        outcome = yield from finish(run, saga, shelf)
    if outcome is None:
        outcome = yield from fulfill_or_give_up(run, saga, shelf)
    if outcome.is_to_be_undone:
        outcome = yield from saga.undo(outcome)
        outcome = yield from tell(run, saga, outcome)
    for step in opening.waived:
        outcome = outcome.with_note(saga.told_of(step))
    return (yield from steps.close_order(run, outcome))


def fulfill_or_give_up(run: Run, saga: Saga, shelf: Shelf) -> Steps[Outcome]:
    """Fulfill the order; a step that fails for good before the parcel leaves ends it."""
    try:
        outcome = yield from fulfill(run, saga, shelf)
    except StepFailed:
        return Outcome.rejected(Reason.UNAVAILABLE)
    if not outcome.is_success:
        return outcome
    return (yield from hand_over(run, saga, shelf, outcome))


def fulfill(run: Run, saga: Saga, shelf: Shelf) -> Steps[Outcome]:
    """The happy path until all is paid. A step's undo is registered before the step."""
    verdict = yield from steps.validate_order(run)
    if not (verdict.accepted and verdict.amount):
        return Outcome.rejected(verdict.reason)

    shelf.needs = verdict.needs
    saga.undo_with(StockStep.RELEASE_STOCK, shelf.release)
    reservation = yield from shelf.reserve()
    if not reservation.reserved:
        return Outcome.rejected(reservation.reason)
    return (yield from pay_and_ship(run, saga, verdict.amount))


def pay_and_ship(run: Run, saga: Saga, amount: Money) -> Steps[Outcome]:
    """Hold the money, book the parcel, take the money."""
    saga.undo_with(Activity.VOID_PAYMENT, steps.void_payment)
    authorization = yield from steps.process_payment(run, amount)
    if not authorization.approved:
        return saga.refused(Activity.VOID_PAYMENT, authorization.reason)

    saga.undo_with(Activity.CANCEL_SHIPMENT, steps.cancel_shipment)
    booking = yield from steps.ship_order(run)
    if not (booking.booked and booking.tracking_number):
        return saga.refused(Activity.CANCEL_SHIPMENT, booking.reason)

    capture = yield from steps.capture_payment(run)
    if not capture.captured:
        return Outcome.stopped(capture.reason)
    return Outcome.completed(booking.tracking_number)


def finish(run: Run, saga: Saga, shelf: Shelf) -> Steps[Outcome]:
    """An earlier run let the parcel leave: do what was left."""
    try:
        booking = yield from steps.ship_order(run)  # finds the one that left
    except StepFailed as fault:
        return Outcome.needs_attention(Reason.UNAVAILABLE, (fault.step,))
    if not booking.tracking_number:
        return Outcome.needs_attention(booking.reason, (Activity.SHIP_ORDER,))
    outcome = Outcome.completed(booking.tracking_number)
    return (yield from hand_over(run, saga, shelf, outcome))


def hand_over(run: Run, saga: Saga, shelf: Shelf, outcome: Outcome) -> Steps[Outcome]:
    """Let the parcel leave. From then on nothing is undone: what fails is left to a person."""
    try:
        if not saga.is_waived(Activity.DISPATCH_ORDER):
            dispatch = yield from steps.dispatch_order(run)
            if not dispatch.dispatched:
                return Outcome.stopped(dispatch.reason)
        if not saga.is_waived(StockStep.COMMIT_STOCK):
            sale = yield from shelf.commit()
            if not sale.reserved:
                return Outcome.needs_attention(sale.reason, (StockStep.COMMIT_STOCK,))
    except StepFailed as fault:
        return Outcome.needs_attention(Reason.UNAVAILABLE, (fault.step,))
    return (yield from confirm(run, saga, outcome))
