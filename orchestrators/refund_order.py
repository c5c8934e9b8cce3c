"""Orchestrator `refundOrder`: pay one refund of a completed order.

It can be restarted from the start at any time: a refund that was paid is found.
"""

import azure.durable_functions as df

from orchestrators import steps
from orchestrators.calls import Context, OrderContext, StepFailedError, Steps
from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity, Orchestration
from orders.contracts.payloads import RefundInput, RefundState
from orders.domain.outcome import Reason
from orders.domain.refund import RefundOutcome, RefundStatus

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.REFUND_ORDER)
def refund_order(context: Context) -> Steps[dict]:
    """Pay one refund and return its state. A refund that fails for good needs attention."""
    refund = decode(RefundInput, context.get_input())
    order = OrderContext.of(context, refund.order_id, refund.retries)
    outcome = yield from pay_refund(order, refund.refund_id)
    try:
        state = yield from steps.close_refund(order, refund.refund_id, outcome)
    except StepFailedError:
        # The store was unavailable: the refund stays open in it, and recovery restarts it.
        state = RefundState(status=RefundStatus.REQUESTED, reason=Reason.UNAVAILABLE)
    return encode(state)


def pay_refund(order: OrderContext, refund_id: str) -> Steps[RefundOutcome]:
    """Pay, then email the customer. An email that cannot be sent does not revoke the refund."""
    try:
        result = yield from steps.refund_payment(order, refund_id)
    except StepFailedError as error:
        return RefundOutcome(is_paid=False, failed_step=error.step, reason=Reason.UNAVAILABLE)
    if not result.refunded:
        step = Activity.REFUND_PAYMENT
        return RefundOutcome(is_paid=False, failed_step=step, reason=result.reason)
    try:
        yield from steps.send_refund_email(order, refund_id)
    except StepFailedError as error:
        return RefundOutcome(is_paid=True, failed_step=error.step)
    return RefundOutcome(is_paid=True)
