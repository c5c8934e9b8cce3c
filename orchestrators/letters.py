"""How does the customer hear how the order ended? A mail that cannot be sent changes no end."""

from contracts.names import Activity
from domain.notice import notice_of
from domain.outcome import Outcome
from orchestrators import steps
from orchestrators.run import Run, StepFailed, Steps
from orchestrators.saga import Saga

CONFIRMATION_NOT_SENT = "The confirmation mail could not be sent."
NOTICE_NOT_SENT = "The mail about the order's end could not be sent."


def confirm(run: Run, saga: Saga, outcome: Outcome) -> Steps[Outcome]:
    """Tell that the parcel is on its way, unless a person decided that it is not."""
    if saga.is_waived(Activity.SEND_CONFIRMATION) or saga.is_skipped(Activity.DISPATCH_ORDER):
        return outcome
    try:
        yield from steps.send_confirmation(run, str(outcome.tracking_number))
    except StepFailed as fault:
        return outcome.with_failed(fault.step, CONFIRMATION_NOT_SENT)
    return outcome


def tell(run: Run, saga: Saga, outcome: Outcome) -> Steps[Outcome]:
    """Tell that the order did not come about, and where the money is."""
    # Where a person did without a step, only that person knows what is true now.
    if saga.has_waived or not outcome.is_to_be_undone:
        return outcome
    notice = notice_of(outcome, refunded=saga.has_refunded)
    try:
        yield from steps.send_notice(run, notice, outcome.reason)
    except StepFailed as fault:
        return outcome.with_failed(fault.step, NOTICE_NOT_SENT)
    return outcome
