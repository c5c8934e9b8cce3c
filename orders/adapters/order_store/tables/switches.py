"""Stop switches in a table of their own in Azure Tables.

All rows are in one partition: one row with the states of all switches, and for each change a row of
the log and a row by its ID. A change writes the three in one transaction.
"""

from itertools import islice
from typing import Final

from orders.adapters.order_store.switches import (
    change_to_text,
    log_size,
    switches_to_text,
    text_to_change,
    text_to_switches,
    texts_to_log,
)
from orders.adapters.order_store.tables.records import attempts
from orders.adapters.order_store.tables.rows import Columns, key_of
from orders.adapters.order_store.tables.service import Row, Tables
from orders.domain.switches import Switch, SwitchChange, Switches, SwitchState
from orders.ports.switches import MAX_CHANGES

TABLE: Final = "switches"
_PARTITION: Final = "switches"
#: The row with the states of all switches.
STATES: Final = "states"
#: Row keys of the log lie between these two. Their numbers fall, since rows are sorted by key.
_FIRST_KEY: Final = "log:"
_LAST_KEY: Final = "log;"
_DIGITS: Final = 9


class TableSwitchStore:
    """The stop switches of many machines."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def read(self) -> Switches:
        """Return the states of all switches."""
        return _switches_in(self._tables.get(TABLE, _PARTITION, STATES))

    def is_on(self, switch: Switch) -> bool:
        """Whether the switch is on."""
        return self.read().state(switch).is_on

    def change(self, change: SwitchChange) -> SwitchState:
        """Write the new states and the log; start again if the states have changed meanwhile."""
        for _ in attempts():
            known = self._tables.get(TABLE, _PARTITION, _key_by_id(change))
            if known is not None:
                return text_to_change(str(known.columns["change"])).state
            row = self._tables.get(TABLE, _PARTITION, STATES)
            state = _switches_in(row).state(change.switch)
            if state.is_repeated_by(change):
                return state
            if self._write(row, change):
                break
        return change.state

    def changes(self, limit: int = MAX_CHANGES) -> tuple[SwitchChange, ...]:
        """Return the latest changes, newest first."""
        rows = self._tables.rows(TABLE, _PARTITION, (_FIRST_KEY, _LAST_KEY))
        latest = islice(rows, log_size(limit))
        return texts_to_log(str(row.columns["change"]) for row in latest)

    def _write(self, row: Row | None, change: SwitchChange) -> bool:
        number = (int(row.columns["number"] or 0) if row else 0) + 1
        states: Columns = {
            "states": switches_to_text(_switches_in(row).apply(change)),
            "number": number,
        }
        entry: Columns = {"change": change_to_text(change)}
        added = {_key_in_log(number): entry, _key_by_id(change): entry}
        if row is None:
            return self._tables.insert(TABLE, _PARTITION, {STATES: states, **added})
        return self._tables.replace_and_insert(TABLE, _PARTITION, row, states, added)


def _switches_in(row: Row | None) -> Switches:
    return text_to_switches(str(row.columns["states"])) if row else Switches()


def _key_in_log(number: int) -> str:
    return f"{_FIRST_KEY}{10**_DIGITS - number:0{_DIGITS}}"


def _key_by_id(change: SwitchChange) -> str:
    return key_of(f"id:{change.change_id}")
