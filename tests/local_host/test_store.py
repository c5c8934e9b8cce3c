"""The data file: group commit, atomic writes, refusal of unusable files."""

import asyncio
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from local_host.errors import DataFileError
from local_host.host.store.database import SCHEMA_VERSION, Database


def return_number(number: int, _: sqlite3.Connection) -> int:
    """Write nothing; return the number."""
    return number


def test_queued_writes_share_transactions(tmp_path: Path) -> None:
    """A hundred writes share a few transactions, and each gets its own result."""

    async def scenario() -> tuple[list[int], int]:
        database = Database(tmp_path / "host.sqlite3")
        commits = 0

        def count(statement: str) -> None:
            nonlocal commits
            commits += statement == "COMMIT"

        database._writer.set_trace_callback(count)
        results = await asyncio.gather(
            *(database.write(partial(return_number, number)) for number in range(100))
        )
        database.close()
        return results, commits

    results, commits = asyncio.run(scenario())

    assert results == list(range(100))
    assert commits < 50


def test_failed_write_rolls_back_its_whole_group(tmp_path: Path) -> None:
    """Every write of the group gets the error, and none of them is stored."""

    def valid(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO messages VALUES (1, 'a', '{}', NULL, NULL)")

    def invalid(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO nowhere VALUES (1)")

    async def scenario() -> tuple[list[object], int]:
        database = Database(tmp_path / "host.sqlite3")
        results = await asyncio.gather(
            database.write(valid), database.write(invalid), return_exceptions=True
        )
        rows = len(database.read("SELECT * FROM messages"))
        database.close()
        return list(results), rows

    results, rows = asyncio.run(scenario())

    assert isinstance(results[1], DataFileError)
    assert rows == (0 if isinstance(results[0], DataFileError) else 1)


async def _open(path: Path) -> None:
    Database(path).close()


def test_file_with_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """A host refuses a file that a newer version wrote."""
    path = tmp_path / "host.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()

    with pytest.raises(DataFileError, match="newer version of the local host"):
        asyncio.run(_open(path))


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """The error names the file."""
    path = tmp_path / "host.sqlite3"
    path.write_text("not a database" * 400)

    with pytest.raises(DataFileError, match=r"host\.sqlite3 cannot be used"):
        asyncio.run(_open(path))
