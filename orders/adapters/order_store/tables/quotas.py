"""Counters of orders in a table of their own in Azure Tables: a partition for each period.

A counter is written as often as its limit at most, so that a flood of orders does not contend for
it.
"""

from datetime import UTC, datetime
from typing import Final

from orders.adapters.order_store.tables.records import attempts
from orders.adapters.order_store.tables.rows import Columns
from orders.adapters.order_store.tables.service import Row, Tables

TABLE: Final = "quotas"


class TableQuotaCounters:
    """The counters of many machines."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def use(self, key: str, limit: int, ends_at: datetime) -> bool:
        """Count one more order; start again if the counter has changed since it was read."""
        partition = _partition(ends_at)
        for _ in attempts():
            row = self._tables.get(TABLE, partition, key)
            used = int(row.columns["used"] or 0) if row else 0
            if used >= limit:
                return False
            if self._write(partition, key, row, {"used": used + 1}):
                break
        return True

    def delete_ended(self, now: datetime) -> None:
        """Delete the counters of periods that have ended."""
        self._tables.delete_partitions_before(TABLE, _partition(now))

    def _write(self, partition: str, key: str, row: Row | None, columns: Columns) -> bool:
        if row is None:
            return self._tables.insert(TABLE, partition, {key: columns})
        return self._tables.replace(TABLE, partition, row, columns)


def _partition(ends_at: datetime) -> str:
    """Return the partition of a period; the names sort as the times do."""
    return f"{ends_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
