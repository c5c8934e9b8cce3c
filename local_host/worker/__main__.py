"""What does the worker process do from its start to its end?

Started by the host with a socket (`--socket FD`) and the host's end of stdin. It ends when stdin
ends, whatever it is doing: a host that was killed leaves no worker behind.
"""

import argparse
import asyncio
import logging
import os
import signal
import socket
import threading
from pathlib import Path

import uvloop

from local_host import logs, wire
from local_host.errors import AppFolderError, FunctionFailedError
from local_host.logs import LogStyle
from local_host.wire import Frame
from local_host.worker import fast_replay, index
from local_host.worker.invoke import Invoker

_STREAM_LIMIT = 2**26


def main() -> None:
    """Serve the host until it is gone."""
    parser = argparse.ArgumentParser(prog="local_host.worker")
    parser.add_argument("--socket", type=int, required=True)
    for option in LogStyle(verbose=True, as_json=True, color=True).to_arguments():
        parser.add_argument(option, action="store_true")
    arguments = parser.parse_args()
    # Ctrl-C reaches the whole process group; the host alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_host, daemon=True).start()
    style = LogStyle(arguments.verbose, arguments.json, arguments.color)
    uvloop.run(_serve(socket.socket(fileno=arguments.socket), style))
    os._exit(0)  # a function that still runs in a thread must not keep the process alive


def _end_with_host() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


async def _serve(connection: socket.socket, style: LogStyle) -> None:
    # A process that the app starts must not keep the connection open.
    os.set_inheritable(connection.fileno(), False)  # noqa: FBT003 (the library's own shape)
    reader, writer = await asyncio.open_connection(sock=connection, limit=_STREAM_LIMIT)
    fast_replay.install()
    first = await wire.read(reader)
    if first is None:
        return
    folder = Path(first.header["app"])
    logs.configure(style, app=folder, app_level=first.header["log_level"])
    os.chdir(folder)
    index.enter(folder)
    try:
        app = index.load_app(folder)
    except AppFolderError as error:
        writer.write(wire.pack(Frame({"type": "unusable", "reason": str(error)})))
        await writer.drain()
        return
    functions = [info.to_json() for info in app.infos]
    writer.write(wire.pack(Frame({"type": "ready", "functions": functions})))
    invoker = Invoker(app, first.header["client"])
    running: set[asyncio.Task[None]] = set()
    while (request := await wire.read(reader)) is not None:
        task = asyncio.create_task(_answer(invoker, request, writer))
        running.add(task)
        task.add_done_callback(running.discard)


async def _answer(invoker: Invoker, request: Frame, writer: asyncio.StreamWriter) -> None:
    identity = {"id": request.header["id"]}
    logs.about.set(request.header.get("about"))
    try:
        answer = await invoker.invoke(request)
        frame = Frame({**identity, "ok": True, **answer.header}, answer.body)
    except FunctionFailedError as failure:
        if request.header["type"] == "http":
            logging.getLogger("worker").error(  # noqa: TRY400 (the cause's own trace)
                "%s failed", request.header["function"], exc_info=failure.__cause__
            )
        frame = Frame({**identity, "ok": False, "kind": failure.kind, "text": str(failure)})
    writer.write(wire.pack(frame))
    await writer.drain()


if __name__ == "__main__":
    main()
