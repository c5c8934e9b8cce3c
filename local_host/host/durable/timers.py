"""Timers in memory: durable timers, and the schedules of timer triggers."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Generic, TypeVar

from local_host.host.clock import Clock
from local_host.host.history.events import TimerCreated, TimerFired
from local_host.host.store.records import InstanceRecord, Message

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_microseconds(moment: datetime) -> int:
    """Convert a time to microseconds since 1970, as the task hub keeps it."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def build_timer_message(
    record: InstanceRecord, message_id: int, at: datetime, timer: TimerCreated
) -> Message:
    """Build the message that fires a timer of an instance; `at` is when the timer was set."""
    return Message(
        target=record.instance_id,
        event=TimerFired(timestamp=at, timer_id=timer.event_id, fire_at=timer.fire_at),
        message_id=message_id,
        due=to_microseconds(timer.fire_at),
        execution_id=record.execution_id,
    )


class TimerQueue(Generic[T]):
    """Items that are due at a time, earliest first. It sleeps until the next one, no polling."""

    def __init__(self, clock: Clock, fire: Callable[[T], None]) -> None:
        self._clock = clock
        self._fire = fire
        self._heap: list[tuple[int, int, T]] = []
        self._changed = asyncio.Event()

    def add(self, due: int, number: int, item: T) -> None:
        """Fire an item at `due`, in microseconds since 1970; a unique `number` breaks ties."""
        heapq.heappush(self._heap, (due, number, item))
        self._changed.set()

    def get_next_due(self) -> datetime | None:
        """Return the time of the next item, or None if the queue is empty."""
        if not self._heap:
            return None
        seconds, micros = divmod(self._heap[0][0], 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)

    def fire_due(self) -> None:
        """Fire every item whose time has come."""
        now = to_microseconds(self._clock.now())
        while self._heap and self._heap[0][0] <= now:
            self._fire(heapq.heappop(self._heap)[2])

    async def run(self) -> None:
        """Fire items until the task is canceled."""
        while True:
            self._changed.clear()
            self.fire_due()
            await self._clock.wait(self.get_next_due(), self._changed)
