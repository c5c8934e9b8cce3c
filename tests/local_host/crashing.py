"""How does a host in this process lose its power at a chosen commit?

At that commit, before or after it reached the disk, the data file goes dead: nothing is written and
nobody is answered any more. What is then taken apart is what a `kill -9` would have left.
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
from local_host.errors import InstanceEnded
from local_host.host.clock import VirtualClock
from local_host.host.store.database import Database
from tests.local_host.random_programs import (
    PROGRAMS,
    Found,
    Program,
    awaited_events,
    note_crash,
)


@dataclass(frozen=True, slots=True)
class CrashPoint:
    """The commit at which the power goes, counted from the start of the host."""

    commit: int
    #: Whether that commit still reached the disk.
    is_written: bool


class Crashed(Exception):
    """The power is gone."""


@dataclass(slots=True)
class Power:
    """What a host runs on, until it reaches the crash point."""

    crash: CrashPoint | None
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    _commits: int = 0

    def write(self, real: Any, database: Database, group: Any) -> Any:  # noqa: ANN401 (the store's)
        """Write a group, or nothing any more."""
        self._commits += 1
        if self.crash is None or self._commits < self.crash.commit:
            return real(database, group)
        if self._commits == self.crash.commit and self.crash.is_written:
            real(database, group)
        database._loop.call_soon_threadsafe(self.gone.set)
        return []

    async def until(self, coroutine: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
        """What the coroutine brings.

        Raises:
            Crashed: the power went first.
        """
        wanted = asyncio.ensure_future(coroutine)
        gone = asyncio.ensure_future(self.gone.wait())
        await asyncio.wait([wanted, gone], return_when=asyncio.FIRST_COMPLETED)
        if self.gone.is_set():
            wanted.cancel()
            raise Crashed
        gone.cancel()
        return wanted.result()


def run_through(
    program: Program,
    crashes: list[CrashPoint],
    data: Path,
    effects: Path,
    instance_id: str = "main",
) -> tuple[Found, list[set[str]]]:
    """Run a program to its end; return what became of it, and what each crash left unanswered."""
    clock, unsent = VirtualClock(), list(awaited_events(program))
    pending: list[set[str]] = []
    for crash in [*crashes, None]:
        power = Power(crash)
        with _powered(power), testing.start_app(PROGRAMS, data, clock) as app:
            with contextlib.suppress(Crashed):
                testing.run_in_loop(power.until(_drive(app, instance_id, program, unsent)))
            found = None if power.gone.is_set() else app.get_run(instance_id)
        _let_threads_end()
        if found:
            return Found(found.status, found.output, found.custom_status), pending
        pending.append(note_crash(effects, data))
    raise AssertionError("it never came to an end")


@contextlib.contextmanager
def _powered(power: Power) -> Iterator[None]:
    real = Database._write

    def write(self: Database, group: Any) -> Any:  # noqa: ANN401 (the store's)
        return power.write(real, self, group)

    with mock.patch.object(Database, "_write", write):
        yield


def _let_threads_end() -> None:
    """A function that still runs belongs to the life before."""
    for thread in threading.enumerate():
        if thread.name.startswith("function"):
            thread.join(5)


async def _drive(app: testing.App, instance_id: str, program: Program, unsent: list[str]) -> None:
    """Start the program unless it is there, send its events, let time pass until it has ended."""
    engine, driver = app.host.engine, app.driver
    if engine.read_instance(instance_id) is None:
        await engine.start("interpret", instance_id, json.dumps(program))
    while unsent:
        with contextlib.suppress(InstanceEnded):
            await engine.raise_event(instance_id, unsent[0], unsent[0])
        unsent.pop(0)
    while not (await driver.get_idle_instance(instance_id)).ended:
        assert await driver.advance_to_next_timer(), app.render_timeline(instance_id)
