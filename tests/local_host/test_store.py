"""Does the task hub keep what it acknowledged, and only as a whole?"""

import asyncio
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from local_host.errors import DataFileError
from local_host.host.store.database import SCHEMA_VERSION, Database


def give_back(number: int, _: sqlite3.Connection) -> int:
    """A write that changes nothing."""
    return number


def test_writes_that_wait_together_are_committed_together(tmp_path: Path) -> None:
    """A hundred writers share a few transactions, and each gets its own answer."""

    async def scenario() -> tuple[list[int], int]:
        database = Database(tmp_path / "host.sqlite3")
        commits = 0

        def count(statement: str) -> None:
            nonlocal commits
            commits += statement == "COMMIT"

        database._writer.set_trace_callback(count)
        answers = await asyncio.gather(
            *(database.write(partial(give_back, number)) for number in range(100))
        )
        database.close()
        return answers, commits

    answers, commits = asyncio.run(scenario())

    assert answers == list(range(100))
    assert commits < 50


def test_a_failing_write_takes_nothing_of_its_group_along(tmp_path: Path) -> None:
    """When the file cannot be written, everybody in the group is told, and nothing is there."""

    def good(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO messages VALUES (1, 'a', '{}', NULL, NULL)")

    def bad(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO nowhere VALUES (1)")

    async def scenario() -> tuple[list[object], int]:
        database = Database(tmp_path / "host.sqlite3")
        answers = await asyncio.gather(
            database.write(good), database.write(bad), return_exceptions=True
        )
        rows = len(database.read("SELECT * FROM messages"))
        database.close()
        return list(answers), rows

    answers, rows = asyncio.run(scenario())

    assert isinstance(answers[1], DataFileError)
    assert rows == (0 if isinstance(answers[0], DataFileError) else 1)


async def _open(path: Path) -> None:
    Database(path).close()


def test_a_file_of_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    """An older host refuses a newer file and does not touch it."""
    path = tmp_path / "host.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()

    with pytest.raises(DataFileError, match="newer version of the local host"):
        asyncio.run(_open(path))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """The message names the file."""
    path = tmp_path / "host.sqlite3"
    path.write_text("these are not the bytes that you are looking for" * 100)

    with pytest.raises(DataFileError, match=r"host\.sqlite3 cannot be used"):
        asyncio.run(_open(path))
