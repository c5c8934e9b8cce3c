"""One SQLite file for many callers: one thread writes, in groups.

What is queued during a commit goes into the next transaction (group commit). A caller gets its
result when its own write is on the disk. Reads use a second connection: in WAL mode they never wait
for the writer.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from local_host.errors import DataFileError

SCHEMA_VERSION = 1
_LARGEST_GROUP = 500
T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
_Queued = tuple[Job, "asyncio.Future[Any]"]


class Database:
    """`host.sqlite3`; this process is the only one that writes it."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """Open the file; `durable=False` skips fsync, for tests that kill no process.

        Raises:
            DataFileError: The file is no task hub, has a newer schema, or cannot be written.
        """
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Queued | None] = queue.SimpleQueue()
        self._search_lock = threading.Lock()
        with contextlib.ExitStack() as files:
            try:
                self._writer = self._open(files, durable=durable)
                self._migrate()
                self._reader = self._open(files, durable=durable)
                self._searcher = self._open(files, durable=durable)
            except (sqlite3.Error, OSError) as error:
                raise DataFileError(f"{path} cannot be used: {error}") from error
            self._files = files.pop_all()
        self._thread = threading.Thread(target=self._write_groups, name="writer", daemon=True)
        self._thread.start()

    def _open(self, files: contextlib.ExitStack, *, durable: bool) -> sqlite3.Connection:
        Path(self._path).touch(mode=0o600)  # inputs and outputs are private
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        files.callback(connection.close)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        connection.row_factory = sqlite3.Row
        return connection

    def _migrate(self) -> None:
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise DataFileError(
                f"{self._path} was written by a newer version of the local host "
                f"(schema {version}; this version supports {SCHEMA_VERSION}). "
                "Use that version, or choose another folder with --data."
            )
        if version == 0:
            schema = (
                resources.files("local_host.host.store").joinpath("schema.sql").read_text("utf-8")
            )
            self._writer.executescript(
                f"BEGIN; {schema} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job` in a transaction; return its result when it is on the disk.

        Raises:
            DataFileError: The transaction failed; nothing of its group was written.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put((job, future))
        return await future

    def read(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:  # noqa: ANN401 - SQL values
        """Read committed rows."""
        return self._reader.execute(sql, parameters).fetchall()

    async def search(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:  # noqa: ANN401 - SQL values
        """Read committed rows, in another thread, so that a slow query blocks nothing."""

        def run() -> list[sqlite3.Row]:
            with self._search_lock:
                return self._searcher.execute(sql, parameters).fetchall()

        return await asyncio.to_thread(run)

    def close(self) -> None:
        """Write what is queued and close the file."""
        self._queue.put(None)
        self._thread.join()
        with self._search_lock:
            self._files.close()

    def _write_groups(self) -> None:
        while (first := self._queue.get()) is not None:
            group, closing = self._gather(first)
            results = self._write(group)
            with contextlib.suppress(RuntimeError):  # the loop is closed, so no caller waits
                self._loop.call_soon_threadsafe(_resolve, results)
            if closing:
                return

    def _gather(self, first: _Queued) -> tuple[list[_Queued], bool]:
        group = [first]
        while len(group) < _LARGEST_GROUP:
            try:
                queued = self._queue.get_nowait()
            except queue.Empty:
                break
            if queued is None:
                return group, True
            group.append(queued)
        return group, False

    def _write(self, group: list[_Queued]) -> list[tuple["asyncio.Future[Any]", Any]]:
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            results = [(future, job(self._writer)) for job, future in group]
            self._writer.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - any failure fails the whole group
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            failure = DataFileError(f"{self._path} cannot be written: {error}")
            failure.__cause__ = error
            return [(future, failure) for _, future in group]
        return results


def _resolve(results: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    for future, result in results:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
