"""How does the host reach the process that runs the app's functions?

`Worker` is what the host needs. `WorkerProcess` is a process beside the host, as on Azure;
`InProcessWorker` runs the same code in the host's own process, for tests.
"""

import asyncio
import contextlib
import socket
import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from local_host import wire
from local_host.errors import BadAppFolder, FunctionFailed, WorkerLost
from local_host.functions import FunctionInfo, FunctionTable
from local_host.wire import Frame
from local_host.worker.invoke import Invoker

_STREAM_LIMIT = 2**26
_PACKAGE_HOME = Path(__file__).resolve().parent.parent


class Worker(Protocol):
    """Something that runs the app's functions."""

    @property
    def functions(self) -> FunctionTable:
        """The functions of the app."""

    async def invoke(self, kind: str, function: str, body: bytes, **header: Any) -> Frame:  # noqa: ANN401 (JSON)
        """Run a function.

        Raises:
            FunctionFailed: the function raised.
            WorkerLost: the process that ran it ended.
        """


@dataclass(frozen=True, slots=True)
class InProcessWorker:
    """Runs functions in this process."""

    functions: FunctionTable
    invoker: Invoker

    async def invoke(self, kind: str, function: str, body: bytes, **header: Any) -> Frame:  # noqa: ANN401 (JSON)
        """Run a function; see `Worker`."""
        return await self.invoker.invoke(
            Frame({"type": kind, "function": function, **header}, body)
        )


class WorkerProcess:
    """Runs functions in a process of its own, and starts another when that one dies."""

    def __init__(self, app: Path, environment: dict[str, str]) -> None:
        self._app = app
        self._environment = environment
        self._client_binding = ""
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Frame]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self.functions = FunctionTable([])

    async def launch(self) -> None:
        """Start the process; it loads the SDK while the host goes on with its own start."""
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(  # noqa: ASYNC220, S603 (our own interpreter; quick)
            [sys.executable, "-m", "local_host.worker", "--socket", str(theirs.fileno())],
            cwd=_PACKAGE_HOME,
            env=self._environment,
            stdin=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=_STREAM_LIMIT)
        self._reader = reader

    async def load(self, client_binding: str) -> None:
        """Let the process load the app.

        Raises:
            BadAppFolder: the app cannot be used; the message says why.
        """
        self._client_binding = client_binding
        self._send(Frame({"type": "init", "app": str(self._app), "client": client_binding}))
        answer = await wire.read(self._reader)
        if answer is None:
            raise BadAppFolder(f"the worker process ended while it loaded {self._app}")
        if answer.header["type"] == "unusable":
            raise BadAppFolder(answer.header["reason"])
        infos = [FunctionInfo.from_json(f) for f in answer.header["functions"]]
        self.functions = FunctionTable(infos)
        self._listener = asyncio.create_task(self._listen())
        self._ready.set()

    async def invoke(self, kind: str, function: str, body: bytes, **header: Any) -> Frame:  # noqa: ANN401 (JSON)
        """Run a function; see `Worker`."""
        await self._ready.wait()
        number = next(self._ids)
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._send(Frame({"id": number, "type": kind, "function": function, **header}, body))
        answer = await future
        if not answer.header["ok"]:
            raise FunctionFailed(answer.header["kind"], answer.header["text"])
        return answer

    async def stop(self) -> None:
        """End the process."""
        if self._listener:
            self._listener.cancel()
        if self._writer:
            self._writer.close()
        if self._process:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            if self._process.stdin:
                self._process.stdin.close()

    def _send(self, frame: Frame) -> None:
        if self._writer:
            self._writer.write(wire.pack(frame))

    async def _listen(self) -> None:
        while (answer := await wire.read(self._reader)) is not None:
            future = self._waiting.pop(answer.header["id"], None)
            if future and not future.done():
                future.set_result(answer)
        await self._replace()

    async def _replace(self) -> None:
        """The process died: fail what it ran, start another."""
        self._ready.clear()
        code = await asyncio.to_thread(self._process.wait) if self._process else 0
        lost, self._waiting = self._waiting, {}
        for future in lost.values():
            future.set_exception(WorkerLost(_how_it_ended(code)))
        with contextlib.suppress(OSError):
            await self.stop_streams()
        await self.launch()
        await self.load(self._client_binding)

    async def stop_streams(self) -> None:
        """Close what led to a process that is gone."""
        if self._writer:
            self._writer.close()
        if self._process and self._process.stdin:
            self._process.stdin.close()


def _how_it_ended(code: int) -> str:
    """The words of the real host; a signal's number is told as a shell does."""
    shown = 128 - code if code < 0 else code
    return f"{Path(sys.executable).name} exited with code {shown} (0x{shown:X})"
