"""Crashes of a host in this process, at a chosen commit.

At that commit, before or after it reaches the disk, the data file goes dead: nothing is written and
no caller gets a result. The state that remains is the one that `kill -9` would leave.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from local_host import testing
from local_host.errors import InstanceEndedError
from local_host.host.clock import VirtualClock
from local_host.host.store.database import Database
from tests.local_host.random_programs import (
    PROGRAMS,
    Program,
    Result,
    awaited_events,
    record_crash,
)

_THREAD_TIMEOUT_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashPoint:
    """The commit at which the host crashes, counted from its start."""

    commit: int
    #: Whether that commit reaches the disk.
    is_written: bool


class CrashedError(Exception):
    """The host has crashed."""


@dataclass(slots=True, kw_only=True)
class CrashingDisk:
    """A disk that goes dead at a crash point; unfrozen because it counts commits."""

    crash: CrashPoint | None
    crashed: asyncio.Event = field(default_factory=asyncio.Event)
    commits: int = 0

    def write(self, write: Any, database: Database, group: Any) -> Any:  # noqa: ANN401 - types of the store
        """Write a group, unless the disk is dead."""
        self.commits += 1
        if self.crash is None or self.commits < self.crash.commit:
            return write(database, group)
        if self.commits == self.crash.commit and self.crash.is_written:
            write(database, group)
        database._loop.call_soon_threadsafe(self.crashed.set)
        return []

    async def run_until_crash(self, coroutine: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - any result
        """Return the result of the coroutine.

        Raises:
            CrashedError: The host crashed first.
        """
        task = asyncio.ensure_future(coroutine)
        crashed = asyncio.ensure_future(self.crashed.wait())
        await asyncio.wait([task, crashed], return_when=asyncio.FIRST_COMPLETED)
        if self.crashed.is_set():
            task.cancel()
            raise CrashedError
        crashed.cancel()
        return task.result()


def run_with_crashes(
    program: Program,
    crashes: list[CrashPoint],
    data: Path,
    effects: Path,
    instance_id: str = "main",
) -> tuple[Result, list[set[str]]]:
    """Run a program to its end.

    Returns:
        The result, and for each crash the activities that had no recorded result by then.
    """
    clock, unsent = VirtualClock(), list(awaited_events(program))
    pending: list[set[str]] = []
    for crash in [*crashes, None]:
        disk = CrashingDisk(crash=crash)
        with _use_disk(disk), testing.start_app(PROGRAMS, data, clock) as app:
            with contextlib.suppress(CrashedError):
                drive = _drive(app, instance_id, program, unsent)
                testing.run_in_loop(disk.run_until_crash(drive))
            run = None if disk.crashed.is_set() else app.get_run(instance_id)
        _join_function_threads()
        if run:
            result = Result(status=run.status, output=run.output, custom_status=run.custom_status)
            return result, pending
        pending.append(record_crash(effects, data))
    raise AssertionError("The program did not end.")


@contextlib.contextmanager
def _use_disk(disk: CrashingDisk) -> Iterator[None]:
    original = Database._write

    def write(self: Database, group: Any) -> Any:  # noqa: ANN401 - types of the store
        return disk.write(original, self, group)

    with mock.patch.object(Database, "_write", write):
        yield


def _join_function_threads() -> None:
    """Wait for functions of the crashed host, so that they do not run beside the next one."""
    for thread in threading.enumerate():
        if thread.name.startswith("function"):
            thread.join(_THREAD_TIMEOUT_SECONDS)


async def _drive(app: testing.App, instance_id: str, program: Program, unsent: list[str]) -> None:
    """Start the program unless it exists, send its events, and advance until it has ended."""
    engine, driver = app.host.engine, app.driver
    if engine.read_instance(instance_id) is None:
        await engine.start("interpret", instance_id, json.dumps(program))
    while unsent:
        with contextlib.suppress(InstanceEndedError):
            await engine.raise_event(instance_id, unsent[0], unsent[0])
        unsent.pop(0)
    while not (await driver.get_idle_instance(instance_id)).ended:
        assert await driver.advance_to_next_timer(), app.render_timeline(instance_id)
