"""How is a host put together, started and stopped?"""

import asyncio
import contextlib
import fcntl
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from local_host.clock import Clock, SystemClock
from local_host.configuration import Configuration
from local_host.durable.engine import Engine
from local_host.errors import BadAppFolder, BadDataFile, DataFolderInUse
from local_host.store.hub import TaskHub
from local_host.web.durable_api import DurableApi, client_binding
from local_host.web.functions import FunctionRoutes
from local_host.web.server import Server
from local_host.workers import Worker, WorkerProcess

LOOPBACK = "127.0.0.1"
#: Gets the client binding's JSON and returns the worker with the app loaded.
LoadWorker = Callable[[str], Awaitable[Worker]]


@dataclass(frozen=True, slots=True)
class Host:
    """A host that runs."""

    base_url: str
    engine: Engine
    #: What the last run left to do and this one goes on with.
    recovered: int
    #: Resolves with the fault that ends the host.
    fault: "asyncio.Future[BaseException]"


@asynccontextmanager
async def run_host(configuration: Configuration, data: Path, port: int) -> AsyncIterator[Host]:
    """Run the host with a worker process beside it.

    Raises:
        HostError: it cannot start; the message says why.
    """
    worker = WorkerProcess(configuration.app, configuration.environment)
    await worker.launch()

    async def load(binding: str) -> Worker:
        await worker.load(binding)
        return worker

    try:
        async with assemble(configuration, data, port, load, SystemClock(), durable=True) as host:
            yield host
    finally:
        await worker.stop()


@asynccontextmanager
async def assemble(  # noqa: PLR0913 (one argument for each thing it is made of)
    configuration: Configuration,
    data: Path,
    port: int,
    load_worker: LoadWorker,
    clock: Clock,
    *,
    durable: bool,
) -> AsyncIterator[Host]:
    """Put a host together around a worker, and take it apart again."""
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(_owning(data))
        server = Server(LOOPBACK, port, configuration.largest_body)
        stack.push_async_callback(server.close)
        binding = client_binding(server.base_url, server.rpc_url, configuration.hub_name)
        worker = await load_worker(json.dumps(binding))
        hub = TaskHub(data / "host.sqlite3", durable=durable)
        stack.callback(hub.close)
        fault: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        engine = Engine(
            hub,
            worker,
            clock,
            activities_at_once=configuration.activities_at_once,
            orchestrators_at_once=configuration.orchestrators_at_once,
            default_version=configuration.default_version,
            on_fault=lambda error: None if fault.done() else fault.set_result(error),
        )
        stack.push_async_callback(engine.work.cancel)
        try:
            routes = FunctionRoutes(worker, configuration.route_prefix)
        except ValueError as error:
            raise BadAppFolder(str(error)) from error
        recovered = engine.recover()
        timers = asyncio.create_task(engine.timers.run())
        stack.callback(timers.cancel)
        await server.open(routes, DurableApi(engine, configuration.hub_name))
        yield Host(server.base_url, engine, recovered, fault)


@contextlib.contextmanager
def _owning(data: Path) -> Iterator[None]:
    """Own the data folder; the operating system lets go of it when the process dies."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = os.open(data / "host.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise BadDataFile(f"the data folder {data} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise DataFolderInUse(
            f"another local host uses {data}: stop it, or choose another folder with --data"
        ) from error
    try:
        yield
    finally:
        os.close(handle)
