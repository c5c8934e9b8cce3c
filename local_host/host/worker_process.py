"""How does the host talk to one process that runs the app's functions?

A process is used until it ends; `WorkerPool` then puts another in its place.
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

_STREAM_LIMIT = 2**26
_PACKAGE_HOME = Path(__file__).resolve().parents[2]
#: How long the last answers of a dead process may take to be read.
_LAST_WORDS = 1.0


class WorkerProcess:
    """A process that runs the app's functions."""

    def __init__(
        self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Frame]] = {}
        self._listener: asyncio.Task[None] | None = None
        #: Whether it takes functions: it has loaded the app, and nothing is known of its end.
        self.ready = False
        #: Whether the host ended it.
        self.killed = False

    @classmethod
    async def launch(cls, environment: dict[str, str], style: LogStyle) -> "WorkerProcess":
        """Start a process; it loads the SDK while the host goes on with its own start."""
        ours, theirs = socket.socketpair()
        arguments = ["-m", "local_host.worker", "--socket", str(theirs.fileno())]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(*arguments, *style.to_arguments()),
            cwd=_PACKAGE_HOME,
            env=environment,
            stdin=PIPE,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        reader, writer = await asyncio.open_connection(sock=ours, limit=_STREAM_LIMIT)
        return cls(process, reader, writer)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def running(self) -> int:
        """How many functions it runs."""
        return len(self._waiting)

    async def load(self, app: Path, client_binding: str, app_log_level: int) -> list[FunctionInfo]:
        """Let the process load the app, and return what it found.

        Raises:
            AppFolderError: the app cannot be used; the message says why.
        """
        header = {
            "type": "init",
            "app": str(app),
            "client": client_binding,
            "log_level": app_log_level,
        }
        self._writer.write(wire.pack(Frame(header)))
        answer = await wire.read(self._reader)
        if answer is None:
            raise AppFolderError(f"the worker process ended while it loaded {app}")
        if answer.header["type"] == "unusable":
            raise AppFolderError(answer.header["reason"])
        self._listener = asyncio.create_task(self._listen())
        self.ready = True
        return [FunctionInfo.from_json(f) for f in answer.header["functions"]]

    async def invoke(self, header: dict[str, Any], body: bytes) -> Frame:
        """Run a function.

        Raises:
            FunctionFailedError: the function raised.
            WorkerLostError: the process ended before it answered.
        """
        number = next(self._ids)
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._writer.write(wire.pack(Frame({"id": number, **header}, body)))
        try:
            answer = await future
        finally:
            self._waiting.pop(number, None)
        if not answer.header["ok"]:
            raise FunctionFailedError(answer.header["kind"], answer.header["text"])
        return answer

    async def ended(self) -> str:
        """Wait for the process's end, fail what it ran, and tell how it ended."""
        code = await self._process.wait()
        if self._listener:
            await asyncio.wait([self._listener], timeout=_LAST_WORDS)
        how = _how_it_ended(code)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(WorkerLostError(how))
        self._let_go()
        return how

    def kill(self) -> None:
        """End the process at once; `ended` tells when it has."""
        self.ready, self.killed = False, True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def stop(self) -> None:
        """End the process, and return when it is gone."""
        self.kill()
        await self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self._listener:
            self._listener.cancel()
        self._writer.close()
        if self._process.stdin:
            self._process.stdin.close()

    async def _listen(self) -> None:
        while (answer := await wire.read(self._reader)) is not None:
            future = self._waiting.get(answer.header["id"])
            if future and not future.done():
                future.set_result(answer)
        self.ready = False


def _how_it_ended(code: int) -> str:
    """The words of the real host; a signal's number is told as a shell does."""
    shown = 128 - code if code < 0 else code
    return f"python exited with code {shown} (0x{shown:X})"
