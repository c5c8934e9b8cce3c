"""Saga: the undo of every step that has begun, newest first, whichever of them fails."""

from collections.abc import Callable
from typing import TypeAlias

from orchestrators import steps
from orchestrators.calls import OrderContext, StepFailedError, Steps
from orders.contracts.names import Activity
from orders.contracts.progress import Step
from orders.domain.outcome import Outcome, Reason
from orders.domain.results import Reversal

REFUND_REFUSED = "The bank refuses to refund the payment."

Undo: TypeAlias = Callable[[OrderContext], Steps[Reversal | None]]


class Saga:
    """The undos of one order. Each is registered before its step is done."""

    def __init__(
        self,
        order: OrderContext,
        resolved_steps: tuple[str, ...] = (),
        skipped_steps: tuple[str, ...] = (),
    ) -> None:
        self._order = order
        self._resolved_steps = resolved_steps
        self._skipped_steps = skipped_steps
        self._undos: dict[Step, Undo] = {}
        #: Whether a captured amount was refunded.
        self.has_refunded = False

    @property
    def has_resolved_steps(self) -> bool:
        """Whether an operator resolved any step."""
        return bool(self._resolved_steps)

    def is_resolved(self, step: Step) -> bool:
        """Whether an operator did this step elsewhere or skipped it."""
        return step in self._resolved_steps

    def is_skipped(self, step: Step) -> bool:
        """Whether an operator skipped this step."""
        return step in self._skipped_steps

    def resolution_note(self, step: str) -> str:
        """Return the note about a step that an operator resolved."""
        skipped = step in self._skipped_steps
        return f"{step} was skipped." if skipped else f"{step} was settled elsewhere."

    def register(self, step: Step, undo: Undo) -> None:
        """Register an undo, unless its step is registered."""
        self._undos.setdefault(step, undo)

    def refuse(self, step: Step, reason: str | None) -> Outcome:
        """Return the outcome after a refusal, which leaves nothing to undo."""
        # A canceled order's step was not tried now, but an earlier orchestration may have done it.
        if reason != Reason.CANCELED:
            self._undos.pop(step)
        return Outcome.refused(reason)

    def undo(self, goal: Outcome) -> Steps[Outcome]:
        """Undo the order. An undo that fails for good needs attention."""
        # Recorded even if there is nothing to undo, so that the email stays true.
        goal = yield from steps.begin_undo(self._order, goal)
        if not goal.requires_undo:
            # An orchestration that was believed lost has completed or dispatched the order.
            return goal
        failed: list[str] = []
        refund_refused = False
        for step, undo in reversed(self._undos.items()):
            if self.is_resolved(step):
                continue
            try:
                result = yield from undo(self._order)
            except StepFailedError as error:
                failed.append(error.step)
            else:
                self.has_refunded |= result is Reversal.REFUNDED
                refund_refused |= result is Reversal.REFUSED
        if refund_refused:
            steps_failed = (*failed, Activity.REVERSE_PAYMENT)
            return Outcome.needs_attention(goal.reason, steps_failed).with_note(REFUND_REFUSED)
        if failed:
            return Outcome.needs_attention(goal.reason, tuple(failed))
        return goal
