"""How is an order undone? Newest first, all that was or may have been done, whatever fails."""

from collections.abc import Callable
from typing import TypeAlias

from contracts.names import Activity
from contracts.progress import Step
from domain.answers import Withdrawal
from domain.outcome import Outcome, Reason
from orchestrators import steps
from orchestrators.run import Run, StepFailed, Steps

REFUND_REFUSED = "The bank refuses to pay the money back."

Undo: TypeAlias = Callable[[Run], Steps[Withdrawal | None]]


class Saga:
    """The undo of every step that was begun. Each is registered before its step."""

    def __init__(
        self, run: Run, waived: tuple[str, ...] = (), skipped: tuple[str, ...] = ()
    ) -> None:
        self._run = run
        self._waived = waived
        self._skipped = skipped
        self._undos: dict[Step, Undo] = {}
        #: Whether money that had been taken was paid back.
        self.has_refunded = False

    @property
    def has_waived(self) -> bool:
        """Whether any step was left to a person."""
        return bool(self._waived)

    def is_waived(self, step: Step) -> bool:
        """Whether a person did this step by hand, or decided to leave it out."""
        return step in self._waived

    def is_skipped(self, step: Step) -> bool:
        """Whether a person decided that this step is not going to be done."""
        return step in self._skipped

    def told_of(self, step: str) -> str:
        """What to say of a step that was left to a person."""
        return f"{step} was left out." if step in self._skipped else f"{step} was done by hand."

    def undo_with(self, step: Step, undo: Undo) -> None:
        """If the order has to be undone, do this too."""
        self._undos.setdefault(step, undo)

    def refused(self, undo: Step, reason: str | None) -> Outcome:
        """The step answered no, so there is nothing of it to undo."""
        # Where it was not even tried, since the customer wants to stop, an earlier run may have
        # done it all the same.
        if reason != Reason.CANCELED:
            self._undos.pop(undo)
        return Outcome.stopped(reason)

    def undo(self, towards: Outcome) -> Steps[Outcome]:
        """Undo the order. It ends `towards`, or needs a person where an undo failed for good."""
        # Also where there is nothing to undo: what the customer is told next must stay true.
        towards = yield from steps.begin_undo(self._run, towards)
        if not towards.is_to_be_undone:
            # Another run, believed lost, completed the order or let the parcel go: it stays so.
            return towards
        failed: list[str] = []
        refused = False
        for step, undo in reversed(self._undos.items()):
            if self.is_waived(step):
                continue
            try:
                undone = yield from undo(self._run)
            except StepFailed as fault:
                failed.append(fault.step)
            else:
                self.has_refunded |= undone is Withdrawal.REFUNDED
                refused |= undone is Withdrawal.REFUSED
        if refused:
            outcome = Outcome.needs_attention(towards.reason, (*failed, Activity.VOID_PAYMENT))
            return outcome.with_note(REFUND_REFUSED)
        if failed:
            return Outcome.needs_attention(towards.reason, tuple(failed))
        return towards
