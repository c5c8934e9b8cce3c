"""What happens when a worker process dies or hangs?

As on the real host: what it ran fails with the process's last words, another takes its place, and
when they die too often the host gives up. A function past its time takes its process with it.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from local_host.errors import HostError, WorkerLostError, WorkerRestartLimitError
from local_host.functions import FunctionTable
from local_host.host.timespan import show_timespan
from local_host.host.worker_process import WorkerProcess
from local_host.host.workers import Running
from local_host.logs import LogStyle
from local_host.wire import Frame

_log = logging.getLogger("local_host.host.workers")
_DEATHS_PER_PROCESS = 3
#: Deaths further apart than this are not one trouble.
_TROUBLE_ENDS_AFTER = 30 * 60.0
_BY_REQUEST = "This function was programmatically called via the host APIs."


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What worker processes are started with."""

    app: Path
    environment: dict[str, str]
    processes: int
    #: How long a function may run; None for as long as it wants.
    timeout: timedelta | None
    style: LogStyle
    app_log_level: int


class WorkerPool:
    """Runs functions in processes beside the host, each in the one that has least to do."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._client_binding = ""
        self._processes: list[WorkerProcess] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._someone_is_ready = asyncio.Event()
        self._running = Running()
        self._deaths: list[float] = []
        self.functions = FunctionTable([])
        #: Resolves when no process can be had any more.
        self.fault: asyncio.Future[HostError] = asyncio.get_running_loop().create_future()

    async def launch(self) -> None:
        """Start the processes; they load the SDK while the host goes on with its own start."""
        for _ in range(self._settings.processes):
            await self._launch()

    async def load(self, client_binding: str) -> None:
        """Let the processes load the app.

        Raises:
            AppFolderError: the app cannot be used; the message says why.
        """
        self._client_binding = client_binding
        await asyncio.gather(*(self._load(process) for process in self._processes))
        self._keepers = [asyncio.create_task(self._keep(p)) for p in self._processes]

    async def invoke(self, kind: str, function: str, body: bytes, **header: Any) -> Frame:  # noqa: ANN401 (JSON)
        """Run a function; see `Worker`."""
        while not (ready := [p for p in self._processes if p.ready]):
            self._someone_is_ready.clear()
            await self._someone_is_ready.wait()
        process = min(ready, key=lambda p: p.running)
        with self._running:
            name = self.functions.name_of(f"{kind}Trigger", function)
            call = process.invoke({"type": kind, "function": function, **header}, body)
            call = self._in_time(process, name, call)
            if self._settings.style.verbose:
                call = _told(kind, name, header.get("about"), call)
            return await call

    async def idle(self) -> None:
        """Return when no function runs."""
        await self._running.none()

    async def stop(self) -> None:
        """End the processes, whatever they do."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(process.stop() for process in self._processes))

    async def _launch(self) -> WorkerProcess:
        process = await WorkerProcess.launch(self._settings.environment, self._settings.style)
        self._processes.append(process)
        return process

    async def _load(self, process: WorkerProcess) -> None:
        settings = self._settings
        infos = await process.load(settings.app, self._client_binding, settings.app_log_level)
        self.functions = FunctionTable(infos)
        self._someone_is_ready.set()

    async def _keep(self, process: WorkerProcess) -> None:
        """Put another process in the place of each that ends."""
        try:
            while True:
                how = await process.ended()
                self._processes.remove(process)
                if not process.killed:
                    self._count_death(how)
                process = await self._launch()
                await self._load(process)
        except HostError as error:
            if not self.fault.done():
                self.fault.set_result(error)

    def _count_death(self, how: str) -> None:
        now = time.monotonic()
        if self._deaths and now - self._deaths[-1] > _TROUBLE_ENDS_AFTER:
            self._deaths.clear()
        self._deaths.append(now)
        most = _DEATHS_PER_PROCESS * self._settings.processes
        _log.error("%s: death %d of %d before the host gives up", how, len(self._deaths), most)
        if len(self._deaths) >= most:
            raise WorkerRestartLimitError(
                "Exceeded language worker restart retry count for runtime:python. Shutting down "
                f"and proactively recycling the Functions Host to recover (last: {how})"
            )

    async def _in_time(
        self, process: WorkerProcess, name: str, call: Coroutine[Any, Any, Frame]
    ) -> Frame:
        timeout = self._settings.timeout
        try:
            async with asyncio.timeout(timeout.total_seconds() if timeout else None):
                return await call
        except TimeoutError:
            span = show_timespan(timeout) if timeout else ""
            process.kill()  # nothing else stops a function that hangs
            raise WorkerLostError(
                f"Timeout value of {span} was exceeded by function: Functions.{name}"
            ) from None


async def _told(kind: str, name: str, about: str | None, call: Coroutine[Any, Any, Frame]) -> Frame:
    """Run a function and log its start and end as `func start` does."""
    invocation, started = uuid.uuid4(), time.monotonic()
    extra = {"about": about}
    reason = _BY_REQUEST if kind == "http" else "(null)"
    _log.info(
        "Executing 'Functions.%s' (Reason='%s', Id=%s)", name, reason, invocation, extra=extra
    )
    outcome = "Failed"
    try:
        answer = await call
        outcome = "Succeeded"
        return answer
    finally:
        took = round((time.monotonic() - started) * 1000)
        _log.info(
            "Executed 'Functions.%s' (%s, Id=%s, Duration=%dms)",
            *(name, outcome, invocation, took),
            extra=extra,
        )
