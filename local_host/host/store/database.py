"""How do many callers share one SQLite file without waiting for one another?

One thread writes; whatever piles up while it waits for the disk goes into the next transaction
(group commit), and a caller is answered once its own is on the disk. Reads go through a second
connection: in WAL mode they never wait for the writer.
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
    """host.sqlite3, opened by this process alone."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """`durable=False` skips the disk's acknowledgment, for tests that kill nothing.

        Raises:
            DataFileError: the file is not ours, is newer than this code, or cannot be written.
        """
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Queued | None] = queue.SimpleQueue()
        self._searching = threading.Lock()
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
        Path(self._path).touch(mode=0o600)  # inputs and outputs are nobody else's business
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
                f"(schema {version}, this one knows {SCHEMA_VERSION}). "
                "Use that version, or another --data folder."
            )
        if version == 0:
            schema = (
                resources.files("local_host.host.store").joinpath("schema.sql").read_text("utf-8")
            )
            self._writer.executescript(
                f"BEGIN; {schema} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job` in a transaction; return when it is on the disk.

        Raises:
            DataFileError: nothing of the group was written.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put((job, future))
        return await future

    def read(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:  # noqa: ANN401 (SQL values)
        """Read what is committed."""
        return self._reader.execute(sql, parameters).fetchall()

    async def search(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:  # noqa: ANN401 (SQL values)
        """Read what is committed, in a thread of its own: it may take its time."""

        def run() -> list[sqlite3.Row]:
            with self._searching:
                return self._searcher.execute(sql, parameters).fetchall()

        return await asyncio.to_thread(run)

    def close(self) -> None:
        """Write what is queued and let go of the file."""
        self._queue.put(None)
        self._thread.join()
        with self._searching:
            self._files.close()

    def _write_groups(self) -> None:
        while (first := self._queue.get()) is not None:
            group, ended = self._gather(first)
            answers = self._write(group)
            with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
                self._loop.call_soon_threadsafe(_answer, answers)
            if ended:
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
            answers = [(future, job(self._writer)) for job, future in group]
            self._writer.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 (any failure fails the whole group)
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            failure = DataFileError(f"{self._path} cannot be written: {error}")
            failure.__cause__ = error
            return [(future, failure) for _, future in group]
        return answers


def _answer(answers: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    for future, answer in answers:
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
