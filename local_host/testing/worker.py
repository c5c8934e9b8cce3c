"""Worker for tests that runs the app's functions in the process of the host."""

import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from local_host.functions import FunctionTable
from local_host.host.workers import RunningCount
from local_host.wire import Frame
from local_host.worker import index
from local_host.worker.index import LoadedApp
from local_host.worker.invoke import Invoker


@dataclass(frozen=True, slots=True, kw_only=True)
class InProcessWorker:
    """A `Worker` without a process of its own."""

    functions: FunctionTable
    invoker: Invoker
    _running: RunningCount = field(default_factory=RunningCount)

    async def invoke(self, kind: str, function: str, body: bytes, **header: Any) -> Frame:  # noqa: ANN401 - JSON
        """Run a function; see `Worker.invoke`."""
        with self._running:
            return await self.invoker.invoke(
                Frame(header={"type": kind, "function": function, **header}, body=body)
            )

    async def wait_until_idle(self) -> None:
        """Wait until no function is running."""
        await self._running.wait_for_zero()


@cache
def load_app(folder: Path) -> LoadedApp:
    """Load the app; a second call returns the same app, since Python imports a module once."""
    index.speed_up_replays()
    sys.modules.pop("function_app", None)  # may be that of another app
    return index.load_app(folder)
