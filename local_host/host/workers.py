"""The interface through which the host runs the app's functions.

`WorkerPool` runs them in processes of their own, as on Azure. Tests use a worker in the process of
the host: `local_host.testing.worker`.
"""

import asyncio
from typing import Any, Protocol

from local_host.functions import FunctionTable
from local_host.wire import Frame


class Worker(Protocol):
    """Runs the app's functions."""

    @property
    def functions(self) -> FunctionTable:
        """The functions of the app."""

    async def invoke(self, kind: str, function: str, body: bytes, **header: Any) -> Frame:  # noqa: ANN401 - JSON
        """Run a function.

        `kind` is the trigger without its suffix: `activity`, `http`, … `header` holds the instance
        that the call is `about`, and further fields of the kind.

        Raises:
            FunctionFailedError: the function raised an exception.
            WorkerLostError: the process that ran the function ended.
        """

    async def wait_until_idle(self) -> None:
        """Wait until no function is running."""


class RunningCount:
    """Counts running functions: `with running_count: …` around each call."""

    def __init__(self) -> None:
        self._count = 0
        self._is_zero = asyncio.Event()
        self._is_zero.set()

    def __enter__(self) -> None:
        self._count += 1
        self._is_zero.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._is_zero.set()

    async def wait_for_zero(self) -> None:
        """Wait until no function is running."""
        await self._is_zero.wait()
