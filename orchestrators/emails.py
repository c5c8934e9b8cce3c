"""Emails of an order. An email that cannot be sent does not change the outcome."""

from orchestrators import steps
from orchestrators.calls import OrderContext, StepFailedError, Steps
from orchestrators.saga import Saga
from orders.contracts.names import Activity
from orders.domain.emails import outcome_email_kind
from orders.domain.outcome import Outcome

CONFIRMATION_NOT_SENT = "The confirmation email could not be sent."
OUTCOME_EMAIL_NOT_SENT = "The email about the outcome could not be sent."


def confirm(order: OrderContext, saga: Saga, outcome: Outcome) -> Steps[Outcome]:
    """Send the confirmation, unless an operator decided that the order is not shipped."""
    if saga.is_resolved(Activity.SEND_CONFIRMATION) or saga.is_skipped(Activity.DISPATCH_ORDER):
        return outcome
    try:
        yield from steps.send_confirmation(order, str(outcome.tracking_number))
    except StepFailedError as error:
        return outcome.with_failed_step(error.step, CONFIRMATION_NOT_SENT)
    return outcome


def inform(order: OrderContext, saga: Saga, outcome: Outcome) -> Steps[Outcome]:
    """Send the email about an undone order."""
    # If an operator resolved a step, only the operator knows what is true for the customer.
    if saga.has_resolved_steps or not outcome.requires_undo:
        return outcome
    kind = outcome_email_kind(outcome, refunded=saga.has_refunded)
    try:
        yield from steps.send_outcome_email(order, kind, outcome.reason)
    except StepFailedError as error:
        return outcome.with_failed_step(error.step, OUTCOME_EMAIL_NOT_SENT)
    return outcome
