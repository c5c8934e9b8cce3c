"""How does a task hub look after a busy year? Finished and waiting instances, put there at once.

Real instances are run through the host first; their rows are then copied under other ids.
"""

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

_SCRATCH = "CREATE TEMP TABLE copies (number INTEGER PRIMARY KEY, name TEXT)"
#: The column that says whose row it is.
_TABLES = {"instances": "instance_id", "history": "instance_id", "messages": "target"}


def multiply(data: Path, instance_id: str, times: int) -> None:
    """Copy an instance with its history and timers, `times` times. No host may run on the data."""
    with closing(sqlite3.connect(data / "host.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute(_SCRATCH)
        connection.executemany(
            "INSERT INTO copies (name) VALUES (?)", ((uuid.uuid4().hex,) for _ in range(times))
        )
        for table, owner in _TABLES.items():
            _copy(connection, table, owner, instance_id)
        connection.execute("COMMIT")


def let_timers_come_due(data: Path) -> None:
    """As if the host had been down until after the last deadline."""
    with closing(sqlite3.connect(data / "host.sqlite3")) as connection:
        connection.execute("UPDATE messages SET due = 0 WHERE due IS NOT NULL")
        connection.commit()


def _copy(connection: sqlite3.Connection, table: str, owner: str, instance_id: str) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    fresh = {owner: "copies.name", "message_id": "t.message_id + copies.number"}
    taken = ", ".join(fresh.get(column, f"t.{column}") for column in columns)
    connection.execute(
        f"INSERT INTO {table} SELECT {taken} FROM {table} AS t, copies"  # noqa: S608 (our names)
        f" WHERE t.{owner} = ?",
        (instance_id,),
    )
