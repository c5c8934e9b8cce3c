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


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """An order's entry in the attention queue."""

    reason: AttentionReason
    since: datetime
    #: Steps that failed for good and are not resolved yet.
    failed_steps: tuple[str, ...] = ()

    def with_step(self, step: str) -> Attention:
        """Add a failed step."""
        return replace(self, failed_steps=tuple(dict.fromkeys((*self.failed_steps, step))))

    def without_steps(self, steps: tuple[str, ...]) -> Attention | None:
        """Remove resolved steps; None if no failed step remains."""
        remaining = tuple(step for step in self.failed_steps if step not in steps)
        return replace(self, failed_steps=remaining) if remaining else None


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

    def is_repeated_by(self, later: Resolution) -> bool:
        """Whether a later request asks for the same."""
        same_steps = not later.steps or set(self.steps) <= set(later.steps)
        return same_steps and (self.action, self.note, self.operator) == (
            later.action,
            later.note,
            later.operator,
        )
