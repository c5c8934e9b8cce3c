"""Composition root of the host: build its parts in order, and close them in reverse."""

import asyncio
import contextlib
import fcntl
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from local_host.errors import AppFolderError, DataFileError, DataFolderInUseError
from local_host.host.clock import Clock, SystemClock
from local_host.host.configuration import Configuration
from local_host.host.durable.engine import Engine
from local_host.host.durable.timers import TimerQueue
from local_host.host.store.hub import TaskHub
from local_host.host.triggers.timers import TimerTriggers
from local_host.host.web.admin import AdminApi
from local_host.host.web.durable_api import DurableApi, build_client_binding
from local_host.host.web.keys import DURABLE_KEY, Keys, NoKeys, load_keys
from local_host.host.web.routing import Router
from local_host.host.web.server import Server
from local_host.host.web.site import Site
from local_host.host.worker_pool import WorkerPool, WorkerSettings
from local_host.host.workers import Worker
from local_host.logs import LogStyle

LOOPBACK = "127.0.0.1"
#: Receives the JSON of the client binding; returns the worker with the app loaded.
LoadWorker = Callable[[str], Awaitable[Worker]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A running host."""

    base_url: str
    engine: Engine
    #: The number of messages, timers and activities that the previous run left open.
    recovered: int
    #: Resolves with the error that ends the host.
    fault: "asyncio.Future[BaseException]"
    server: Server
    triggers: TimerTriggers
    timers: "asyncio.Task[None]"
    #: Keys that were created at this start.
    new_keys: Keys | None
    #: Functions that are not served, by name, with the reason.
    in_error: dict[str, str]

    async def drain(self) -> None:
        """Start nothing new; wait until all running functions have ended and are recorded."""
        self.server.stop_accepting()
        self.timers.cancel()
        self.engine.stop_starting_activities()
        for _ in range(2):  # an HTTP function may start an orchestration before it returns
            await self.engine.worker.wait_until_idle()
            await self.engine.background.wait_until_idle()


@asynccontextmanager
async def run_host(
    configuration: Configuration, data: Path, port: int, style: LogStyle
) -> AsyncIterator[Host]:
    """Run the host with worker processes.

    Raises:
        HostError: the host cannot start; the message says why.
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
            pool.fault.add_done_callback(lambda fault: _set_once(host.fault, fault.result()))
            yield host
    finally:
        await pool.stop()


@asynccontextmanager
async def assemble(  # noqa: PLR0913 - one argument for each part from outside
    configuration: Configuration,
    data: Path,
    port: int,
    load_worker: LoadWorker,
    clock: Clock,
    *,
    durable: bool,
) -> AsyncIterator[Host]:
    """Run a host around a worker; `durable` says whether commits are synced to the disk."""
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(_lock(data))
        fault: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        on_fault = partial(_set_once, fault)
        server = Server(LOOPBACK, port, configuration.body_limit, on_fault)
        stack.push_async_callback(server.close)
        keys, keys_are_new = load_keys(data, []) if configuration.requires_keys else (None, False)
        system_key = keys.system[DURABLE_KEY] if keys else None
        hub_name = configuration.hub_name
        binding = build_client_binding(server.base_url, server.rpc_url, hub_name, system_key)
        worker = await load_worker(json.dumps(binding))
        if keys:
            keys, _ = load_keys(data, worker.functions.infos)
        hub = TaskHub(data / "host.sqlite3", durable=durable)
        stack.callback(hub.close)
        engine = _engine(configuration, hub, worker, clock, on_fault)
        stack.push_async_callback(engine.background.cancel)
        router = _router(configuration, worker)
        triggers = TimerTriggers(hub, worker, clock, engine.background, configuration.environment)
        recovered = engine.recover()
        timers = asyncio.create_task(_run_timers(engine.timers, triggers.queue))
        stack.callback(timers.cancel)
        durable_api = DurableApi(engine, hub_name, system_key)
        site = _site(configuration, worker, router, durable_api, triggers, keys=keys)
        await server.start(site.handle, durable_api)
        await triggers.start()
        stack.push_async_callback(server.close)  # no request may reach parts that are closed
        yield Host(
            base_url=server.base_url,
            engine=engine,
            recovered=recovered,
            fault=fault,
            server=server,
            triggers=triggers,
            timers=timers,
            new_keys=keys if keys_are_new else None,
            in_error={**router.in_error, **triggers.in_error},
        )


def _set_once(future: "asyncio.Future[BaseException]", error: BaseException) -> None:
    if not future.done():
        future.set_result(error)


def _router(configuration: Configuration, worker: Worker) -> Router:
    try:
        return Router(worker.functions.infos, configuration.route_prefix)
    except ValueError as error:
        raise AppFolderError(str(error)) from error


def _engine(
    configuration: Configuration,
    hub: TaskHub,
    worker: Worker,
    clock: Clock,
    on_fault: Callable[[BaseException], None],
) -> Engine:
    return Engine(
        hub,
        worker,
        clock,
        activities_at_once=configuration.max_concurrent_activities,
        orchestrators_at_once=configuration.max_concurrent_orchestrators,
        versions=configuration.versions,
        on_fault=on_fault,
    )


def _site(  # noqa: PLR0913 - one argument for each part
    configuration: Configuration,
    worker: Worker,
    router: Router,
    durable_api: DurableApi,
    triggers: TimerTriggers,
    *,
    keys: Keys | None,
) -> Site:
    admin = AdminApi(
        host_id=configuration.app.name,
        functions=worker.functions.infos,
        in_error={**router.in_error, **triggers.in_error},
        timers=triggers,
        prefix=configuration.route_prefix,
        keys=keys,
    )
    return Site(
        worker=worker,
        router=router,
        durable_api=durable_api,
        admin=admin,
        keys=keys or NoKeys(),
        has_home_page=configuration.has_home_page,
    )


async def _run_timers(*queues: TimerQueue[Any]) -> None:
    await asyncio.gather(*(queue.run() for queue in queues))


@contextlib.contextmanager
def _lock(data: Path) -> Iterator[None]:
    """Lock the data folder; the operating system releases the lock when the process ends."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = os.open(data / "host.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise DataFileError(f"the data folder {data} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise DataFolderInUseError(
            f"another local host uses {data}: stop it, or choose another folder with --data"
        ) from error
    try:
        yield
    finally:
        os.close(handle)
