"""What is the engine doing right now, and when has it nothing left to do?"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Work:
    """The engine's running tasks. A task that raises is a fault of the host, and ends it."""

    def __init__(self, on_fault: Callable[[BaseException], None]) -> None:
        self._on_fault = on_fault
        self._running: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run something beside everything else."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._running.add(task)
        self._idle.clear()
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not self._running:
            self._idle.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_fault(error)

    async def idle(self) -> None:
        """Return when nothing runs."""
        await self._idle.wait()

    async def cancel(self) -> None:
        """Stop what runs; what it had not committed is done again at the next start."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
