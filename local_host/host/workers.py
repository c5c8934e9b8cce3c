"""What must run the app's functions be able to do?

`Worker` is what the host needs. `WorkerPool` runs functions in processes beside the host, as on
Azure; `InProcessWorker` runs the same code in the host's own process, for tests.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol

from local_host.functions import FunctionTable
from local_host.wire import Frame
from local_host.worker.invoke import Invoker


class Worker(Protocol):
    """Something that runs the app's functions."""

    @property
    def functions(self) -> FunctionTable:
        """The functions of the app."""

    async def invoke(self, kind: str, function: str, body: bytes, **header: Any) -> Frame:  # noqa: ANN401 (JSON)
        """Run a function; `header` says what it is `about`, and what else its kind needs.

        Raises:
            FunctionFailedError: the function raised.
            WorkerLostError: the process that ran it ended.
        """

    async def idle(self) -> None:
        """Return when no function runs."""


class Running:
    """Counts the functions that run: `with running:` around each."""

    def __init__(self) -> None:
        self._number = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._number += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._number -= 1
        if not self._number:
            self._none.set()

    async def none(self) -> None:
        """Return when none runs."""
        await self._none.wait()


@dataclass(frozen=True, slots=True)
class InProcessWorker:
    """Runs functions in this process."""

    functions: FunctionTable
    invoker: Invoker
    _running: Running = field(default_factory=Running)

    async def invoke(self, kind: str, function: str, body: bytes, **header: Any) -> Frame:  # noqa: ANN401 (JSON)
        """Run a function; see `Worker`."""
        with self._running:
            return await self.invoker.invoke(
                Frame({"type": kind, "function": function, **header}, body)
            )

    async def idle(self) -> None:
        """Return when no function runs."""
        await self._running.none()
