"""How long does a step go on trying, when nobody can tell whether it was done?"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Waits that double from the first one up to a longest one."""

    first_ms: int
    longest_ms: int
    #: How often the step is tried, the first time included.
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicies:
    """How patient an order is; it keeps what was set when it was placed."""

    #: Gives up after some 45 seconds of waiting: 0.5, 1, 2, 4, 8, and three times 10 seconds.
    doing: RetryPolicy = field(
        default_factory=lambda: RetryPolicy(first_ms=500, longest_ms=10_000, attempts=8)
    )
    #: Gives up after some four minutes of waiting: what was begun must not be left half undone, or
    #: done and not recorded.
    undoing: RetryPolicy = field(
        default_factory=lambda: RetryPolicy(first_ms=1_000, longest_ms=30_000, attempts=12)
    )
