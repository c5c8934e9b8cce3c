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
from typing import Any

from local_host.errors import BadAppFolder, BadDataFile, DataFolderInUse
from local_host.host.clock import Clock, SystemClock
from local_host.host.configuration import Configuration
from local_host.host.durable.engine import Engine
from local_host.host.durable.timers import TimerQueue
from local_host.host.store.hub import TaskHub
from local_host.host.triggers.timers import TimerTriggers
from local_host.host.web.admin import AdminApi
from local_host.host.web.durable_api import DurableApi, build_client_binding
from local_host.host.web.functions import FunctionRoutes
from local_host.host.web.keys import DURABLE, Keys, Open, keep_keys
from local_host.host.web.server import Server
from local_host.host.web.site import Site
from local_host.host.worker_pool import WorkerPool, WorkerSettings
from local_host.host.workers import Worker
from local_host.logs import LogStyle

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
    server: Server
    triggers: TimerTriggers
    timers: "asyncio.Task[None]"
    #: Keys that were made just now, and should be shown.
    new_keys: Keys | None
    #: Functions that are not served, by name, with the reason.
    in_error: dict[str, str]

    def fail(self, error: BaseException) -> None:
        """End the host for this reason; the first one counts."""
        if not self.fault.done():
            self.fault.set_result(error)

    async def drain(self) -> None:
        """Start nothing new, and return when everything that runs has ended and is written."""
        self.server.refuse()
        self.timers.cancel()
        self.engine.stop_starting_activities()
        for _ in range(2):  # an HTTP function may have begun something with its last call
            await self.engine.worker.idle()
            await self.engine.background.wait_until_idle()


@asynccontextmanager
async def run_host(
    configuration: Configuration, data: Path, port: int, style: LogStyle
) -> AsyncIterator[Host]:
    """Run the host with worker processes beside it.

    Raises:
        HostError: it cannot start; the message says why.
    """
    pool = WorkerPool(
        WorkerSettings(
            app=configuration.app,
            environment=configuration.environment,
            processes=configuration.worker_processes,
            timeout=configuration.function_timeout,
            style=style,
            app_log_level=configuration.app_log_level,
        )
    )

    async def load(binding: str) -> Worker:
        await pool.load(binding)
        return pool

    try:
        await pool.launch()
        async with assemble(configuration, data, port, load, SystemClock(), durable=True) as host:
            pool.fault.add_done_callback(lambda fault: host.fail(fault.result()))
            yield host
    finally:
        await pool.stop()


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
        fault: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

        def fail(error: BaseException) -> None:
            if not fault.done():
                fault.set_result(error)

        server = Server(LOOPBACK, port, configuration.largest_body, fail)
        stack.push_async_callback(server.close)
        keys, keys_are_new = keep_keys(data, []) if configuration.asks_for_keys else (None, False)
        system_key = keys.system[DURABLE] if keys else None
        hub_name = configuration.hub_name
        binding = build_client_binding(server.base_url, server.rpc_url, hub_name, system_key)
        worker = await load_worker(json.dumps(binding))
        infos = worker.functions.infos
        if keys:
            keys, _ = keep_keys(data, infos)
        hub = TaskHub(data / "host.sqlite3", durable=durable)
        stack.callback(hub.close)
        engine = _engine(configuration, hub, worker, clock, fail)
        stack.push_async_callback(engine.background.cancel)
        routes = _routes(configuration, worker)
        triggers = TimerTriggers(hub, worker, clock, engine.background, configuration.environment)
        recovered = engine.recover()
        timers = asyncio.create_task(_run_timers(engine.timers, triggers.queue))
        stack.callback(timers.cancel)
        durable_api = DurableApi(engine, hub_name, system_key)
        site = _site(configuration, worker, routes, durable_api, triggers, keys=keys)
        await server.open(site.answer, durable_api)
        await triggers.start()
        stack.push_async_callback(server.close)  # nobody asks while the rest is taken apart
        yield Host(
            server.base_url,
            engine,
            recovered,
            fault,
            server,
            triggers,
            timers,
            keys if keys_are_new else None,
            {**routes.in_error, **triggers.in_error},
        )


def _engine(
    configuration: Configuration,
    hub: TaskHub,
    worker: Worker,
    clock: Clock,
    fail: Callable[[BaseException], None],
) -> Engine:
    return Engine(
        hub,
        worker,
        clock,
        activities_at_once=configuration.activities_at_once,
        orchestrators_at_once=configuration.orchestrators_at_once,
        versions=configuration.versions,
        on_fault=fail,
    )


def _routes(configuration: Configuration, worker: Worker) -> FunctionRoutes:
    try:
        return FunctionRoutes(worker, configuration.route_prefix)
    except ValueError as error:
        raise BadAppFolder(str(error)) from error


def _site(  # noqa: PLR0913 (one argument for each thing it answers with)
    configuration: Configuration,
    worker: Worker,
    routes: FunctionRoutes,
    durable_api: DurableApi,
    triggers: TimerTriggers,
    *,
    keys: Keys | None,
) -> Site:
    admin = AdminApi(
        host_id=configuration.app.name,
        functions=worker.functions.infos,
        in_error={**routes.in_error, **triggers.in_error},
        timers=triggers,
        prefix=configuration.route_prefix,
        keys=keys,
    )
    has_home_page = configuration.has_home_page
    return Site(routes, durable_api, admin, keys or Open(), has_home_page=has_home_page)


async def _run_timers(*queues: TimerQueue[Any]) -> None:
    await asyncio.gather(*(queue.run() for queue in queues))


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
