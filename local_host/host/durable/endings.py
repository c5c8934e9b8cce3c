"""Who waits for an instance to end?"""

import asyncio
from collections import defaultdict
from datetime import datetime

from local_host.host.clock import Clock


class Endings:
    """Wakes whoever waits for the end of an instance; nobody asks again and again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    def tell(self, instance_id: str) -> None:
        """The instance has ended, or is gone."""
        for waiting in self._waiting.pop(instance_id, ()):
            waiting.set()

    async def wait(self, instance_id: str, until: datetime) -> None:
        """Return when the instance ends, or when the time has come."""
        told = asyncio.Event()
        self._waiting[instance_id].add(told)
        try:
            await self._clock.wait(until, told)
        finally:
            self._waiting[instance_id].discard(told)
            if not self._waiting[instance_id]:
                del self._waiting[instance_id]
