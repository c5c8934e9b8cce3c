"""Saga: the undo of every step that has begun, newest first, even if one of them fails."""

from collections.abc import Callable

from orchestrators.calls import Steps
from orchestrators.order_steps import OrderSteps
from orchestrators.stopping import StoppedError
from orders.contracts.steps import STEPS, StepName, undo_of
from orders.domain.outcome import Opening, Outcome, Reason

REFUND_REFUSED_NOTE = "The bank refuses to refund the payment."


class Saga:
    """The undos of one order. Each is registered before its step is done."""

    def __init__(self, order: OrderSteps, opening: Opening) -> None:
        self._order = order
        self._undos: list[StepName] = []
        if opening.resumed:  # an earlier orchestration may have done any of the steps
            self._undos = [step.undo for step in STEPS if step.undo]

    def do(self, name: StepName, step: Callable[[], Steps[object]]) -> Steps[None]:
        """Register the undo of a step, then do the step."""
        undo = undo_of(name)
        if undo not in self._undos:
            self._undos.append(undo)
        try:
            yield from step()
        except StoppedError as stop:
            if stop.nothing_done:
                self._undos.remove(undo)
            raise

    def undo(self, goal: Outcome) -> Steps[Outcome]:
        """Undo the order and email the customer. An undo that fails for good needs attention."""
        # Recorded even if there is nothing to undo: a late completion would contradict the email.
        goal = yield from self._order.begin_undo(goal)
        if not goal.requires_undo:
            # An orchestration that was believed lost has completed or dispatched the order.
            return goal
        outcome = goal
        for undo in reversed(self._undos):
            if self._order.is_resolved(undo):
                continue
            try:
                yield from self._order.undo(undo)
            except StoppedError as stop:
                failed = (*outcome.failed_steps, stop.step)
                notes = outcome.notes
                if stop.outcome.reason == Reason.REFUND_REFUSED:
                    notes = (*notes, REFUND_REFUSED_NOTE)
                outcome = Outcome.needs_attention(goal.reason, failed).replace_notes(notes)
        return (yield from self._order.send_outcome_email(outcome))
