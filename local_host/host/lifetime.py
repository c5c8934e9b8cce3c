"""How does the host live, from its start to Ctrl-C or a fault?

The first Ctrl-C drains: what runs gets to finish, nothing new starts. The second one stops at once.
With `--reload` a changed file of the app ends one life and begins the next, in the same process and
on the same port; state is in the data folder anyway.
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
from local_host.host.reload import changed_file
from local_host.logs import LogStyle

_log = logging.getLogger("local_host")
_DRAIN_SECONDS = 5.0
_STOPPED_AT_ONCE = 130  # as a shell reports a program that Ctrl-C ended


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    app: Path
    data: Path
    port: int
    style: LogStyle
    reload: bool = False
    #: None to let the app's settings say.
    workers: int | None = None
    #: Whether callers need keys.
    auth: bool = False


class Stop:
    """What a person has asked for."""

    def __init__(self) -> None:
        self.gently = asyncio.Event()
        self.at_once = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._signaled)

    def _signaled(self) -> None:
        if self.gently.is_set():
            self.at_once.set()
        self.gently.set()


async def live(options: Options, greet: Callable[[Host, Configuration], None]) -> int:
    """Run the host until it is told to stop; return the exit status.

    Raises:
        HostError: it cannot start, or cannot go on; the message says why.
    """
    stop = Stop()
    life = asyncio.create_task(_lives(options, greet, stop))
    await _first(life, stop.at_once.wait())
    if life.done():
        await life
        return 0
    life.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await life
    return _STOPPED_AT_ONCE


async def _lives(
    options: Options, greet: Callable[[Host, Configuration], None], stop: Stop
) -> None:
    """One life after another, until one ends for good."""
    while not stop.gently.is_set():
        change = asyncio.ensure_future(_change(options))
        await asyncio.sleep(0)  # watching has begun before a file is read: no change is missed
        try:
            port = await _live_once(options, greet, stop, change)
        except (AppFolderError, ConfigurationError) as error:
            if not options.reload:
                raise
            _log.error("%s\nWaiting for a change.", error)
            await _first(stop.gently.wait(), change)
        else:
            options = replace(options, port=port)
        finally:
            change.cancel()
            await asyncio.gather(change, return_exceptions=True)


async def _change(options: Options) -> None:
    """Return when a file of the app has changed, if anybody wants to know."""
    if options.reload:
        await changed_file(options.app, options.data)
    else:
        await asyncio.Event().wait()


async def _live_once(
    options: Options,
    greet: Callable[[Host, Configuration], None],
    stop: Stop,
    change: "asyncio.Future[None]",
) -> int:
    """Run the host until it is to stop or the app has changed; return the port it had."""
    configuration = read_configuration(options.app)
    configuration = replace(configuration, asks_for_keys=options.auth)
    if options.workers is not None:
        configuration = replace(configuration, worker_processes=options.workers)
    async with run_host(configuration, options.data, options.port, options.style) as host:
        greet(host, configuration)
        await _first(host.fault, stop.gently.wait(), change)
        if not host.fault.done():
            await _drain(host)
        if host.fault.done():
            raise host.fault.result()
        return urlsplit(host.base_url).port or options.port


async def _drain(host: Host) -> None:
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            await _first(host.fault, host.drain())
    except TimeoutError:
        _log.warning(
            "What still runs after %d seconds is stopped, and run again at the next start.",
            _DRAIN_SECONDS,
        )


async def _first(*awaited: "asyncio.Future[Any] | Coroutine[Any, Any, object]") -> None:
    """Return when one of them has come, and drop those that were begun here."""
    futures = [asyncio.ensure_future(one) for one in awaited]
    try:
        came, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        for future in came:
            await future
    finally:
        begun = [f for f, one in zip(futures, awaited, strict=True) if f is not one]
        for future in begun:
            future.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
