"""What are the steps of an order? Each makes sure that one thing is done."""

from typing import Any

import azure.durable_functions as df

from contracts.codec import decode, encode
from contracts.names import Activity, StockOperation, StockStep
from contracts.payloads import (
    ConfirmationRequest,
    Ending,
    NoticeRequest,
    PaymentRequest,
    PaymentUndone,
    RefundEnding,
    RefundReference,
    RefundState,
)
from contracts.progress import Step, progress
from domain.answers import Authorization, Booking, Capture, Dispatch, Refund, Verdict, Withdrawal
from domain.money import Money
from domain.notice import Notice
from domain.outcome import Opening, Outcome
from domain.refund import RefundEnd
from orchestrators.backoff import Backoff
from orchestrators.run import Run, StepFailed, Steps


def open_order(run: Run) -> Steps[Opening]:
    """Find out what earlier runs left behind."""
    return decode(Opening, (yield from _call(run, Activity.OPEN_ORDER, run.doing, run.order)))


def validate_order(run: Run) -> Steps[Verdict]:
    """Ask the shop's rules."""
    return decode(Verdict, (yield from _call(run, Activity.VALIDATE_ORDER, run.doing, run.order)))


def process_payment(run: Run, amount: Money) -> Steps[Authorization]:
    """Hold the amount."""
    request = PaymentRequest(order_id=run.order.order_id, amount=amount)
    reply = yield from _call(run, Activity.PROCESS_PAYMENT, run.doing, request)
    return decode(Authorization, reply)


def ship_order(run: Run) -> Steps[Booking]:
    """Book the parcel."""
    return decode(Booking, (yield from _call(run, Activity.SHIP_ORDER, run.doing, run.order)))


def capture_payment(run: Run) -> Steps[Capture]:
    """Take the held money."""
    return decode(Capture, (yield from _call(run, Activity.CAPTURE_PAYMENT, run.doing, run.order)))


def dispatch_order(run: Run) -> Steps[Dispatch]:
    """Let the parcel leave, unless the order is to stop."""
    return decode(
        Dispatch, (yield from _call(run, Activity.DISPATCH_ORDER, run.undoing, run.order))
    )


def send_confirmation(run: Run, tracking_number: str) -> Steps[None]:
    """Tell the customer."""
    request = ConfirmationRequest(order_id=run.order.order_id, tracking_number=tracking_number)
    yield from _call(run, Activity.SEND_CONFIRMATION, run.doing, request)


def send_notice(run: Run, notice: Notice, reason: str | None) -> Steps[None]:
    """Tell the customer that the order did not come about."""
    request = NoticeRequest(order_id=run.order.order_id, notice=notice, reason=reason)
    yield from _call(run, Activity.SEND_NOTICE, run.doing, request)


def close_order(run: Run, outcome: Outcome) -> Steps[Outcome]:
    """Write the end to the book, and answer with the end that stands there."""
    ending = Ending(order_id=run.order.order_id, outcome=outcome)
    return decode(Outcome, (yield from _call(run, Activity.CLOSE_ORDER, run.undoing, ending)))


def begin_undo(run: Run, towards: Outcome) -> Steps[Outcome]:
    """Write to the book that undoing begins, and answer with the end that stands there."""
    ending = Ending(order_id=run.order.order_id, outcome=towards)
    return decode(Outcome, (yield from _call(run, Activity.BEGIN_UNDO, run.undoing, ending)))


def void_payment(run: Run) -> Steps[Withdrawal]:
    """Undo the payment, however far it came."""
    reply = yield from _call(run, Activity.VOID_PAYMENT, run.undoing, run.order)
    return decode(PaymentUndone, reply).withdrawal


def cancel_shipment(run: Run) -> Steps[None]:
    """Undo the booking, if there is one."""
    yield from _call(run, Activity.CANCEL_SHIPMENT, run.undoing, run.order)


def refund_payment(run: Run, refund_id: str) -> Steps[Refund]:
    """Pay back some of what was taken."""
    refund = RefundReference(order_id=run.order.order_id, refund_id=refund_id)
    return decode(Refund, (yield from _call(run, Activity.REFUND_PAYMENT, run.undoing, refund)))


def send_refund_notice(run: Run, refund_id: str) -> Steps[None]:
    """Tell the customer what is paid back."""
    refund = RefundReference(order_id=run.order.order_id, refund_id=refund_id)
    yield from _call(run, Activity.SEND_REFUND_NOTICE, run.doing, refund)


def close_refund(run: Run, refund_id: str, end: RefundEnd) -> Steps[RefundState]:
    """Write to the book what became of the refund, and answer with what stands there."""
    ending = RefundEnding(order_id=run.order.order_id, refund_id=refund_id, end=end)
    reply = yield from _call(run, Activity.CLOSE_REFUND, run.undoing, ending)
    return decode(RefundState, reply)


def _call(run: Run, step: Activity, backoff: Backoff, payload: object) -> Steps[Any]:
    run.context.set_custom_status(progress(step))
    call = run.context.call_activity_with_retry(step.value, backoff, encode(payload))
    return (yield from _or_step_failed(call, step))


def ask_entity(  # noqa: PLR0913, PLR0917 - the call's own parts
    run: Run,
    step: StockStep,
    backoff: Backoff,
    entity: df.EntityId,
    operation: StockOperation,
    payload: object,
) -> Steps[Any]:
    """Ask an entity. The host repeats no operation that raised, so the pauses are made here."""
    run.context.set_custom_status(progress(step))
    for pause in backoff.pauses:
        call = run.context.call_entity(entity, operation.value, encode(payload))
        try:
            return (yield from _or_step_failed(call, step))
        except StepFailed:
            yield run.context.create_timer(run.context.current_utc_datetime + pause)
    raise StepFailed(step)


def _or_step_failed(call: Any, step: Step) -> Steps[Any]:  # noqa: ANN401 - the SDK's task
    try:
        return (yield call)
    except Exception as fault:
        # The SDK raises nothing more telling than Exception. Nowhere else is it caught.
        raise StepFailed(step) from fault
