"""How long is an order left alone, and how often is it helped?"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_LONGEST_PAUSE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What is kept of an order for how long, once it ended."""

    #: Its history in the engine, and its entries in the stock.
    purge_after: timedelta = timedelta(days=60)
    #: Whatever it says about a person.
    erase_after: timedelta = timedelta(days=90)
    #: Its page in the book, and with it the idempotency key.
    forget_after: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """When an order that has not ended counts as lost, and how often it is run again."""

    #: Nothing was written of it for so long, and its orchestration is not under way.
    lost_after: timedelta = timedelta(minutes=2)
    #: Its orchestration is under way, and did nothing for so long.
    stuck_after: timedelta = timedelta(hours=1)
    #: How often it is run again before a person has to look at it.
    rescues: int = 5

    def pause_after(self, rescues: int) -> timedelta:
        """How long an order that was run again so often is left alone: longer each time."""
        return min(self.lost_after * (1 << min(rescues, 32)), _LONGEST_PAUSE)
