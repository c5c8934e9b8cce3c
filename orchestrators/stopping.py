"""Exceptions that leave the happy path of an order. They never leave its orchestrator."""

from orders.contracts.steps import StepName
from orders.domain.outcome import Outcome


class StoppedError(Exception):
    """A step was refused or failed for good."""

    def __init__(self, step: StepName, outcome: Outcome, *, nothing_done: bool = False) -> None:
        super().__init__(step)
        self.step = step
        self.outcome = outcome
        #: The step had no effect, so it needs no undo.
        self.nothing_done = nothing_done


class StartAgainError(Exception):
    """The orchestration starts again from the record, with a new history."""
