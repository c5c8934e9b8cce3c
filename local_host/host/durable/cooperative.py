"""How does the host run an orchestration's calls, so that the same events always do the same?

A tiny scheduler: coroutines that wait for promises, resumed in a fixed order and only by history
events. `asyncio` would do, but for its freedom to reorder; Durable Task's own engine has such a
scheduler for the same reason.
"""

import contextlib
from collections import deque
from collections.abc import Coroutine, Generator, Sequence
from typing import Any


class Promise:
    """A value that a later history event brings, or the error that it brings instead."""

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

    def resolve(self, promise: Promise, value: Any = None) -> None:  # noqa: ANN401 (JSON)
        """Give the promise its value; a second value changes nothing."""
        self._settle(promise, value, None)

    def fail(self, promise: Promise, error: Exception) -> None:
        """Give the promise an error."""
        self._settle(promise, None, error)

    def _settle(self, promise: Promise, value: Any, error: Exception | None) -> None:  # noqa: ANN401
        if promise.done:
            return
        promise.done, promise.value, promise.error = True, value, error
        self._ready.extend(promise.waiters)
        promise.waiters.clear()

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> Promise:
        """Run a coroutine up to its first wait; the promise brings what it returns."""
        outcome = Promise()

        async def carried() -> None:
            try:
                value = await coroutine
            except Exception as error:  # noqa: BLE001 (handed to whoever waits)
                self.fail(outcome, error)
            else:
                self.resolve(outcome, value)

        self._step(carried())
        return outcome

    def run(self) -> None:
        """Resume whoever can go on, until nobody can."""
        while self._ready:
            self._step(self._ready.popleft())

    def _step(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            promise: Promise = coroutine.send(None)
        except StopIteration:
            return
        promise.waiters.append(coroutine)

    async def when_all(self, promises: Sequence[Promise]) -> None:
        """Wait until every promise is settled; failures do not shorten the wait."""
        for promise in promises:
            if not promise.done:
                await self._settled(promise)

    async def when_any(self, promises: Sequence[Promise]) -> None:
        """Wait until one promise is settled. Of none, do not wait at all."""
        if not promises or any(promise.done for promise in promises):
            return
        first = Promise()
        for promise in promises:
            self.start(self._tell(promise, first))
        await first

    async def _tell(self, promise: Promise, first: Promise) -> None:
        await self._settled(promise)
        self.resolve(first)

    async def _settled(self, promise: Promise) -> None:
        with contextlib.suppress(Exception):  # only the moment matters here
            await promise
