"""What are the steps of an order? Each makes sure that one thing is done."""

from collections.abc import Generator
from typing import Any, TypeAlias, TypeVar

import azure.durable_functions as df

from contracts.codec import decode, encode
from contracts.names import Activity, StockOperation, StockStep
from contracts.payloads import (
    ConfirmationRequest,
    Ending,
    NoticeRequest,
    OrderReference,
    PaymentRequest,
    PaymentUndone,
)
from contracts.progress import progress
from domain.answers import Authorization, Booking, Capture, Dispatch, Verdict, Withdrawal
from domain.money import Money
from domain.notice import Notice
from domain.outcome import Opening, Outcome
from orchestrators.backoff import DOING, UNDOING, Backoff

T = TypeVar("T")

Context: TypeAlias = df.DurableOrchestrationContext
#: What a generator helper is: it yields the SDK's tasks and returns a T.
Steps: TypeAlias = Generator[Any, Any, T]


class StepFailed(Exception):
    """A step was tried for as long as it may be, and whether it was done nobody knows."""

    def __init__(self, step: Activity | StockStep) -> None:
        super().__init__(step)
        self.step = step


def open_order(context: Context, order: OrderReference) -> Steps[Opening]:
    """Find out what earlier runs left behind."""
    return decode(Opening, (yield from _call(context, Activity.OPEN_ORDER, DOING, order)))


def validate_order(context: Context, order: OrderReference) -> Steps[Verdict]:
    """Ask the shop's rules."""
    return decode(Verdict, (yield from _call(context, Activity.VALIDATE_ORDER, DOING, order)))


def process_payment(context: Context, order: OrderReference, amount: Money) -> Steps[Authorization]:
    """Hold the amount."""
    request = PaymentRequest(order_id=order.order_id, amount=amount)
    reply = yield from _call(context, Activity.PROCESS_PAYMENT, DOING, request)
    return decode(Authorization, reply)


def ship_order(context: Context, order: OrderReference) -> Steps[Booking]:
    """Book the parcel."""
    return decode(Booking, (yield from _call(context, Activity.SHIP_ORDER, DOING, order)))


def capture_payment(context: Context, order: OrderReference) -> Steps[Capture]:
    """Take the held money."""
    return decode(Capture, (yield from _call(context, Activity.CAPTURE_PAYMENT, DOING, order)))


def dispatch_order(context: Context, order: OrderReference) -> Steps[Dispatch]:
    """Let the parcel leave, unless the order is to stop."""
    return decode(Dispatch, (yield from _call(context, Activity.DISPATCH_ORDER, UNDOING, order)))


def send_confirmation(context: Context, order: OrderReference, tracking_number: str) -> Steps[None]:
    """Tell the customer."""
    request = ConfirmationRequest(order_id=order.order_id, tracking_number=tracking_number)
    yield from _call(context, Activity.SEND_CONFIRMATION, DOING, request)


def send_notice(
    context: Context, order: OrderReference, notice: Notice, reason: str | None
) -> Steps[None]:
    """Tell the customer that the order did not come about."""
    request = NoticeRequest(order_id=order.order_id, notice=notice, reason=reason)
    yield from _call(context, Activity.SEND_NOTICE, DOING, request)


def close_order(context: Context, order: OrderReference, outcome: Outcome) -> Steps[Outcome]:
    """Write the end to the book, and answer with the end that stands there."""
    ending = Ending(order_id=order.order_id, outcome=outcome)
    return decode(Outcome, (yield from _call(context, Activity.CLOSE_ORDER, UNDOING, ending)))


def begin_undo(context: Context, order: OrderReference, towards: Outcome) -> Steps[Outcome]:
    """Write to the book that undoing begins, and answer with the end that stands there."""
    ending = Ending(order_id=order.order_id, outcome=towards)
    return decode(Outcome, (yield from _call(context, Activity.BEGIN_UNDO, UNDOING, ending)))


def void_payment(context: Context, order: OrderReference) -> Steps[Withdrawal]:
    """Undo the payment, however far it came."""
    reply = yield from _call(context, Activity.VOID_PAYMENT, UNDOING, order)
    return decode(PaymentUndone, reply).withdrawal


def cancel_shipment(context: Context, order: OrderReference) -> Steps[None]:
    """Undo the booking, if there is one."""
    yield from _call(context, Activity.CANCEL_SHIPMENT, UNDOING, order)


def _call(context: Context, step: Activity, backoff: Backoff, payload: object) -> Steps[Any]:
    context.set_custom_status(progress(step))
    call = context.call_activity_with_retry(step.value, backoff, encode(payload))
    return (yield from _or_step_failed(call, step))


def ask_entity(  # noqa: PLR0913, PLR0917 - the call's own parts
    context: Context,
    step: StockStep,
    backoff: Backoff,
    entity: df.EntityId,
    operation: StockOperation,
    payload: object,
) -> Steps[Any]:
    """Ask an entity. The host repeats no operation that raised, so the pauses are made here."""
    context.set_custom_status(progress(step))
    for pause in backoff.pauses:
        call = context.call_entity(entity, operation.value, encode(payload))
        try:
            return (yield from _or_step_failed(call, step))
        except StepFailed:
            yield context.create_timer(context.current_utc_datetime + pause)
    raise StepFailed(step)


def _or_step_failed(call: Any, step: Activity | StockStep) -> Steps[Any]:  # noqa: ANN401 - the SDK's task
    try:
        return (yield call)
    except Exception as fault:
        # The SDK raises nothing more telling than Exception. Nowhere else is it caught.
        raise StepFailed(step) from fault
