"""A deterministic scheduler for the coroutines of a replay.

Coroutines wait for promises and resume in a fixed order, driven by history events alone. `asyncio`
may reorder, so Durable Task's own engine has such a scheduler, too.
"""

import contextlib
from collections import deque
from collections.abc import Coroutine, Generator, Sequence
from typing import Any


class Promise:
    """A wait that a later history event completes, perhaps with an error."""

    __slots__ = ("done", "error", "waiters")

    def __init__(self) -> None:
        self.done = False
        self.error: Exception | None = None
        self.waiters: list[Coroutine[Any, Any, None]] = []

    def __await__(self) -> Generator["Promise", None, None]:
        """Wait for the completion; raise the error if there is one."""
        if not self.done:
            yield self
        if self.error is not None:
            raise self.error


class Scheduler:
    """Runs coroutines until each of them waits for a promise or has ended."""

    def __init__(self) -> None:
        self._ready: deque[Coroutine[Any, Any, None]] = deque()

    def complete(self, promise: Promise, error: Exception | None = None) -> None:
        """Complete a promise, perhaps with an error; a completed one stays as it is."""
        if promise.done:
            return
        promise.done, promise.error = True, error
        self._ready.extend(promise.waiters)
        promise.waiters.clear()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> Promise:
        """Run a coroutine up to its first wait; return the promise of its end."""
        outcome = Promise()

        async def run() -> None:
            try:
                await coroutine
            except Exception as error:  # noqa: BLE001 - raised again where the promise is awaited
                self.complete(outcome, error)
            else:
                self.complete(outcome)

        self._step(run())
        return outcome

    def run(self) -> None:
        """Resume coroutines until all of them wait."""
        while self._ready:
            self._step(self._ready.popleft())

    def _step(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            promise: Promise = coroutine.send(None)
        except StopIteration:
            return
        promise.waiters.append(coroutine)

    async def when_all(self, promises: Sequence[Promise]) -> None:
        """Wait until every promise is completed; a failure does not shorten the wait."""
        for promise in promises:
            if not promise.done:
                await self._wait_until_done(promise)

    async def when_any(self, promises: Sequence[Promise]) -> None:
        """Wait until one promise is completed; return at once if there are none."""
        if not promises or any(promise.done for promise in promises):
            return
        first = Promise()
        for promise in promises:
            self.start(self._complete_after(promise, first))
        await first

    async def _complete_after(self, promise: Promise, first: Promise) -> None:
        await self._wait_until_done(promise)
        self.complete(first)

    async def _wait_until_done(self, promise: Promise) -> None:
        with contextlib.suppress(Exception):  # only the time of completion matters here
            await promise
