"""Port: the clock, the only source of time outside orchestrators."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
