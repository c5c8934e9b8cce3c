"""Stop switches in a table of the order store's file.

The log of changes is all that is kept: the state of a switch is that of its latest change.
"""

import sqlite3
from pathlib import Path
from typing import Final

from orders.adapters.order_store.switches import (
    change_to_text,
    log_size,
    text_to_change,
    texts_to_log,
)
from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import StoreUnavailableError
from orders.domain.switches import Switch, SwitchChange, Switches, SwitchState
from orders.ports.switches import MAX_CHANGES

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS switch_changes (
    number    INTEGER PRIMARY KEY,
    change_id TEXT NOT NULL UNIQUE,
    switch    TEXT NOT NULL,
    change    TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS changes_by_switch ON switch_changes (switch, number);
"""
_SCHEMA: Final = Schema(part="switches", versions=(_TABLES,))

_LATEST: Final = "SELECT change FROM switch_changes WHERE switch = ? ORDER BY number DESC LIMIT 1"
_BY_ID: Final = "SELECT change FROM switch_changes WHERE change_id = ?"
_LOG: Final = "SELECT change FROM switch_changes ORDER BY number DESC LIMIT ?"
_INSERT: Final = "INSERT INTO switch_changes (change_id, switch, change) VALUES (?, ?, ?)"


class SqliteSwitchStore:
    """The stop switches of one machine."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _SCHEMA, StoreUnavailableError)

    def read(self) -> Switches:
        """Return the states of all switches."""
        with self._database.reading() as connection:
            return Switches(**{switch.value: _state(connection, switch) for switch in Switch})

    def is_on(self, switch: Switch) -> bool:
        """Whether the switch is on."""
        with self._database.reading() as connection:
            return _state(connection, switch).is_on

    def change(self, change: SwitchChange) -> SwitchState:
        """Log the change in one transaction, unless it is logged."""
        with self._database.writing() as connection:
            known = connection.execute(_BY_ID, (change.change_id,)).fetchone()
            if known is not None:
                return text_to_change(known["change"]).state
            state = _state(connection, change.switch)
            if state.is_repeated_by(change):
                return state
            row = (change.change_id, change.switch.value, change_to_text(change))
            connection.execute(_INSERT, row)
            return change.state

    def changes(self, limit: int = MAX_CHANGES) -> tuple[SwitchChange, ...]:
        """Return the latest changes, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_LOG, (log_size(limit),)).fetchall()
        return texts_to_log(row["change"] for row in rows)


def _state(connection: sqlite3.Connection, switch: Switch) -> SwitchState:
    row = connection.execute(_LATEST, (switch.value,)).fetchone()
    return text_to_change(row["change"]).state if row else SwitchState()
