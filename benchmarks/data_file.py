"""Changes to a data file between two runs of the host: copies of instances, expired timers, states.

The copied instances have run on the host, so that their rows are real.
"""

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

FILE_NAME = "host.sqlite3"
_CREATE_COPIES = "CREATE TEMP TABLE copies (number INTEGER PRIMARY KEY, name TEXT)"
#: The tables with rows of an instance, and the column that holds its ID.
_ID_COLUMNS = {"instances": "instance_id", "history": "instance_id", "messages": "target"}


def copy_instance(data: Path, instance_id: str, count: int) -> None:
    """Add `count` copies of an instance with its history and timers."""
    with closing(sqlite3.connect(data / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute(_CREATE_COPIES)
        connection.executemany(
            "INSERT INTO copies (name) VALUES (?)", ((uuid.uuid4().hex,) for _ in range(count))
        )
        for table, id_column in _ID_COLUMNS.items():
            _copy_rows(connection, table, id_column, instance_id)
        connection.execute("COMMIT")


def expire_timers(data: Path) -> None:
    """Let all timers be due, as after a long downtime."""
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        connection.execute("UPDATE messages SET due = 0 WHERE due IS NOT NULL")
        connection.commit()


def replace_state(data: Path, entity_id: str, state: str) -> None:
    """Replace the state of an entity that has had an operation."""
    update = "UPDATE entities SET state = ? WHERE entity_id = ?"
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        if connection.execute(update, (state, entity_id)).rowcount != 1:
            raise RuntimeError(f"the data file has no entity {entity_id}")


def count_running(data: Path) -> int:
    """Return the number of running instances; the host may run meanwhile."""
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        rows = connection.execute("SELECT count(*) FROM instances WHERE status = 'Running'")
        return int(rows.fetchone()[0])


def _copy_rows(
    connection: sqlite3.Connection, table: str, id_column: str, instance_id: str
) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    replaced = {id_column: "copies.name", "message_id": "t.message_id + copies.number"}
    values = ", ".join(replaced.get(column, f"t.{column}") for column in columns)
    connection.execute(
        f"INSERT INTO {table} SELECT {values} FROM {table} AS t, copies"  # noqa: S608 - constant names
        f" WHERE t.{id_column} = ?",
        (instance_id,),
    )
