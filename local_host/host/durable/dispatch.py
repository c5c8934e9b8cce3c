"""Dispatch of messages: one turn at a time for each target, thousands of targets at once."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from local_host.host.store.records import Message

#: Runs a turn of a target (an instance or an entity) on a batch of its messages.
RunTurn = Callable[[str, list[Message]], Awaitable[None]]


class BackgroundTasks:
    """Running tasks of the engine. An exception in one is a fault that ends the host."""

    def __init__(self, on_fault: Callable[[BaseException], None]) -> None:
        self._on_fault = on_fault
        self._running: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the background."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._running.add(task)
        self._idle.clear()
        task.add_done_callback(self._finish)

    def _finish(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not self._running:
            self._idle.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_fault(error)

    async def wait_until_idle(self) -> None:
        """Return when no task runs."""
        await self._idle.wait()

    async def cancel(self) -> None:
        """Cancel running tasks; uncommitted work is repeated at the next start."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Dispatcher:
    """Delivers messages to instances and entities.

    A target takes all its waiting messages as one batch. Messages that arrive during its turn wait
    for the next one.
    """

    def __init__(self, background: BackgroundTasks, run_turn: RunTurn) -> None:
        self._background = background
        self._run_turn = run_turn
        self._waiting: dict[str, list[Message]] = defaultdict(list)
        self._busy: set[str] = set()

    def deliver(self, message: Message) -> None:
        """Queue a message and wake its target."""
        target = message.target
        self._waiting[target].append(message)
        if target not in self._busy:
            self._busy.add(target)
            self._background.start(self._drain(target))

    async def _drain(self, target: str) -> None:
        while batch := self._waiting.pop(target, None):
            await self._run_turn(target, batch)
        self._busy.discard(target)
