"""The event loop of the harness, and the control of a host's time on it."""

import asyncio
import threading
from collections import Counter
from collections.abc import Collection, Coroutine
from concurrent.futures import Future
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from local_host.host.assembly import Host
from local_host.host.clock import VirtualClock
from local_host.host.store.records import InstanceRecord

T = TypeVar("T")
_TIMEOUT_SECONDS = 60
#: A timer trigger that fired this often without any effect is not waited for again.
_MAX_FIRINGS_WITHOUT_EFFECT = 10


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Start the one event loop of all tests; the SDK's HTTP session belongs to it."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="local host", daemon=True).start()
    return loop


def run_in_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the harness's event loop; return its result."""
    future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, _loop())
    return future.result(_TIMEOUT_SECONDS)


class Driver:
    """Moves the virtual time of a host; its coroutines run on the harness's event loop."""

    def __init__(self, host: Host, clock: VirtualClock) -> None:
        self.host = host
        self.clock = clock

    async def wait_until_idle(self) -> None:
        """Wait until nothing can happen unless the clock moves."""
        await self.host.engine.background.wait_until_idle()

    async def get_idle_instance(self, instance_id: str) -> InstanceRecord:
        """Wait until the host is idle; return an instance.

        Raises:
            LookupError: No instance has this id.
        """
        await self.wait_until_idle()
        return self.get_instance(instance_id)

    def get_instance(self, instance_id: str) -> InstanceRecord:
        """Return an instance.

        Raises:
            LookupError: No instance has this id.
        """
        record = self.host.engine.read_instance(instance_id)
        if record is None:
            raise LookupError(f"No instance has the id {instance_id!r}.")
        return record

    async def advance_to_next_timer(self, firings: Counter[str] | None = None) -> bool:
        """Move the clock to the next timer and fire it; return False if there is none.

        `firings` counts how often each timer trigger fired since something else happened. A trigger
        that fired ten times without any effect is not waited for again.
        """
        firings = Counter() if firings is None else firings
        ineffective = {n for n, times in firings.items() if times >= _MAX_FIRINGS_WITHOUT_EFFECT}
        due = self.get_next_due(except_triggers=ineffective)
        if due is None:
            return False
        timer = self.host.engine.timers.get_next_due()
        if timer is not None and timer <= due:
            firings.clear()
        firings.update(name for name, at in self.host.triggers.pending.items() if at <= due)
        await self.advance_to(due)
        return True

    def get_next_due(self, *, except_triggers: Collection[str] = ()) -> datetime | None:
        """Return when the next durable timer or timer trigger is due, or None."""
        pending = self.host.triggers.pending.items()
        times = [at for name, at in pending if name not in except_triggers]
        timer = self.host.engine.timers.get_next_due()
        return min(times if timer is None else [*times, timer], default=None)

    async def advance_to(self, moment: datetime) -> None:
        """Move the clock and fire what is due."""
        self.clock.advance(moment)
        self.host.engine.timers.fire_due()
        self.host.triggers.queue.fire_due()
