"""Exceptions that leave the happy path of an order. They never leave its orchestrator."""

from typing import TypeVar

from orders.contracts.steps import StepName
from orders.domain.outcome import CANCEL_REASONS, Outcome, Reason
from orders.domain.results import Refusal

T = TypeVar("T")


class StoppedError(Exception):
    """A step was refused, or given up: by a deadline, or because the order is canceled."""

    def __init__(self, step: StepName, outcome: Outcome, *, nothing_done: bool = False) -> None:
        super().__init__(step)
        self.step = step
        self.outcome = outcome
        #: The step had no effect, so it needs no undo.
        self.nothing_done = nothing_done


class StartAgainError(Exception):
    """The orchestration starts again from the record, with a new history."""


def unavailable(step: StepName) -> StoppedError:
    """Return the error of a step whose retries have all failed."""
    return StoppedError(step, Outcome.rejected(Reason.UNAVAILABLE))


def unless_refused(step: StepName, result: T | Refusal) -> T:
    """Return the result of a step that was not refused.

    Raises:
        StoppedError: the step was refused.
    """
    if not isinstance(result, Refusal):
        return result
    # A canceled order's step was not tried now, but an earlier orchestration may have done it.
    nothing_done = result.reason not in CANCEL_REASONS
    raise StoppedError(step, Outcome.refused(result.reason), nothing_done=nothing_done)
