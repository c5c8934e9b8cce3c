"""Entry point of a worker process: load the app, then run functions until the host ends.

The host starts it with a socket (`--socket FD`) and holds the other end of its stdin. The process
ends when stdin ends, whatever it is doing, so that a killed host leaves no worker behind.
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
from local_host.worker.index import LoadedApp, load_app, speed_up_replays
from local_host.worker.invoke import Invoker

_log = logging.getLogger("local_host.worker")


def main() -> None:
    """Run functions for the host until it ends."""
    parser = argparse.ArgumentParser(prog="local_host.worker")
    parser.add_argument("--socket", type=int, required=True)
    for option in LogStyle(verbose=True, as_json=True, color=True).to_arguments():
        parser.add_argument(option, action="store_true")
    arguments = parser.parse_args()
    # Ctrl-C reaches the whole process group, but the host decides when a worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_host, daemon=True).start()
    style = LogStyle(verbose=arguments.verbose, as_json=arguments.json, color=arguments.color)
    uvloop.run(_serve(socket.socket(fileno=arguments.socket), style))
    os._exit(0)  # a function that still runs in a thread must not keep the process alive


def _exit_with_host() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


async def _serve(connection: socket.socket, style: LogStyle) -> None:
    # Processes that the app starts must not inherit the connection and keep it open.
    os.set_inheritable(connection.fileno(), False)  # noqa: FBT003 - signature of the library
    reader, writer = await asyncio.open_connection(sock=connection, limit=wire.STREAM_LIMIT)
    speed_up_replays()  # imports the SDK while the host opens its data file
    init = await wire.read(reader)
    if init is None:
        return
    folder = Path(init.header["app"])
    logs.configure(style, app=folder, app_level=init.header["log_level"])
    app = await _load(folder, writer)
    if app is None:
        return
    invoker = Invoker(app, init.header["client"])
    tasks: set[asyncio.Task[None]] = set()
    while (request := await wire.read(reader)) is not None:
        task = asyncio.create_task(_respond(invoker, request, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _load(folder: Path, writer: asyncio.StreamWriter) -> LoadedApp | None:
    """Load the app and report its functions to the host, or the reason why it does not load."""
    os.chdir(folder)
    try:
        app = load_app(folder)
    except AppFolderError as error:
        await _send(writer, Frame(header={"type": "unusable", "reason": str(error)}))
        return None
    functions = [info.to_json() for info in app.infos]
    await _send(writer, Frame(header={"type": "ready", "functions": functions}))
    return app


async def _respond(invoker: Invoker, request: Frame, writer: asyncio.StreamWriter) -> None:
    request_id = {"id": request.header["id"]}
    logs.about.set(request.header.get("about"))
    try:
        result = await invoker.invoke(request)
        response = Frame(header={**request_id, "ok": True, **result.header}, body=result.body)
    except FunctionFailedError as failure:
        if request.header["type"] == "http":
            _log.error("%s failed", request.header["function"], exc_info=failure.__cause__)
        details = {"ok": False, "kind": failure.kind, "message": str(failure)}
        response = Frame(header={**request_id, **details})
    await _send(writer, response)


async def _send(writer: asyncio.StreamWriter, frame: Frame) -> None:
    writer.write(wire.pack(frame))
    await writer.drain()


if __name__ == "__main__":
    main()
