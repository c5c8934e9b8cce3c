"""Attention: why an order needs an operator, and how operators resolved it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AttentionReason(StrEnum):
    """Why an order is in the attention queue."""

    #: A step failed for good, in an order that ended regardless or cannot end.
    STEP_FAILED = "stepFailed"
    #: All recovery attempts are used up, and the order has not ended.
    RECOVERY_FAILED = "recoveryFailed"
    #: The orchestration is suspended and must be resumed.
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """An order's entry in the attention queue."""

    reason: AttentionReason
    since: datetime
    #: Steps that failed for good and are not resolved yet.
    failed_steps: tuple[str, ...] = ()


class ResolutionAction(StrEnum):
    """What an operator can decide."""

    #: Try the failed steps again.
    RETRY = "retry"
    #: The steps were done by other means; the order continues as if they had succeeded.
    SETTLED_ELSEWHERE = "settledElsewhere"
    #: The steps will not be done; the order continues without them.
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """An operator's decision about failed steps."""

    action: ResolutionAction
    note: str
    operator: str
    at: datetime
    #: The failed steps that are resolved. Before it is recorded, none means all of them.
    steps: tuple[str, ...] = ()
    #: The refunds whose steps are resolved, if they are not the order's own steps.
    refunds: tuple[str, ...] = ()
