"""How do many threads and processes share one SQLite file without losing a write?

WAL lets readers go on while somebody writes; `synchronous=FULL` makes a commit survive a power cut;
every write transaction is IMMEDIATE, so that it waits its turn at the start instead of failing
half-way.
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
from typing import Final

from orders.domain.errors import UnavailableError

#: How long a write waits for its turn before it counts as a fault.
BUSY_TIMEOUT_SECONDS: Final = 10.0

_VERSIONS: Final = (
    "CREATE TABLE IF NOT EXISTS schema_versions"
    " (part TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (part, version)) STRICT"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Tables that belong together, and how they came to be as they are."""

    #: Which of the file's parts this is.
    part: str
    #: What each version adds: statements, each of which ends with its line. A version that was ever
    #: used is never changed, and only adds, so that an older program can go on with the file.
    versions: tuple[str, ...]


class Database:
    """One SQLite file. Connections are opened at first use and lent to one thread at a time."""

    def __init__(self, path: Path, schema: Schema, unavailable: type[UnavailableError]) -> None:
        self._path = path
        self._schema = schema
        self._unavailable = unavailable
        self._idle: deque[sqlite3.Connection] = deque()
        self._prepared = False
        self._preparing = Lock()
        # Whoever lets go of the database lets go of the file.
        weakref.finalize(self, _close_all, self._idle)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees everything committed before it and is committed at the end."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A consistent view that waits for nobody."""
        with self._transaction("BEGIN") as connection:
            yield connection

    def scrub(self) -> None:
        """Let nothing of what was deleted stand in the file's log either."""
        try:
            connection = self._borrow()
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                self._idle.append(connection)
        except (sqlite3.Error, OSError) as error:
            raise self._unavailable(f"{self._path.name}: {error}") from error

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        # Only SQLite's and the file system's words are translated: an error of the caller stays
        # what it is.
        try:
            connection = self._borrow()
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._idle.append(connection)
        except (sqlite3.Error, OSError) as error:
            raise self._unavailable(f"{self._path.name}: {error}") from error

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        with self._preparing:  # the first connection makes the file and its tables
            if not self._prepared:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.touch(mode=0o600)  # it is about people, and so is its log
            connection = sqlite3.connect(
                self._path,
                timeout=BUSY_TIMEOUT_SECONDS,
                isolation_level=None,
                check_same_thread=False,  # lent to one thread at a time
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
        connection.execute("PRAGMA secure_delete = ON")  # erased is erased, not only unlinked
        if not self._prepared:
            _bring_up_to_date(connection, self._schema)
            self._prepared = True


def _bring_up_to_date(connection: sqlite3.Connection, schema: Schema) -> None:
    # In one transaction: of several processes that come at once, one does it, and a crash leaves
    # the file as it was.
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
    # Two processes that make the same new file meet here, and SQLite's own busy timeout does not
    # cover this switch.
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
