"""How is an order undone? Newest first, all that was or may have been done, whatever fails."""

from collections.abc import Callable
from typing import TypeAlias

from contracts.payloads import OrderReference
from domain.outcome import Outcome
from orchestrators import steps
from orchestrators.steps import Context, StepFailed, Steps

Undo: TypeAlias = Callable[[Context, OrderReference], Steps[None]]


class Saga:
    """The undo of every step that was begun. Each is registered before its step."""

    def __init__(self, context: Context, order: OrderReference) -> None:
        self._context = context
        self._order = order
        self._undos: list[Undo] = []

    def undo_with(self, undo: Undo) -> None:
        """If the order has to be undone, do this too."""
        if undo not in self._undos:
            self._undos.append(undo)

    def nothing_done(self, undo: Undo) -> None:
        """The step answered that it did nothing, so there is nothing to undo."""
        self._undos.remove(undo)

    def undo(self, towards: Outcome) -> Steps[Outcome]:
        """Undo the order. It ends `towards`, or needs a person where an undo failed for good."""
        if not self._undos:
            return towards
        towards = yield from steps.begin_undo(self._context, self._order, towards)
        if towards.is_success:
            return towards  # another run, believed lost, completed the order: it stays so
        failed: list[str] = []
        for undo in reversed(self._undos):
            try:
                yield from undo(self._context, self._order)
            except StepFailed as fault:
                failed.append(fault.step)
        if failed:
            return Outcome.needs_attention(towards.reason, tuple(failed))
        return towards
