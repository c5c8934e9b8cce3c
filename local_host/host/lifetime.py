"""Lifetime of the host process: start, reload, Ctrl-C, fault.

The first Ctrl-C drains the host: running functions finish, and no new ones start. The second stops
it at once. With `--reload`, a changed file of the app restarts the host in the same process and on
the same port.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local_host.errors import AppFolderError, ConfigurationError
from local_host.host.assembly import Host, run_host
from local_host.host.configuration import Configuration, read_configuration
from local_host.logs import LogStyle

_log = logging.getLogger("local_host")
_DRAIN_SECONDS = 5.0
#: The exit status of a shell for a program that was ended by Ctrl-C.
_INTERRUPTED = 130
#: How long watchfiles collects events of the operating system before it reports them.
_WATCH_STEP_MILLISECONDS = 250

#: Called when the host is ready to serve requests.
OnReady = Callable[[Host, Configuration], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command line."""

    app: Path
    data: Path
    port: int
    style: LogStyle
    reload: bool = False
    #: The number of worker processes; None leaves it to the app's settings.
    workers: int | None = None
    #: Whether callers need keys.
    auth: bool = False


class StopRequests:
    """The stop signals received so far (SIGINT and SIGTERM)."""

    def __init__(self) -> None:
        self.first = asyncio.Event()
        self.second = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal)

    def _on_signal(self) -> None:
        if self.first.is_set():
            self.second.set()
        self.first.set()


async def run_until_stopped(options: Options, on_ready: OnReady) -> int:
    """Run the host until a signal stops it; return the exit status.

    Raises:
        HostError: the host cannot start or continue; the message says why.
    """
    stop = StopRequests()
    run = asyncio.create_task(_run_with_reloads(options, on_ready, stop))
    await _wait_for_first(run, stop.second.wait())
    if run.done():
        await run
        return 0
    run.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await run
    return _INTERRUPTED


async def _run_with_reloads(options: Options, on_ready: OnReady, stop: StopRequests) -> None:
    """Run the host again after each change of the app, until it is to stop."""
    while not stop.first.is_set():
        change = asyncio.ensure_future(_wait_for_change(options))
        await asyncio.sleep(0)  # the watcher starts before files are read, so no change is missed
        try:
            port = await _run_once(options, on_ready, stop, change)
        except (AppFolderError, ConfigurationError) as error:
            if not options.reload:
                raise
            _log.error("%s\nWaiting for a file to change.", error)
            await _wait_for_first(stop.first.wait(), change)
        else:
            options = replace(options, port=port)
        finally:
            change.cancel()
            await asyncio.gather(change, return_exceptions=True)


async def _wait_for_change(options: Options) -> None:
    """Wait until a Python file or a settings file of the app changes; forever without --reload."""
    if not options.reload:
        await asyncio.Event().wait()
    from watchfiles import PythonFilter, awatch  # noqa: PLC0415 - needed by --reload only

    files = PythonFilter(extra_extensions=(".json",), ignore_paths=[options.data])
    async for changes in awatch(options.app, watch_filter=files, step=_WATCH_STEP_MILLISECONDS):
        path = min(path for _, path in changes)
        _log.warning("%s has changed; restarting", Path(path).relative_to(options.app))
        return


async def _run_once(
    options: Options, on_ready: OnReady, stop: StopRequests, change: "asyncio.Future[None]"
) -> int:
    """Run the host until it is to stop or the app changes; return its port."""
    configuration = read_configuration(options.app)
    configuration = replace(configuration, requires_keys=options.auth)
    if options.workers is not None:
        configuration = replace(configuration, worker_processes=options.workers)
    async with run_host(configuration, options.data, options.port, options.style) as host:
        on_ready(host, configuration)
        await _wait_for_first(host.fault, stop.first.wait(), change)
        if not host.fault.done():
            await _drain(host)
        if host.fault.done():
            raise host.fault.result()
        return urlsplit(host.base_url).port or options.port


async def _drain(host: Host) -> None:
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            await _wait_for_first(host.fault, host.drain())
    except TimeoutError:
        _log.warning(
            "Functions still running after %d seconds are stopped; activities run again at the "
            "next start.",
            _DRAIN_SECONDS,
        )


async def _wait_for_first(*awaitables: "asyncio.Future[Any] | Coroutine[Any, Any, object]") -> None:
    """Wait until the first is done; cancel those that were given as coroutines."""
    futures = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        for future in done:
            await future
    finally:
        own = [f for f, given in zip(futures, awaitables, strict=True) if f is not given]
        for future in own:
            future.cancel()
        await asyncio.gather(*own, return_exceptions=True)
