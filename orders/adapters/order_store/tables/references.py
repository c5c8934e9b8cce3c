"""Partner references in the order's partition of Azure Tables."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from orders.adapters.order_store.tables.lists import LISTS
from orders.adapters.order_store.tables.records import TABLE, attempts
from orders.adapters.order_store.tables.rows import Columns, key_of
from orders.adapters.order_store.tables.service import Row, Tables
from orders.ports.partner_references import PartnerReference

#: Row keys of references lie between these two.
_FIRST_KEY: Final = "reference:"
_LAST_KEY: Final = "reference;"


class TablePartnerReferences:
    """The references at one partner: a row in each order's partition."""

    def __init__(self, tables: Tables, partner: str) -> None:
        self._tables = tables
        self._partner = partner

    def find(self, key: str) -> PartnerReference:
        """Return the reference; an empty one if nothing is stored."""
        return _to_reference(self._tables.get(TABLE, *self._row_position(key)))

    def stored_keys(self) -> Iterator[str]:
        """Return the keys that have a partner ID, from a list for each partner."""
        rows = self._tables.rows(LISTS, self._partner)
        return (str(row.columns["key"]) for row in rows)

    def store(self, key: str, partner_id: str) -> PartnerReference:
        """Store the partner's ID, unless there is one."""
        # The list comes first: what is listed was done, even if storing its ID fails.
        self._tables.upsert(LISTS, self._partner, {key_of(key): {"key": key}})
        return self._update(key, lambda ref: replace(ref, partner_id=ref.partner_id or partner_id))

    def leave_tombstone(self, key: str) -> PartnerReference:
        """Record that the order was undone."""
        return self._update(key, lambda ref: replace(ref, has_tombstone=True))

    def next_attempt(self, key: str, after: int) -> None:
        """Use other idempotency keys than those of attempt `after`."""
        self._update(key, lambda ref: replace(ref, attempt=max(ref.attempt, after + 1)))

    def _update(
        self, key: str, change: Callable[[PartnerReference], PartnerReference]
    ) -> PartnerReference:
        partition, row_key = self._row_position(key)
        for _ in attempts():
            row = self._tables.get(TABLE, partition, row_key)
            changed = change(_to_reference(row))
            if changed == _to_reference(row):
                break
            columns = self._to_columns(key, changed)
            if row is None and self._tables.insert(TABLE, partition, {row_key: columns}):
                break
            if row is not None and self._tables.replace(TABLE, partition, row, columns):
                break
        return changed

    def _to_columns(self, key: str, reference: PartnerReference) -> Columns:
        return {
            "partner": self._partner,
            "key": key,
            "partner_id": reference.partner_id,
            "tombstone": int(reference.has_tombstone),
            "attempt": reference.attempt,
        }

    def _row_position(self, key: str) -> tuple[str, str]:
        order_id, _, which = key.partition(":")
        return key_of(order_id), f"{_FIRST_KEY}{self._partner}:{key_of(which) if which else ''}"


def delete_references(tables: Tables, order_id: str) -> None:
    """Delete an order's references from the lists of the partners."""
    for row in tables.rows(TABLE, key_of(order_id), (_FIRST_KEY, _LAST_KEY)):
        partner, row_key = str(row.columns["partner"]), key_of(str(row.columns["key"]))
        listed = tables.get(LISTS, partner, row_key)
        if listed is not None:
            tables.delete(LISTS, partner, listed)


def _to_reference(row: Row | None) -> PartnerReference:
    if row is None:
        return PartnerReference()
    return PartnerReference(
        partner_id=str(row.columns["partner_id"]) if "partner_id" in row.columns else None,
        has_tombstone=bool(row.columns["tombstone"]),
        attempt=int(row.columns["attempt"] or 1),
    )
