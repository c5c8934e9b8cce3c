"""One worker process, seen from the host: launch, load the app, run functions, end.

A process is used until it ends; `WorkerPool` then replaces it.
"""

import asyncio
import contextlib
import socket
import sys
from asyncio.subprocess import PIPE, Process
from itertools import count
from pathlib import Path
from typing import Any

from local_host import wire
from local_host.errors import AppFolderError, FunctionFailedError, WorkerLostError
from local_host.functions import FunctionInfo
from local_host.logs import LogStyle
from local_host.wire import Frame

_PACKAGE_PARENT = Path(__file__).resolve().parents[2]
#: How long to read the responses that an ended process has left in the socket.
_FINAL_READ_SECONDS = 1.0


class WorkerProcess:
    """A process that runs the app's functions."""

    def __init__(
        self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._ids = count(1)
        self._pending: dict[int, asyncio.Future[Frame]] = {}
        self._listener: asyncio.Task[None] | None = None
        #: Whether it accepts calls: the app is loaded, and the connection is open.
        self.ready = False
        #: Whether the host killed it.
        self.killed = False

    @classmethod
    async def launch(cls, environment: dict[str, str], style: LogStyle) -> "WorkerProcess":
        """Start a process. It imports the SDK while the host continues its own start."""
        ours, theirs = socket.socketpair()
        arguments = ["-m", "local_host.worker", "--socket", str(theirs.fileno())]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(*arguments, *style.to_arguments()),
            cwd=_PACKAGE_PARENT,
            env=environment,
            stdin=PIPE,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        reader, writer = await asyncio.open_connection(sock=ours, limit=wire.STREAM_LIMIT)
        return cls(process, reader, writer)

    @property
    def running(self) -> int:
        """The number of functions that it runs."""
        return len(self._pending)

    async def load(self, app: Path, client_binding: str, app_log_level: int) -> list[FunctionInfo]:
        """Load the app in the process and return its functions.

        Raises:
            AppFolderError: the app cannot be loaded; the message says why.
        """
        header = {
            "type": "init",
            "app": str(app),
            "client": client_binding,
            "log_level": app_log_level,
        }
        self._writer.write(wire.pack(Frame(header=header)))
        response = await wire.read(self._reader)
        if response is None:
            raise AppFolderError(f"the worker process ended while it loaded {app}")
        if response.header["type"] == "unusable":
            raise AppFolderError(response.header["reason"])
        self._listener = asyncio.create_task(self._listen())
        self.ready = True
        return [FunctionInfo.from_json(f) for f in response.header["functions"]]

    async def invoke(self, header: dict[str, Any], body: bytes) -> Frame:
        """Run a function.

        Raises:
            FunctionFailedError: the function raised an exception.
            WorkerLostError: the process ended before it responded.
        """
        call_id = next(self._ids)
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._pending[call_id] = future
        self._writer.write(wire.pack(Frame(header={"id": call_id, **header}, body=body)))
        try:
            response = await future
        finally:
            self._pending.pop(call_id, None)
        if not response.header["ok"]:
            raise FunctionFailedError(response.header["kind"], response.header["message"])
        return response

    async def wait_for_end(self) -> str:
        """Wait until the process has ended, fail its calls, and return the reason."""
        code = await self._process.wait()
        if self._listener:
            await asyncio.wait([self._listener], timeout=_FINAL_READ_SECONDS)
        reason = _describe_exit(code)
        for future in self._pending.values():
            if not future.done():
                future.set_exception(WorkerLostError(reason))
        self._close()
        return reason

    def kill(self) -> None:
        """Kill the process without waiting for its end."""
        self.ready, self.killed = False, True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def stop(self) -> None:
        """Kill the process and wait until it has ended."""
        self.kill()
        await self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._listener:
            self._listener.cancel()
        self._writer.close()
        if self._process.stdin:
            self._process.stdin.close()

    async def _listen(self) -> None:
        while (response := await wire.read(self._reader)) is not None:
            future = self._pending.get(response.header["id"])
            if future and not future.done():
                future.set_result(response)
        self.ready = False


def _describe_exit(code: int) -> str:
    """Return the real host's message; a signal counts as 128 plus its number, as in a shell."""
    status = 128 - code if code < 0 else code
    return f"python exited with code {status} (0x{status:X})"
