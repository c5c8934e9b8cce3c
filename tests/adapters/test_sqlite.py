"""Do many threads share one file without losing a write?"""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from orders.adapters.order_store.sqlite import database as sqlite
from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import StoreUnavailableError

FIRST = "CREATE TABLE IF NOT EXISTS counts (n INTEGER NOT NULL);\n"
SECOND = "ALTER TABLE counts ADD COLUMN unit TEXT NOT NULL DEFAULT 'pieces';\n"
SCHEMA = Schema(part="counts", versions=(FIRST,))
NEWER = Schema(part="counts", versions=(FIRST, SECOND))


def a_database(path: Path, schema: Schema = SCHEMA) -> Database:
    """A database with one table."""
    return Database(path / "new" / "folder" / "counts.sqlite3", schema, StoreUnavailableError)


def test_no_write_of_many_threads_is_lost(tmp_path: Path) -> None:
    """Each of them reads, adds one and writes, and all of it adds up."""
    database = a_database(tmp_path)
    with database.writing() as connection:
        connection.execute("INSERT INTO counts VALUES (0)")

    def count(_: int) -> None:
        with database.writing() as connection:
            (n,) = connection.execute("SELECT n FROM counts").fetchone()
            connection.execute("UPDATE counts SET n = ?", (n + 1,))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(100)))

    with database.reading() as connection:
        assert connection.execute("SELECT n FROM counts").fetchone()[0] == 100


def test_nobody_else_on_the_machine_reads_the_file(tmp_path: Path) -> None:
    """Nor its log: both hold names and addresses."""
    database = a_database(tmp_path)
    with database.writing() as connection:
        connection.execute("INSERT INTO counts VALUES (0)")
        files = list((tmp_path / "new" / "folder").iterdir())

        assert len(files) > 1
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_what_fails_half_way_is_not_written(tmp_path: Path) -> None:
    """An error inside a transaction takes back what the transaction wrote, and stays what it is."""
    database = a_database(tmp_path)

    def write_and_fail() -> None:
        with database.writing() as connection:
            connection.execute("INSERT INTO counts VALUES (1)")
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()

    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM counts").fetchone()[0] == 0


def test_a_power_cut_loses_no_commit(tmp_path: Path) -> None:
    """The file is in WAL mode and every commit is synced."""
    with a_database(tmp_path).reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_a_folder_that_cannot_be_made_counts_as_unavailable(tmp_path: Path) -> None:
    """Whoever calls sees our own error, with the cause behind it."""
    (tmp_path / "new").write_text("a file in the way")

    with pytest.raises(StoreUnavailableError) as caught:
        ExitStack().enter_context(a_database(tmp_path).reading())

    assert isinstance(caught.value.__cause__, OSError)


def test_sqlite_errors_do_not_leave_the_adapter(tmp_path: Path) -> None:
    """They are translated too."""
    with (
        pytest.raises(StoreUnavailableError) as caught,
        a_database(tmp_path).reading() as connection,
    ):
        connection.execute("SELECT * FROM nowhere")

    assert isinstance(caught.value.__cause__, sqlite3.Error)


def test_a_file_that_is_no_database_counts_as_unavailable(tmp_path: Path) -> None:
    """Also when the very first connection fails."""
    path = tmp_path / "junk.sqlite3"
    path.write_bytes(b"not a database" * 100)

    with pytest.raises(StoreUnavailableError):
        ExitStack().enter_context(Database(path, SCHEMA, StoreUnavailableError).reading())


def test_a_writer_that_waited_too_long_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its caller sees a fault and tries again later."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.05)
    slow, waiting = a_database(tmp_path), a_database(tmp_path)

    with waiting.reading() as connection:
        assert not connection.execute("SELECT * FROM counts").fetchall()
    with slow.writing(), pytest.raises(StoreUnavailableError, match="locked"):
        ExitStack().enter_context(waiting.writing())


class Busy:
    """A connection to a file that another process is switching to WAL, too."""

    def __init__(self, *, refusals: int) -> None:
        self.refusals = refusals

    def execute(self, _: str) -> None:
        """Refuse as SQLite does, whatever the busy timeout is."""
        self.refusals -= 1
        if self.refusals >= 0:
            raise sqlite3.OperationalError("database is locked")


def test_a_file_that_another_process_is_making_is_waited_for() -> None:
    """Two processes that start at once both switch the new file to WAL."""
    busy = Busy(refusals=3)

    sqlite._use_wal(busy)  # type: ignore[arg-type]

    assert busy.refusals == -1


def test_a_file_that_stays_locked_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the busy timeout it counts as a fault."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.02)

    with pytest.raises(sqlite3.OperationalError):
        sqlite._use_wal(Busy(refusals=10**6))  # type: ignore[arg-type]


def units(database: Database) -> list[str]:
    """The units of all counts."""
    with database.reading() as connection:
        return [row["unit"] for row in connection.execute("SELECT unit FROM counts")]


def test_a_file_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """What stood in it stays, and what is new has its default."""
    with a_database(tmp_path).writing() as connection:
        connection.execute("INSERT INTO counts VALUES (1)")

    assert units(a_database(tmp_path, NEWER)) == ["pieces"]
    assert units(a_database(tmp_path, NEWER)) == ["pieces"]


def test_a_file_from_before_there_were_versions_is_brought_up_to_date(tmp_path: Path) -> None:
    """It has the tables of the first version, and says nothing about versions."""
    with a_database(tmp_path).writing() as connection:
        connection.execute("INSERT INTO counts VALUES (1)")
        connection.execute("DROP TABLE schema_versions")

    assert units(a_database(tmp_path, NEWER)) == ["pieces"]


def test_an_older_program_goes_on_with_a_newer_file(tmp_path: Path) -> None:
    """Versions only add, so a step back loses nothing."""
    with a_database(tmp_path, NEWER).writing() as connection:
        connection.execute("INSERT INTO counts VALUES (1, 'boxes')")
    with a_database(tmp_path).writing() as connection:
        connection.execute("INSERT INTO counts (n) VALUES (2)")

    assert units(a_database(tmp_path, NEWER)) == ["boxes", "pieces"]


def test_many_that_come_at_once_bring_a_file_up_to_date_once(tmp_path: Path) -> None:
    """Each worker process opens the file when the app starts."""
    with a_database(tmp_path).writing() as connection:
        connection.execute("INSERT INTO counts VALUES (1)")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: units(a_database(tmp_path, NEWER)), range(16)))

    assert found == [["pieces"]] * 16
