"""The steps of an order and of a refund, one function each."""

from orchestrators.calls import OrderContext, Steps, call_activity
from orders.contracts.codec import decode
from orders.contracts.names import Activity
from orders.contracts.payloads import (
    ConfirmationRequest,
    OrderOutcome,
    OutcomeEmailRequest,
    PaymentRequest,
    PaymentReversal,
    RefundClosing,
    RefundReference,
    RefundState,
)
from orders.domain.emails import EmailKind
from orders.domain.money import Money
from orders.domain.outcome import Opening, Outcome
from orders.domain.refund import RefundOutcome
from orders.domain.results import (
    Authorization,
    Booking,
    Capture,
    Dispatch,
    RefundResult,
    Reversal,
    ValidationResult,
)


def open_order(order: OrderContext) -> Steps[Opening]:
    """Read what earlier orchestrations of this order have done."""
    result = yield from call_activity(order, Activity.OPEN_ORDER, order.step_retries, order.order)
    return decode(Opening, result)


def validate_order(order: OrderContext) -> Steps[ValidationResult]:
    """Apply the shop's rules."""
    result = yield from call_activity(
        order, Activity.VALIDATE_ORDER, order.step_retries, order.order
    )
    return decode(ValidationResult, result)


def process_payment(order: OrderContext, amount: Money) -> Steps[Authorization]:
    """Authorize the amount."""
    request = PaymentRequest(order_id=order.order.order_id, amount=amount)
    result = yield from call_activity(order, Activity.PROCESS_PAYMENT, order.step_retries, request)
    return decode(Authorization, result)


def ship_order(order: OrderContext) -> Steps[Booking]:
    """Book the shipment."""
    result = yield from call_activity(order, Activity.SHIP_ORDER, order.step_retries, order.order)
    return decode(Booking, result)


def capture_payment(order: OrderContext) -> Steps[Capture]:
    """Capture the authorized amount."""
    result = yield from call_activity(
        order, Activity.CAPTURE_PAYMENT, order.step_retries, order.order
    )
    return decode(Capture, result)


def dispatch_order(order: OrderContext) -> Steps[Dispatch]:
    """Dispatch the shipment, unless a cancellation came first."""
    result = yield from call_activity(
        order, Activity.DISPATCH_ORDER, order.undo_retries, order.order
    )
    return decode(Dispatch, result)


def send_confirmation(order: OrderContext, tracking_number: str) -> Steps[None]:
    """Send the confirmation email."""
    request = ConfirmationRequest(order_id=order.order.order_id, tracking_number=tracking_number)
    yield from call_activity(order, Activity.SEND_CONFIRMATION, order.step_retries, request)


def send_outcome_email(order: OrderContext, kind: EmailKind, reason: str | None) -> Steps[None]:
    """Send the email about an undone order."""
    request = OutcomeEmailRequest(order_id=order.order.order_id, kind=kind, reason=reason)
    yield from call_activity(order, Activity.SEND_OUTCOME_EMAIL, order.step_retries, request)


def close_order(order: OrderContext, outcome: Outcome) -> Steps[Outcome]:
    """Record the outcome, and return the recorded one."""
    request = OrderOutcome(order_id=order.order.order_id, outcome=outcome)
    result = yield from call_activity(order, Activity.CLOSE_ORDER, order.undo_retries, request)
    return decode(Outcome, result)


def begin_undo(order: OrderContext, goal: Outcome) -> Steps[Outcome]:
    """Record that undoing begins, and return the recorded outcome."""
    request = OrderOutcome(order_id=order.order.order_id, outcome=goal)
    result = yield from call_activity(order, Activity.BEGIN_UNDO, order.undo_retries, request)
    return decode(Outcome, result)


def reverse_payment(order: OrderContext) -> Steps[Reversal]:
    """Undo the payment: void the authorization or refund the captured amount."""
    result = yield from call_activity(
        order, Activity.REVERSE_PAYMENT, order.undo_retries, order.order
    )
    return decode(PaymentReversal, result).reversal


def cancel_shipment(order: OrderContext) -> Steps[None]:
    """Undo the booking, if there is one."""
    yield from call_activity(order, Activity.CANCEL_SHIPMENT, order.undo_retries, order.order)


def refund_payment(order: OrderContext, refund_id: str) -> Steps[RefundResult]:
    """Pay the refund."""
    request = RefundReference(order_id=order.order.order_id, refund_id=refund_id)
    result = yield from call_activity(order, Activity.REFUND_PAYMENT, order.undo_retries, request)
    return decode(RefundResult, result)


def send_refund_email(order: OrderContext, refund_id: str) -> Steps[None]:
    """Send the email about the refund."""
    request = RefundReference(order_id=order.order.order_id, refund_id=refund_id)
    yield from call_activity(order, Activity.SEND_REFUND_EMAIL, order.step_retries, request)


def close_refund(order: OrderContext, refund_id: str, outcome: RefundOutcome) -> Steps[RefundState]:
    """Record the refund's outcome, and return the recorded state."""
    request = RefundClosing(order_id=order.order.order_id, refund_id=refund_id, outcome=outcome)
    result = yield from call_activity(order, Activity.CLOSE_REFUND, order.undo_retries, request)
    return decode(RefundState, result)
