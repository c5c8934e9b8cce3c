"""How does a task hub look after a busy year? Finished and waiting instances, put there at once.

Real instances are run through the host first; their rows are then copied under other ids.
"""

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

_SCRATCH = "CREATE TEMP TABLE copies (name TEXT)"


def multiply(data: Path, instance_id: str, times: int) -> None:
    """Copy an instance with its whole history, `times` times. No host may run on the folder."""
    with closing(sqlite3.connect(data / "host.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute(_SCRATCH)
        connection.executemany(
            "INSERT INTO copies VALUES (?)", ((uuid.uuid4().hex,) for _ in range(times))
        )
        for table in ("instances", "history"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            taken = ", ".join("copies.name" if c == "instance_id" else f"t.{c}" for c in columns)
            connection.execute(
                f"INSERT INTO {table} SELECT {taken} FROM {table} AS t, copies"  # noqa: S608 (our names)
                " WHERE t.instance_id = ?",
                (instance_id,),
            )
        connection.execute("COMMIT")
