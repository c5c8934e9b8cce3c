"""Attention: why an order needs an operator, and how operators resolved it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

#: Resolutions that one order can have.
MAX_RESOLUTIONS: Final = 100


class AttentionReason(StrEnum):
    """Why an order is in the attention queue."""

    #: A step failed for good, in an order that ended regardless or cannot end.
    STEP_FAILED = "stepFailed"
    #: All recovery attempts are used up, and the order has not ended.
    RECOVERY_FAILED = "recoveryFailed"
    #: The orchestration is suspended and must be resumed.
    SUSPENDED = "suspended"
    #: The order waits for a step that can no longer be undone; it goes on by itself.
    WAITING = "waiting"
    #: The customer's bank disputes the payment.
    DISPUTED = "disputed"
    #: The shipment is lost, or comes back.
    NOT_DELIVERED = "notDelivered"


class OperatorTask(StrEnum):
    """What only an operator can do. A task is listed like a failed step, and is never retried."""

    #: Answer the bank, or accept the loss.
    HANDLE_DISPUTE = "handleDispute"
    #: Find the shipment, send another one, or refund the order.
    CLARIFY_SHIPMENT = "clarifyShipment"


TASKS: Final[frozenset[str]] = frozenset(OperatorTask)

#: Reasons that last as long as something is listed.
_LISTED: Final = frozenset(
    {AttentionReason.STEP_FAILED, AttentionReason.DISPUTED, AttentionReason.NOT_DELIVERED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """An order's entry in the attention queue."""

    reason: AttentionReason
    since: datetime
    #: Steps that failed for good and are not resolved yet, then tasks of the operator.
    failed_steps: tuple[str, ...] = ()

    @classmethod
    def of(cls, steps: tuple[str, ...], since: datetime) -> Attention:
        """Return the entry of an order with these failed steps and tasks."""
        return cls(reason=AttentionReason.STEP_FAILED, since=since).with_steps(steps)

    @property
    def tasks(self) -> tuple[str, ...]:
        """What only the operator can do."""
        return tuple(step for step in self.failed_steps if step in TASKS)

    def with_step(self, step: str) -> Attention:
        """Add a failed step or a task."""
        return self.with_steps((*self.failed_steps, step))

    def without_steps(self, steps: tuple[str, ...]) -> Attention | None:
        """Remove resolved steps; None if no failed step remains."""
        remaining = tuple(step for step in self.failed_steps if step not in steps)
        return self.with_steps(remaining) if remaining else None

    def without_task(self, task: OperatorTask) -> Attention | None:
        """Remove a task that is done; None if the entry was there for it alone."""
        if task not in self.failed_steps:
            return self
        remaining = tuple(step for step in self.failed_steps if step != task)
        return self.with_steps(remaining) if remaining or self.reason not in _LISTED else None

    def without_wait(self) -> Attention | None:
        """Remove what the order waited for; None if nothing else remains."""
        if self.reason is not AttentionReason.WAITING:
            return self
        return Attention.of(self.tasks, self.since) if self.tasks else None

    def with_steps(self, steps: tuple[str, ...]) -> Attention:
        """List these failed steps and tasks; the order of the tasks does not matter."""
        failed = tuple(step for step in dict.fromkeys(steps) if step not in TASKS)
        tasks = tuple(sorted(set(steps) & TASKS))
        reason = self.reason if self.reason not in _LISTED else _reason(failed, tasks)
        return replace(self, reason=reason, failed_steps=(*failed, *tasks))


def _reason(failed: tuple[str, ...], tasks: tuple[str, ...]) -> AttentionReason:
    if failed or not tasks:
        return AttentionReason.STEP_FAILED
    is_disputed = OperatorTask.HANDLE_DISPUTE in tasks
    return AttentionReason.DISPUTED if is_disputed else AttentionReason.NOT_DELIVERED


class ResolutionAction(StrEnum):
    """What an operator can decide."""

    #: Try the failed steps again.
    RETRY = "retry"
    #: The steps were done by other means; the order continues as if they had succeeded.
    SETTLED_ELSEWHERE = "settledElsewhere"
    #: The steps will not be done; the order continues without them.
    SKIP = "skip"


class ResolutionStatus(StrEnum):
    """Answer to a resolution."""

    #: The resolution is recorded.
    ACCEPTED = "accepted"
    #: The same resolution was recorded before; nothing changes.
    REPEATED = "repeated"
    #: The order does not need attention.
    NOTHING_TO_RESOLVE = "nothingToResolve"
    #: No failed step is known, so the order can only be retried.
    ONLY_RETRY = "onlyRetry"
    #: The resolution retries a task, which only an operator can do.
    NO_RETRY = "noRetry"
    #: The resolution names steps that did not fail or are resolved.
    UNKNOWN_STEPS = "unknownSteps"
    #: The order has as many resolutions as it can have.
    TOO_MANY = "tooMany"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """An operator's decision about failed steps."""

    #: Minted before the update: a repeated update finds it.
    resolution_id: str
    action: ResolutionAction
    note: str
    operator: str
    at: datetime
    #: The failed steps that are resolved. Before it is recorded, none means all of them.
    steps: tuple[str, ...] = ()
    #: The refunds whose steps are resolved, if they are not the order's own steps.
    refunds: tuple[str, ...] = ()

    @property
    def own_steps(self) -> tuple[str, ...]:
        """The steps of the order itself: no steps of refunds, and no tasks."""
        return () if self.refunds else tuple(step for step in self.steps if step not in TASKS)

    def is_repeated_by(self, later: Resolution) -> bool:
        """Whether a later request asks for the same."""
        same_steps = not later.steps or set(self.steps) <= set(later.steps)
        return same_steps and (self.action, self.note, self.operator) == (
            later.action,
            later.note,
            later.operator,
        )
