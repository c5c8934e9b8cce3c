"""What time is it? The only source of time outside orchestrators."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This moment, in UTC, with its time zone."""
        ...
