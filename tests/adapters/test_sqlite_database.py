"""SQLite file: concurrent writes, durability, errors and schema versions."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from orders.adapters import sqlite_database
from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import StoreUnavailableError

FIRST = "CREATE TABLE IF NOT EXISTS counts (n INTEGER NOT NULL);\n"
SECOND = "ALTER TABLE counts ADD COLUMN unit TEXT NOT NULL DEFAULT 'pieces';\n"
SCHEMA = Schema(part="counts", versions=(FIRST,))
NEWER = Schema(part="counts", versions=(FIRST, SECOND))


class BusyConnection:
    """A connection to a file that another process is switching to WAL."""

    def __init__(self, *, refusals: int) -> None:
        self.refusals = refusals

    def execute(self, _: str) -> None:
        """Refuse as SQLite does, whatever the busy timeout is."""
        self.refusals -= 1
        if self.refusals >= 0:
            raise sqlite3.OperationalError("database is locked")


def a_database(path: Path, schema: Schema = SCHEMA) -> Database:
    """Return a database with one table."""
    return Database(path / "new" / "folder" / "counts.sqlite3", schema, StoreUnavailableError)


def units(database: Database) -> list[str]:
    """Return the units of all counts."""
    with database.reading() as connection:
        return [row["unit"] for row in connection.execute("SELECT unit FROM counts")]


def test_concurrent_writes_are_not_lost(tmp_path: Path) -> None:
    """Each of them reads, adds one and writes."""
    database = a_database(tmp_path)
    with database.writing() as connection:
        connection.execute("INSERT INTO counts VALUES (0)")

    def add_one(_: int) -> None:
        with database.writing() as connection:
            (n,) = connection.execute("SELECT n FROM counts").fetchone()
            connection.execute("UPDATE counts SET n = ?", (n + 1,))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(100)))

    with database.reading() as connection:
        assert connection.execute("SELECT n FROM counts").fetchone()[0] == 100


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    """The file and its log hold personal data."""
    database = a_database(tmp_path)
    with database.writing() as connection:
        connection.execute("INSERT INTO counts VALUES (0)")
        files = list((tmp_path / "new" / "folder").iterdir())

        assert len(files) > 1
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_failed_transaction_writes_nothing(tmp_path: Path) -> None:
    """The error of the caller is not translated."""
    database = a_database(tmp_path)

    def write_and_fail() -> None:
        with database.writing() as connection:
            connection.execute("INSERT INTO counts VALUES (1)")
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()

    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM counts").fetchone()[0] == 0


def test_commits_survive_a_power_cut(tmp_path: Path) -> None:
    """The file is in WAL mode, and every commit is synced."""
    with a_database(tmp_path).reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_folder_that_cannot_be_created_is_unavailable(tmp_path: Path) -> None:
    """The error has its cause."""
    (tmp_path / "new").write_text("a file with this name")

    with pytest.raises(StoreUnavailableError) as raised:
        ExitStack().enter_context(a_database(tmp_path).reading())

    assert isinstance(raised.value.__cause__, OSError)


def test_sqlite_error_is_translated(tmp_path: Path) -> None:
    """The error has its cause."""
    with (
        pytest.raises(StoreUnavailableError) as raised,
        a_database(tmp_path).reading() as connection,
    ):
        connection.execute("SELECT * FROM missing")

    assert isinstance(raised.value.__cause__, sqlite3.Error)


def test_file_that_is_not_a_database_is_unavailable(tmp_path: Path) -> None:
    """The first connection fails."""
    path = tmp_path / "other.sqlite3"
    path.write_bytes(b"not a database" * 100)

    with pytest.raises(StoreUnavailableError):
        ExitStack().enter_context(Database(path, SCHEMA, StoreUnavailableError).reading())


def test_scrub_says_whether_the_log_is_empty(tmp_path: Path) -> None:
    """It is not while a reader sees what was there before; writers then wait as long as always."""
    database = a_database(tmp_path)
    with database.writing() as connection:
        connection.execute("INSERT INTO counts VALUES (4711)")
    with database.reading() as reader:
        reader.execute("SELECT * FROM counts").fetchall()
        while_reading = database.scrub()

    log = tmp_path / "new" / "folder" / "counts.sqlite3-wal"
    assert (while_reading, log.stat().st_size > 0) == (False, True)
    assert (database.scrub(), log.stat().st_size) == (True, 0)
    with database.reading() as connection:
        assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 10_000


def test_scrub_of_an_unavailable_file_is_translated(tmp_path: Path) -> None:
    """It raises like a transaction."""
    (tmp_path / "new").write_text("a file with this name")

    with pytest.raises(StoreUnavailableError):
        a_database(tmp_path).scrub()


def test_writer_that_waits_too_long_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller retries later; the other writer is in this process."""
    monkeypatch.setattr(sqlite_database, "BUSY_TIMEOUT_SECONDS", 0.05)
    slow, waiting = a_database(tmp_path), a_database(tmp_path)

    with waiting.reading() as connection:
        assert not connection.execute("SELECT * FROM counts").fetchall()
    with slow.writing(), pytest.raises(StoreUnavailableError, match="too many writers"):
        ExitStack().enter_context(waiting.writing())


