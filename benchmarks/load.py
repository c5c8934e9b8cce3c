"""The load: a closed loop of workflows, against the host or against a bare SQLite journal.

A workflow counts from its POST to its output. The journal acknowledges as many writes as the
workflow needs; its rate is the limit that the disk sets.
"""

import asyncio
import sqlite3
import statistics
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp

from benchmarks.host import HOOK
from local_host.host.store.database import Database

_START_AND_WAIT = "?timeout=120&pollingInterval=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The result of a closed loop; times in milliseconds."""

    #: Workflows per second.
    rate: float
    p50: float
    p95: float
    longest: float


async def run_workflows(base_url: str, workflows: int, in_flight: int, steps: int) -> Load:
    """Run chains of `steps` activities, `in_flight` at a time."""
    url = f"{base_url}{HOOK}/orchestrators/chain{_START_AND_WAIT}"
    return await _run(url, workflows, in_flight, {"steps": steps}, steps)


async def run_sales(base_url: str, sales: int) -> Load:
    """Sell units of one product, one sale after another."""
    url = f"{base_url}{HOOK}/orchestrators/sell{_START_AND_WAIT}"
    return await _run(url, sales, 1, {}, "sold")


async def _run(url: str, workflows: int, in_flight: int, body: object, expected: object) -> Load:
    slots = asyncio.Semaphore(in_flight)
    times: list[float] = []

    async def run_workflow(session: aiohttp.ClientSession) -> None:
        async with slots:
            started = time.perf_counter()
            async with session.post(url, json=body) as response:
                output = await response.json()
            if (response.status, output) != (200, expected):
                raise RuntimeError(f"a workflow ended with {response.status} {output}")
            times.append((time.perf_counter() - started) * 1000)

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        started = time.perf_counter()
        await asyncio.gather(*(run_workflow(session) for _ in range(workflows)))
        elapsed = time.perf_counter() - started
    quantiles = statistics.quantiles(times, n=20, method="inclusive")
    return Load(rate=workflows / elapsed, p50=quantiles[9], p95=quantiles[18], longest=max(times))


async def journal_rate(folder: Path, workflows: int, in_flight: int, steps: int) -> float:
    """Return the workflows per second that a bare journal with group commit acknowledges."""
    database = Database(folder / "journal.sqlite3")
    await database.write(_create_journal)
    slots = asyncio.Semaphore(in_flight)

    async def write_workflow(number: int) -> None:
        async with slots:
            for step in range(steps + 2):  # the start, each activity, the end
                await database.write(partial(_append, number, step))

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(workflows):
            group.create_task(write_workflow(number))
    elapsed = time.perf_counter() - started
    database.close()
    return workflows / elapsed


def _create_journal(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE journal (workflow, step, text)")


def _append(workflow: int, step: int, connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO journal VALUES (?, ?, ?)", (workflow, step, "x" * 200))
