"""The pool of worker processes that run the app's functions.

As on the real host, the calls of a process that ends fail with its exit code, and another process
replaces it. If processes end too often, the host stops. A function that exceeds its timeout is
stopped by killing its process.
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
from local_host.host.configuration import format_timespan
from local_host.host.worker_process import WorkerProcess
from local_host.host.workers import RunningCount
from local_host.logs import LogStyle
from local_host.wire import Frame

_log = logging.getLogger("local_host.workers")
_RESTARTS_PER_PROCESS = 3
#: A longer time without an exit resets the count.
_RESET_AFTER_SECONDS = 30 * 60.0
_HTTP_REASON = "This function was programmatically called via the host APIs."


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """The settings of the worker processes."""

    app: Path
    environment: dict[str, str]
    processes: int
    #: How long a function may run; None means without limit.
    timeout: timedelta | None
    style: LogStyle
    app_log_level: int


class WorkerPool:
    """Runs each function in the process with the fewest running functions."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._client_binding = ""
        self._processes: list[WorkerProcess] = []
        self._supervisors: list[asyncio.Task[None]] = []
        self._has_ready_process = asyncio.Event()
        self._running = RunningCount()
        self._exit_times: list[float] = []
        self.functions = FunctionTable([])
        #: Resolves with the error that prevents further processes.
        self.fault: asyncio.Future[HostError] = asyncio.get_running_loop().create_future()

    async def launch(self) -> None:
        """Start the processes. They import the SDK while the host continues its own start."""
        for _ in range(self._settings.processes):
            await self._launch_process()

    async def load(self, client_binding: str) -> None:
        """Load the app in all processes.

        Raises:
            AppFolderError: the app cannot be loaded; the message says why.
        """
        self._client_binding = client_binding
        await asyncio.gather(*(self._load(process) for process in self._processes))
        self._supervisors = [asyncio.create_task(self._supervise(p)) for p in self._processes]

    async def invoke(self, kind: str, function: str, body: bytes, **header: Any) -> Frame:  # noqa: ANN401 - JSON
        """Run a function; see `Worker.invoke`."""
        while not (ready := [p for p in self._processes if p.ready]):
            self._has_ready_process.clear()
            await self._has_ready_process.wait()
        process = min(ready, key=lambda p: p.running)
        with self._running:
            name = self.functions.name_of(f"{kind}Trigger", function)
            call = process.invoke({"type": kind, "function": function, **header}, body)
            call = self._limit_time(process, name, call)
            if self._settings.style.verbose:
                call = _log_call(kind, name, header.get("about"), call)
            return await call

    async def wait_until_idle(self) -> None:
        """Wait until no function is running."""
        await self._running.wait_for_zero()

    async def stop(self) -> None:
        """Kill all processes."""
        for supervisor in self._supervisors:
            supervisor.cancel()
        await asyncio.gather(*self._supervisors, return_exceptions=True)
        await asyncio.gather(*(process.stop() for process in self._processes))

    async def _launch_process(self) -> WorkerProcess:
        process = await WorkerProcess.launch(self._settings.environment, self._settings.style)
        self._processes.append(process)
        return process

    async def _load(self, process: WorkerProcess) -> None:
        settings = self._settings
        infos = await process.load(settings.app, self._client_binding, settings.app_log_level)
        self.functions = FunctionTable(infos)
        self._has_ready_process.set()

    async def _supervise(self, process: WorkerProcess) -> None:
        """Replace the process, and each of its successors, when it ends."""
        try:
            while True:
                reason = await process.wait_for_end()
                self._processes.remove(process)
                if not process.killed:
                    self._count_exit(reason)
                process = await self._launch_process()
                await self._load(process)
        except HostError as error:
            if not self.fault.done():
                self.fault.set_result(error)

    def _count_exit(self, reason: str) -> None:
        now = time.monotonic()
        if self._exit_times and now - self._exit_times[-1] > _RESET_AFTER_SECONDS:
            self._exit_times.clear()
        self._exit_times.append(now)
        count, limit = len(self._exit_times), _RESTARTS_PER_PROCESS * self._settings.processes
        _log.error(
            "A worker process ended: %s (%d of %d before the host stops)", reason, count, limit
        )
        if count >= limit:
            raise WorkerRestartLimitError(
                "Exceeded language worker restart retry count for runtime:python. Shutting down "
                f"and proactively recycling the Functions Host to recover (last: {reason})"
            )

    async def _limit_time(
        self, process: WorkerProcess, name: str, call: Coroutine[Any, Any, Frame]
    ) -> Frame:
        timeout = self._settings.timeout
        try:
            async with asyncio.timeout(timeout.total_seconds() if timeout else None):
                return await call
        except TimeoutError:
            limit = format_timespan(timeout) if timeout else ""
            process.kill()  # a thread cannot be stopped in any other way
            raise WorkerLostError(
                f"Timeout value of {limit} was exceeded by function: Functions.{name}"
            ) from None


async def _log_call(
    kind: str, name: str, about: str | None, call: Coroutine[Any, Any, Frame]
) -> Frame:
    """Run a call and log its start and end as `func start` does."""
    invocation_id, started = uuid.uuid4(), time.monotonic()
    extra = {"about": about}
    reason = _HTTP_REASON if kind == "http" else "(null)"
    _log.info(
        "Executing 'Functions.%s' (Reason='%s', Id=%s)", name, reason, invocation_id, extra=extra
    )
    outcome = "Failed"
    try:
        response = await call
        outcome = "Succeeded"
        return response
    finally:
        milliseconds = round((time.monotonic() - started) * 1000)
        _log.info(
            "Executed 'Functions.%s' (%s, Id=%s, Duration=%dms)",
            *(name, outcome, invocation_id, milliseconds),
            extra=extra,
        )
