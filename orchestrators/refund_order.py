"""Orchestrator `refundOrder`: pay one refund of a completed order.

It can be restarted from the start at any time: a refund that was paid is found.
"""

import azure.durable_functions as df

from orchestrators.calls import Caller, Context, StepFailedError, Steps, StoreAwayError
from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity, Orchestration
from orders.contracts.payloads import RefundClosing, RefundInput, RefundReference, RefundState
from orders.domain.outcome import Reason
from orders.domain.refund import RefundOutcome, RefundStatus
from orders.domain.results import RefundResult, Refused

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.REFUND_ORDER)
def refund_order(context: Context) -> Steps[dict]:
    """Pay one refund and return its state. A refund that fails for good needs attention."""
    refund = decode(RefundInput, context.get_input())
    caller = Caller.of(context, refund.retries)
    reference = RefundReference(order_id=refund.order_id, refund_id=refund.refund_id)
    outcome = yield from pay_refund(caller, reference)
    try:
        state = yield from close_refund(caller, reference, outcome)
    except StoreAwayError:
        # The store is unavailable: the refund stays open in it, and recovery restarts it.
        state = RefundState(status=RefundStatus.REQUESTED, reason=Reason.UNAVAILABLE)
    return encode(state)


def pay_refund(caller: Caller, refund: RefundReference) -> Steps[RefundOutcome]:
    """Pay, then email the customer. An email that cannot be sent does not revoke the refund."""
    step = Activity.REFUND_PAYMENT
    try:
        result = yield from caller.call(step, refund, RefundResult, caller.undo_retries)
    except StepFailedError:
        return RefundOutcome(is_paid=False, failed_step=step, reason=Reason.UNAVAILABLE)
    if isinstance(result, Refused):
        return RefundOutcome(is_paid=False, failed_step=step, reason=result.reason)
    try:
        yield from caller.call(Activity.SEND_REFUND_EMAIL, refund, object)
    except StepFailedError as error:
        return RefundOutcome(is_paid=True, failed_step=error.step)
    return RefundOutcome(is_paid=True)


def close_refund(
    caller: Caller, refund: RefundReference, outcome: RefundOutcome
) -> Steps[RefundState]:
    """Record the refund's outcome, and return the recorded state."""
    closing = RefundClosing(order_id=refund.order_id, refund_id=refund.refund_id, outcome=outcome)
    step = Activity.CLOSE_REFUND
    return (yield from caller.call_store(step, closing, RefundState))
