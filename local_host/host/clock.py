"""What time is it for the host, and how does a test make days pass?

Times on the wire are UTC with microseconds, as `2026-11-22T16:21:54.058687Z`.
"""

import asyncio
import contextlib
import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The host's only source of time."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""

    async def wait(self, until: datetime | None, changed: asyncio.Event) -> None:
        """Return when `until` has come or `changed` is set."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)

    async def wait(self, until: datetime | None, changed: asyncio.Event) -> None:
        """Return when `until` has come or `changed` is set."""
        seconds = None if until is None else max(0.0, (until - self.now()).total_seconds())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), seconds)


class VirtualClock:
    """A clock that only moves when it is told to; each reading is a microsecond later."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The virtual time, aware, in UTC. Two readings never agree: order stays visible."""
        with self._lock:
            self._now += timedelta(microseconds=1)
            return self._now

    def advance(self, to: datetime) -> None:
        """Move to a later time; an earlier one changes nothing."""
        with self._lock:
            self._now = max(self._now, to)

    async def wait(self, until: datetime | None, changed: asyncio.Event) -> None:  # noqa: ARG002 (the harness moves the time and fires what is due)
        """Return when `changed` is set: virtual time does not pass by itself."""
        await changed.wait()


def wire_time(moment: datetime) -> str:
    """`moment` as the host writes it into histories."""
    # A third of the time that strftime takes, and an episode writes a dozen of them.
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_time(text: str) -> datetime:
    """The time in a history or an action; naive text is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
