"""SQLite file that threads and processes share without losing a write.

WAL lets readers continue during a write. `synchronous=FULL` makes a commit survive a power cut.
Every write transaction is IMMEDIATE: it waits at its start for others instead of failing later.
"""

import sqlite3
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, TypeAlias

from orders.domain.errors import UnavailableError

#: Device and inode of the file and of its log; None if there is none.
_Identities: TypeAlias = tuple[tuple[int, int] | None, tuple[int, int] | None]

#: How long a write waits for other writes before it fails.
BUSY_TIMEOUT_SECONDS: Final = 10.0
_BUSY_TIMEOUT_MS: Final = int(BUSY_TIMEOUT_SECONDS * 1000)
#: How long scrubbing waits for readers. It is repeated later, and writers wait meanwhile.
_SCRUB_TIMEOUT_MS: Final = 500

_VERSIONS: Final = (
    "CREATE TABLE IF NOT EXISTS schema_versions"
    " (part TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (part, version)) STRICT"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Tables that belong together, and their versions."""

    #: Name of this part of the file.
    part: str
    #: The statements that each version adds; each statement ends at the end of a line. A released
    #: version never changes, and a version only adds, so that an older program can use the file.
    versions: tuple[str, ...]


class _WriteLock:
    """Admits one writer of this process at a time."""

    def __init__(self) -> None:
        self._lock = Lock()

    def acquire(self, timeout: float) -> bool:
        return self._lock.acquire(timeout=timeout)

    def release(self) -> None:
        self._lock.release()


#: By resolved path.
_write_locks: weakref.WeakValueDictionary[Path, _WriteLock] = weakref.WeakValueDictionary()
_registering: Final = Lock()


class Database:
    """One SQLite file, with a pool of connections. A connection serves one thread at a time."""

    def __init__(self, path: Path, schema: Schema, unavailable: type[UnavailableError]) -> None:
        self._path = path
        self._schema = schema
        self._unavailable = unavailable
        self._idle: deque[sqlite3.Connection] = deque()
        self._prepared = False
        self._preparing = Lock()
        self._write_lock = _write_lock_of(path)
        #: Identities of the file and its log, once they are prepared.
        self._files: _Identities | None = None
        # The file is closed together with the database object.
        weakref.finalize(self, _close_all, self._idle)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a write transaction. It sees all earlier commits and is committed at the end."""
        # SQLite's busy handler sleeps ever longer; a lock wakes the next writer at once. Writers of
        # other processes still meet in the busy handler.
        if not self._write_lock.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            raise self._unavailable(f"{self._path.name}: too many writers")
        try:
            with self._transaction("BEGIN IMMEDIATE") as connection:
                yield connection
        finally:
            self._write_lock.release()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open a read transaction: a consistent view that never waits for writers."""
        with self._transaction("BEGIN") as connection:
            yield connection

    def scrub(self) -> bool:
        """Remove deleted content from the file's log.

        Returns:
            Whether the log is empty. It is not while a reader holds what was there before.
        """
        with self._connected() as connection:
            connection.execute(f"PRAGMA busy_timeout = {_SCRUB_TIMEOUT_MS}")
            try:
                (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        return not busy

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            try:
                self._require_file()
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # Only errors of SQLite and of the file system are translated, not those of the caller.
        try:
            connection = self._take_connection()
            try:
                yield connection
            finally:
                self._idle.append(connection)
        except (sqlite3.Error, OSError) as error:
            raise self._unavailable(f"{self._path.name}: {error}") from error

    def _require_file(self) -> None:
        """Refuse to work on files that were deleted or replaced: writes to them would be lost."""
        if _identities(self._path) != self._files:
            raise self._unavailable(
                f"{self._path.name} or its log was deleted or replaced while the service runs."
                " Stop the service, restore the file, and start again."
            )

    def _take_connection(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        with self._preparing:  # the first connection creates the file and its tables
            if not self._prepared:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.touch(mode=0o600)  # the file and its log hold personal data
            else:
                self._require_file()
            connection = sqlite3.connect(
                self._path,
                timeout=BUSY_TIMEOUT_SECONDS,
                isolation_level=None,
                check_same_thread=False,  # one thread at a time uses a connection
            )
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # deleted content is overwritten
        if not self._prepared:
            _upgrade(connection, self._schema)
            self._files = _identities(self._path)
            self._prepared = True


def _write_lock_of(path: Path) -> _WriteLock:
    """Return the lock that all databases of this process on one file share."""
    with _registering:
        return _write_locks.setdefault(path.resolve(), _WriteLock())


def _identities(path: Path) -> _Identities:
    """Return device and inode of a file and its log. Open connections keep both in place."""
    return _identity(path), _identity(path.with_name(f"{path.name}-wal"))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _upgrade(connection: sqlite3.Connection, schema: Schema) -> None:
    # In one transaction: one of several concurrent processes upgrades, and a crash changes nothing.
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_VERSIONS)
        query = "SELECT max(version) FROM schema_versions WHERE part = ?"
        (version,) = connection.execute(query, (schema.part,)).fetchone()
        for number, script in enumerate(schema.versions[version or 0 :], (version or 0) + 1):
            for statement in script.split(";\n"):
                connection.execute(statement)
            connection.execute("INSERT INTO schema_versions VALUES (?, ?)", (schema.part, number))


def _close_all(idle: deque[sqlite3.Connection]) -> None:
    while idle:
        idle.pop().close()


def _use_wal(connection: sqlite3.Connection) -> None:
    # SQLite's busy timeout does not cover this switch, and processes may create the file together.
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
