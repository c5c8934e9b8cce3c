"""Statuses of timer triggers, kept from one run of the host to the next."""

import sqlite3
from dataclasses import astuple, dataclass

from local_host.host.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerStatus:
    """Last and next run of a timer trigger; times are text with an offset."""

    name: str
    last: str | None
    next: str | None
    updated: str | None


class Schedules:
    """The statuses of the timer triggers of an app."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, name: str) -> TimerStatus | None:
        """Read the status of a trigger, or None if none is stored."""
        rows = self._database.read("SELECT * FROM timer_triggers WHERE name = ?", name)
        return TimerStatus(**dict(rows[0])) if rows else None

    async def save(self, statuses: list[TimerStatus]) -> None:
        """Store statuses in place of earlier ones."""

        def job(connection: sqlite3.Connection) -> None:
            rows = [astuple(status) for status in statuses]
            connection.executemany(
                "INSERT OR REPLACE INTO timer_triggers VALUES (?, ?, ?, ?)", rows
            )

        if statuses:
            await self._database.write(job)
