"""How is some of the money of a completed order paid back?

It can be run again from the start at any time, like an order: what was paid is found.
"""

import azure.durable_functions as df

from contracts.codec import decode, encode
from contracts.names import Activity, Orchestration
from contracts.payloads import RefundInput, RefundState
from domain.outcome import Reason
from domain.refund import RefundEnd, RefundStatus
from orchestrators import steps
from orchestrators.run import Context, Run, StepFailed, Steps

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.REFUND_ORDER)
def refund_order(context: Context) -> Steps[dict]:
    """Pay one refund, or lay it on the desk. It always returns how the refund stands."""
    refund = decode(RefundInput, context.get_input())
    run = Run.of(context, refund.order_id, refund.retries)
    end = yield from pay_back(run, refund.refund_id)
    try:
        state = yield from steps.close_refund(run, refund.refund_id, end)
    except StepFailed:
        # The book was out of reach: the refund stays open there, and is taken up again.
        state = RefundState(status=RefundStatus.REQUESTED, reason=Reason.UNAVAILABLE)
    return encode(state)


def pay_back(run: Run, refund_id: str) -> Steps[RefundEnd]:
    """Pay, then tell the customer. A mail that cannot be sent takes no money back."""
    try:
        answer = yield from steps.refund_payment(run, refund_id)
    except StepFailed as fault:
        return RefundEnd(is_paid=False, failed_step=fault.step, reason=Reason.UNAVAILABLE)
    if not answer.refunded:
        step = Activity.REFUND_PAYMENT
        return RefundEnd(is_paid=False, failed_step=step, reason=answer.reason)
    try:
        yield from steps.send_refund_notice(run, refund_id)
    except StepFailed as fault:
        return RefundEnd(is_paid=True, failed_step=fault.step)
    return RefundEnd(is_paid=True)
