"""Stock changes in a table of their own in Azure Tables.

All rows are in one partition. A change has a row by its ID and, while it is open, a row by its
time; both are written in one transaction. The answer is a row of its own, written in one
transaction with the total of the product, so that a total counts each change once.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from itertools import islice
from typing import Final

from orders.adapters.order_store.stock_changes import (
    change_to_text,
    text_to_change,
    texts_to_changes,
)
from orders.adapters.order_store.tables.records import attempts
from orders.adapters.order_store.tables.rows import Columns, key_of
from orders.adapters.order_store.tables.service import Row, Tables
from orders.domain.errors import StockChangeNotFoundError
from orders.domain.stock import StockLevel
from orders.domain.stock_changes import StockChange
from orders.ports.stock_changes import MAX_OPEN_CHANGES

TABLE: Final = "stockchanges"
_PARTITION: Final = "changes"
#: Row keys of open changes and of totals lie between these.
_OPEN: Final = ("open:", "open;")
_TOTALS: Final = ("total:", "total;")


class TableStockChangeStore:
    """The stock changes of many machines."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def place(self, change: StockChange) -> StockChange:
        """Store a new change as open, or return the stored one with its ID."""
        rows: dict[str, Columns] = {
            _key_by_id(change.change_id): {"change": change_to_text(change)},
            _key_of_open(change): {"change_id": change.change_id},
        }
        for _ in attempts():
            stored = self.find(change.change_id)
            if stored is not None:
                return stored
            if self._tables.insert(TABLE, _PARTITION, rows):
                break
        return change

    def find(self, change_id: str) -> StockChange | None:
        """Return the change."""
        text = self._text(change_id)
        return text_to_change(text) if text else None

    def store_answer(self, change_id: str, answer: StockLevel) -> StockLevel:
        """Store the first answer; start again if the product's total has changed meanwhile."""
        for _ in attempts():
            stored = self.find(change_id)
            if stored is None:
                raise StockChangeNotFoundError
            if stored.answer is not None:
                return stored.answer
            if self._write(replace(stored, answer=answer)):
                break
        return answer

    def open_changes(self, limit: int = MAX_OPEN_CHANGES) -> tuple[StockChange, ...]:
        """Return open changes, oldest first."""
        rows = islice(self._tables.rows(TABLE, _PARTITION, _OPEN), limit)
        texts = [self._text(str(row.columns["change_id"])) for row in rows]
        return texts_to_changes(text for text in texts if text)

    def close(self, change: StockChange) -> None:
        """Record that nothing remains to be done for the change."""
        row = self._tables.get(TABLE, _PARTITION, _key_of_open(change))
        if row is not None:
            self._tables.delete(TABLE, _PARTITION, row)

    def totals(self) -> Mapping[str, int]:
        """Return the sum of all applied changes of each product."""
        rows = self._tables.rows(TABLE, _PARTITION, _TOTALS)
        return {str(row.columns["sku"]): _units(row) for row in rows}

    def _text(self, change_id: str) -> str | None:
        answered = self._tables.get(TABLE, _PARTITION, _key_of_answer(change_id))
        row = answered or self._tables.get(TABLE, _PARTITION, _key_by_id(change_id))
        return str(row.columns["change"]) if row else None

    def _write(self, change: StockChange) -> bool:
        key = f"{_TOTALS[0]}{key_of(change.sku)}"
        row = self._tables.get(TABLE, _PARTITION, key)
        total: Columns = {"sku": change.sku, "units": _units(row) + change.applied}
        text: Columns = {"change": change_to_text(change)}
        answer = {_key_of_answer(change.change_id): text}
        if row is None:
            return self._tables.insert(TABLE, _PARTITION, {key: total, **answer})
        return self._tables.replace_and_insert(TABLE, _PARTITION, row, total, answer)


def _units(row: Row | None) -> int:
    return int(row.columns["units"] or 0) if row else 0


def _key_by_id(change_id: str) -> str:
    return f"id:{key_of(change_id)}"


def _key_of_answer(change_id: str) -> str:
    return f"answer:{key_of(change_id)}"


def _key_of_open(change: StockChange) -> str:
    time = change.requested_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
    return f"{_OPEN[0]}{time}:{key_of(change.change_id)}"
