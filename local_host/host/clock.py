"""Clocks of the host: the machine's, and a virtual one that tests move.

Times on the wire are UTC with microseconds, as `2026-11-22T16:21:54.058687Z`.
"""

import asyncio
import contextlib
import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The only source of time of the host."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""

    async def wait(self, until: datetime | None, changed: asyncio.Event) -> None:
        """Return at the time `until`, or earlier when `changed` is set."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)

    async def wait(self, until: datetime | None, changed: asyncio.Event) -> None:
        """Return at the time `until`, or earlier when `changed` is set."""
        seconds = None if until is None else max(0.0, (until - self.now()).total_seconds())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), seconds)


class VirtualClock:
    """A clock that moves only when a test advances it; each reading is a microsecond later."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the virtual time, aware, in UTC. No two readings are equal, which keeps order."""
        with self._lock:
            self._now += timedelta(microseconds=1)
            return self._now

    def advance(self, to: datetime) -> None:
        """Move to a later time; an earlier one changes nothing."""
        with self._lock:
            self._now = max(self._now, to)

    async def wait(self, until: datetime | None, changed: asyncio.Event) -> None:  # noqa: ARG002 - the test harness moves the time and fires what is due
        """Return when `changed` is set; virtual time does not pass by itself."""
        await changed.wait()


def format_time(moment: datetime) -> str:
    """Format a time as the host writes it into histories."""
    # isoformat takes a third of the time of strftime, and a turn formats a dozen times.
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_time(text: str) -> datetime:
    """Parse a time of a history or an action; a naive one is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
