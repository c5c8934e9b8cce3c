"""What would the disk allow, if there were no engine at all?

The same number of acknowledged writes as the workflows need, by a bare SQLite journal with group
commit: the ceiling that the host's own figure is compared with.
"""

import asyncio
import sqlite3
import time
from functools import partial
from pathlib import Path

from local_host.host.store.database import Database


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE journal (workflow, step, text)")


def _append(workflow: int, step: int, connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO journal VALUES (?, ?, ?)", (workflow, step, "x" * 200))


async def _workflow(database: Database, slots: asyncio.Semaphore, number: int, steps: int) -> None:
    async with slots:
        for step in range(steps + 2):  # the start, each answer, the end
            await database.write(partial(_append, number, step))


async def journal_rate(folder: Path, workflows: int, in_flight: int, steps: int) -> float:
    """Workflows a second that the bare journal acknowledges."""
    database = Database(folder / "journal.sqlite3")
    await database.write(_create)
    slots = asyncio.Semaphore(in_flight)
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(workflows):
            group.create_task(_workflow(database, slots, number, steps))
    elapsed = time.perf_counter() - started
    database.close()
    return workflows / elapsed
