"""The steps of an order and of a refund, one function each."""

from orchestrators.calls import OrderContext, Steps, call_activity
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
    return (yield from call_activity(order, Activity.OPEN_ORDER, order.order, Opening))


def validate_order(order: OrderContext) -> Steps[ValidationResult]:
    """Apply the shop's rules."""
    return (yield from call_activity(order, Activity.VALIDATE_ORDER, order.order, ValidationResult))


def process_payment(order: OrderContext, amount: Money) -> Steps[Authorization]:
    """Authorize the amount."""
    request = PaymentRequest(order_id=order.order.order_id, amount=amount)
    return (yield from call_activity(order, Activity.PROCESS_PAYMENT, request, Authorization))


def ship_order(order: OrderContext) -> Steps[Booking]:
    """Book the shipment."""
    return (yield from call_activity(order, Activity.SHIP_ORDER, order.order, Booking))


def capture_payment(order: OrderContext) -> Steps[Capture]:
    """Capture the authorized amount."""
    return (yield from call_activity(order, Activity.CAPTURE_PAYMENT, order.order, Capture))


def dispatch_order(order: OrderContext) -> Steps[Dispatch]:
    """Dispatch the shipment, unless a cancellation came first."""
    step, retries = Activity.DISPATCH_ORDER, order.undo_retries
    return (yield from call_activity(order, step, order.order, Dispatch, retries))


def send_confirmation(order: OrderContext, tracking_number: str) -> Steps[None]:
    """Send the confirmation email."""
    request = ConfirmationRequest(order_id=order.order.order_id, tracking_number=tracking_number)
    yield from call_activity(order, Activity.SEND_CONFIRMATION, request, object)


def send_outcome_email(order: OrderContext, kind: EmailKind, reason: str | None) -> Steps[None]:
    """Send the email about an undone order."""
    request = OutcomeEmailRequest(order_id=order.order.order_id, kind=kind, reason=reason)
    yield from call_activity(order, Activity.SEND_OUTCOME_EMAIL, request, object)


def begin_undo(order: OrderContext, goal: Outcome) -> Steps[Outcome]:
    """Record that undoing begins, and return the recorded outcome."""
    return (yield from _record_outcome(order, Activity.BEGIN_UNDO, goal))


def close_order(order: OrderContext, outcome: Outcome) -> Steps[Outcome]:
    """Record the outcome, and return the recorded one."""
    return (yield from _record_outcome(order, Activity.CLOSE_ORDER, outcome))


def reverse_payment(order: OrderContext) -> Steps[Reversal]:
    """Undo the payment: void the authorization or refund the captured amount."""
    step, retries = Activity.REVERSE_PAYMENT, order.undo_retries
    result = yield from call_activity(order, step, order.order, PaymentReversal, retries)
    return result.reversal


def cancel_shipment(order: OrderContext) -> Steps[None]:
    """Undo the booking, if there is one."""
    step, retries = Activity.CANCEL_SHIPMENT, order.undo_retries
    yield from call_activity(order, step, order.order, object, retries)


def refund_payment(order: OrderContext, refund_id: str) -> Steps[RefundResult]:
    """Pay the refund."""
    request = RefundReference(order_id=order.order.order_id, refund_id=refund_id)
    step, retries = Activity.REFUND_PAYMENT, order.undo_retries
    return (yield from call_activity(order, step, request, RefundResult, retries))


def send_refund_email(order: OrderContext, refund_id: str) -> Steps[None]:
    """Send the email about the refund."""
    request = RefundReference(order_id=order.order.order_id, refund_id=refund_id)
    yield from call_activity(order, Activity.SEND_REFUND_EMAIL, request, object)


def close_refund(order: OrderContext, refund_id: str, outcome: RefundOutcome) -> Steps[RefundState]:
    """Record the refund's outcome, and return the recorded state."""
    order_id = order.order.order_id
    request = RefundClosing(order_id=order_id, refund_id=refund_id, outcome=outcome)
    step, retries = Activity.CLOSE_REFUND, order.undo_retries
    return (yield from call_activity(order, step, request, RefundState, retries))


def _record_outcome(order: OrderContext, step: Activity, outcome: Outcome) -> Steps[Outcome]:
    request = OrderOutcome(order_id=order.order.order_id, outcome=outcome)
    return (yield from call_activity(order, step, request, Outcome, order.undo_retries))
