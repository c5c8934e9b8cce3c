"""Retry policies of the steps. They are technical settings and part of an orchestration's input."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff: intervals that double up to a maximum."""

    first_interval_ms: int
    max_interval_ms: int
    #: Attempts in all, including the first.
    max_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicies:
    """Retry policies of doing and undoing."""

    #: About 45 seconds: intervals of 0.5, 1, 2, 4, 8 and three times 10 seconds.
    step: RetryPolicy = field(
        default_factory=lambda: RetryPolicy(
            first_interval_ms=500, max_interval_ms=10_000, max_attempts=8
        )
    )
    #: About four minutes. Work that has begun must not remain half undone or unrecorded.
    undo: RetryPolicy = field(
        default_factory=lambda: RetryPolicy(
            first_interval_ms=1_000, max_interval_ms=30_000, max_attempts=12
        )
    )
