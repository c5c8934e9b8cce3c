"""Policies of recovery and retention."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_LONGEST_PAUSE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """How long the data of an ended order is kept."""

    #: History of the orchestration.
    purge_after: timedelta = timedelta(days=60)
    #: Personal data.
    erase_after: timedelta = timedelta(days=90)
    #: The record, and with it the idempotency key.
    delete_after: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPolicy:
    """When an open order is recovered, and how often."""

    #: The record has not changed for this long, and the orchestration is not running.
    recover_after: timedelta = timedelta(minutes=2)
    #: The orchestration is running and has done nothing for this long.
    stalled_after: timedelta = timedelta(hours=1)
    #: After these attempts an order enters the attention queue and its recovery continues; a refund
    #: fails.
    max_attempts: int = 5
    #: Most orchestrations that one run starts, oldest orders first.
    batch_size: int = 100

    def pause_after(self, attempts: int) -> timedelta:
        """Return the pause before the next attempt; it doubles with each one."""
        return min(self.recover_after * (1 << min(attempts, 32)), _LONGEST_PAUSE)
