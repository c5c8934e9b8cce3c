"""A deterministic scheduler for the coroutines of a replay.

Coroutines wait for promises and resume in a fixed order, driven by history events alone. `asyncio`
may reorder, so Durable Task's own engine has such a scheduler, too.
"""

import contextlib
from collections import deque
from collections.abc import Coroutine, Generator, Sequence
from typing import Any


class Promise:
    """The value, or the error, that a later history event brings."""

    __slots__ = ("done", "error", "value", "waiters")

    def __init__(self) -> None:
        self.done = False
        self.value: Any = None
        self.error: Exception | None = None
        self.waiters: list[Coroutine[Any, Any, None]] = []

    def __await__(self) -> Generator["Promise", None, Any]:
        """Wait for the value, or raise the error."""
        if not self.done:
            yield self
        if self.error is not None:
            raise self.error
        return self.value


class Scheduler:
    """Runs coroutines until each of them waits for a promise or has ended."""

    def __init__(self) -> None:
        self._ready: deque[Coroutine[Any, Any, None]] = deque()

    def resolve(self, promise: Promise, value: Any = None) -> None:  # noqa: ANN401 - any value
        """Complete a promise with a value; a completed one stays as it is."""
        self._complete(promise, value, None)

    def fail(self, promise: Promise, error: Exception) -> None:
        """Complete a promise with an error; a completed one stays as it is."""
        self._complete(promise, None, error)

    def _complete(self, promise: Promise, value: Any, error: Exception | None) -> None:  # noqa: ANN401 - any value
        if promise.done:
            return
        promise.done, promise.value, promise.error = True, value, error
        self._ready.extend(promise.waiters)
        promise.waiters.clear()

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> Promise:
        """Run a coroutine up to its first wait; return the promise of its result."""
        outcome = Promise()

        async def run() -> None:
            try:
                value = await coroutine
            except Exception as error:  # noqa: BLE001 - raised again where the promise is awaited
                self.fail(outcome, error)
            else:
                self.resolve(outcome, value)

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
            self.start(self._resolve_after(promise, first))
        await first

    async def _resolve_after(self, promise: Promise, first: Promise) -> None:
        await self._wait_until_done(promise)
        self.resolve(first)

    async def _wait_until_done(self, promise: Promise) -> None:
        with contextlib.suppress(Exception):  # only the time of completion matters here
            await promise
