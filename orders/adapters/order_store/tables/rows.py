"""Conversion between columns and rows of Azure Tables."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from orders.adapters.order_store.columns import Columns, row_to_record
from orders.domain.order_record import OrderRecord

#: A text may have 64 KiB, and a character has two or four bytes.
_MAX_TEXT_LENGTH: Final = 16_000
#: Separates the name of a column and the number of a further part of its text.
_PART: Final = "__"

#: Values of columns that were never written; all others are None.
_DEFAULTS: Final[Columns] = {
    "runs": 0,
    "resolutions": "[]",
    "recovery_attempts": 0,
    "refunds": "[]",
}

_KEYS: Final = frozenset({"PartitionKey", "RowKey"})
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:-]{1,120}")


def key_of(text: str) -> str:
    """Return the text as a key; keys are short and do not allow every character."""
    return text if _PLAIN.fullmatch(text) else "~" + hashlib.sha256(text.encode()).hexdigest()


def to_entity(partition: str, key: str, columns: Columns) -> dict[str, Any]:
    """Return the columns as an entity: without empty ones, long texts in parts."""
    entity: dict[str, Any] = {"PartitionKey": partition, "RowKey": key}
    for name, value in columns.items():
        if isinstance(value, str):
            entity |= _parts(name, value)
        elif value is not None:
            entity[name] = value
    return entity


def to_columns(entity: Mapping[str, Any]) -> Columns:
    """Return the columns of an entity."""
    whole = {name: value for name, value in entity.items() if _PART not in name}
    parts = sorted(name.rpartition(_PART) for name in entity if _PART in name)
    for column, _, number in parts:
        whole[column] += entity[column + _PART + number]
    return {name: value for name, value in whole.items() if name not in _KEYS}


def columns_to_record(columns: Columns) -> OrderRecord:
    """Return the record in the columns."""
    return row_to_record(_RowWithDefaults(columns))


class _RowWithDefaults:
    """Columns with values for those that were never written."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def __getitem__(self, column: str, /) -> str | int | None:
        return self._columns.get(column, _DEFAULTS.get(column))


def _parts(name: str, text: str) -> dict[str, str]:
    starts = range(0, max(len(text), 1), _MAX_TEXT_LENGTH)
    return {
        name if not start else f"{name}{_PART}{number:02}": text[start : start + _MAX_TEXT_LENGTH]
        for number, start in enumerate(starts)
    }
