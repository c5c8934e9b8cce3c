"""When does the next durable timer fire?"""

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime

from local_host.host.clock import Clock, parse_time
from local_host.host.durable import history
from local_host.host.durable.history import Event
from local_host.host.store.records import InstanceRecord, Message

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """`moment` as the task hub keeps it: microseconds since 1970."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def timer_message(record: InstanceRecord, message_id: int, at: datetime, created: Event) -> Message:
    """What tells an instance that the timer of a `TimerCreated` event has come due."""
    fire_at = parse_time(created["FireAt"])
    return Message(
        record.instance_id,
        history.timer_fired(at, created["EventId"], fire_at),
        message_id,
        microseconds(fire_at),
        record.execution_id,
    )


class Timers:
    """The timers that are set, nearest first. Nothing is polled: the next one wakes the queue."""

    def __init__(self, clock: Clock, fire: Callable[[Message], None]) -> None:
        self._clock = clock
        self._fire = fire
        self._heap: list[tuple[int, int, Message]] = []
        self._changed = asyncio.Event()

    def add(self, message: Message) -> None:
        """Set a timer: deliver the message when its time has come."""
        heapq.heappush(self._heap, (message.due or 0, message.message_id, message))
        self._changed.set()

    def next_due(self) -> datetime | None:
        """When the next timer fires."""
        if not self._heap:
            return None
        seconds, micros = divmod(self._heap[0][0], 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)

    def fire_due(self) -> None:
        """Fire every timer whose time has come."""
        now = microseconds(self._clock.now())
        while self._heap and self._heap[0][0] <= now:
            self._fire(heapq.heappop(self._heap)[2])

    async def run(self) -> None:
        """Fire timers for as long as the host runs."""
        while True:
            self._changed.clear()
            self.fire_due()
            await self._clock.wait(self.next_due(), self._changed)
