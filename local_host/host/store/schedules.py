"""What is kept of a timer trigger between two runs of the host?"""

import sqlite3
from dataclasses import astuple, dataclass

from local_host.host.store.database import Database


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """When a timer trigger ran last and should run next; times are text with an offset."""

    name: str
    last: str | None
    next: str | None
    updated: str | None


class Schedules:
    """The statuses of the app's timer triggers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self, name: str) -> TimerStatus | None:
        """The trigger's status, if it was ever kept."""
        rows = self._database.read("SELECT * FROM timer_triggers WHERE name = ?", name)
        return TimerStatus(*rows[0]) if rows else None

    async def keep(self, statuses: list[TimerStatus]) -> None:
        """Keep the statuses in place of earlier ones."""

        def job(connection: sqlite3.Connection) -> None:
            rows = [astuple(status) for status in statuses]
            connection.executemany(
                "INSERT OR REPLACE INTO timer_triggers VALUES (?, ?, ?, ?)", rows
            )

        if statuses:
            await self._database.write(job)