def test_writer_that_waits_too_long_for_another_process_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's own lock is the one that processes share."""
    monkeypatch.setattr(sqlite_database, "BUSY_TIMEOUT_SECONDS", 0.05)
    database = a_database(tmp_path)
    with database.writing():
        path = tmp_path / "new" / "folder" / "counts.sqlite3"

    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match="locked"), database.writing():
            pass


def test_switch_to_wal_waits_for_another_process() -> None:
    """Two processes that start together both switch the new file to WAL."""
    connection = BusyConnection(refusals=3)

    sqlite_database._use_wal(connection)  # type: ignore[arg-type]

    assert connection.refusals == -1


def test_switch_to_wal_fails_after_the_busy_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait forever."""
    monkeypatch.setattr(sqlite_database, "BUSY_TIMEOUT_SECONDS", 0.02)

    with pytest.raises(sqlite3.OperationalError):
        sqlite_database._use_wal(BusyConnection(refusals=10**6))  # type: ignore[arg-type]


def test_file_of_an_older_version_is_upgraded(tmp_path: Path) -> None:
    """Its rows are kept, and new columns have their default."""
    with a_database(tmp_path).writing() as connection:
        connection.execute("INSERT INTO counts VALUES (1)")

    assert units(a_database(tmp_path, NEWER)) == ["pieces"]
    assert units(a_database(tmp_path, NEWER)) == ["pieces"]


def test_file_without_recorded_versions_is_upgraded(tmp_path: Path) -> None:
    """It has the tables of the first version."""
    with a_database(tmp_path).writing() as connection:
        connection.execute("INSERT INTO counts VALUES (1)")
        connection.execute("DROP TABLE schema_versions")

    assert units(a_database(tmp_path, NEWER)) == ["pieces"]


def test_file_of_a_newer_version_is_usable(tmp_path: Path) -> None:
    """Versions only add, so an older program loses nothing."""
    with a_database(tmp_path, NEWER).writing() as connection:
        connection.execute("INSERT INTO counts VALUES (1, 'boxes')")
    with a_database(tmp_path).writing() as connection:
        connection.execute("INSERT INTO counts (n) VALUES (2)")

    assert units(a_database(tmp_path, NEWER)) == ["boxes", "pieces"]


def test_concurrent_processes_upgrade_once(tmp_path: Path) -> None:
    """Each worker process opens the file when the app starts."""
    with a_database(tmp_path).writing() as connection:
        connection.execute("INSERT INTO counts VALUES (1)")
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: units(a_database(tmp_path, NEWER)), range(16)))

    assert results == [["pieces"]] * 16
