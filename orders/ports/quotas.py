"""Port: counters of orders, kept beside them.

A key is a keyed hash: what is counted cannot be read from it. All methods raise
StoreUnavailableError if the store is unavailable.
"""

from datetime import datetime
from typing import Protocol


class QuotaCounters(Protocol):
    """The counters of all machines."""

    def use(self, key: str, limit: int, ends_at: datetime) -> bool:
        """Count one more order in the period that ends then, unless as many as the limit are.

        Returns:
            Whether it was counted.
        """

    def delete_ended(self, now: datetime) -> None:
        """Delete the counters of periods that have ended."""
