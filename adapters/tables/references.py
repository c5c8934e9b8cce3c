"""References to a partner, in the order's partition of Azure Tables."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from adapters.book.changes import Columns
from adapters.tables.lists import LISTS
from adapters.tables.orders import TABLE, attempts
from adapters.tables.rows import key_of
from adapters.tables.service import Row, Tables
from ports.references import Reference

#: How the keys of an order's references begin.
_OF_PARTNERS: Final = "reference:"
_BEHIND_THEM: Final = "reference;"


class TableReferences:
    """What the order book knows of one partner: a row in each order's partition."""

    def __init__(self, tables: Tables, partner: str) -> None:
        self._tables = tables
        self._partner = partner

    def find(self, order_id: str) -> Reference:
        """What is written of this order."""
        row = self._tables.get(TABLE, *self._place(order_id))
        return _reference(row)

    def kept(self) -> Iterator[str]:
        """The orders that have a partner's id: a list for each partner."""
        rows = self._tables.rows(LISTS, self._partner)
        return (str(row.columns["order_id"]) for row in rows)

    def keep(self, order_id: str, partner_id: str) -> Reference:
        """Write the partner's id down, unless there is one."""
        # The list first: what is listed was done, whether or not its id could be written.
        self._tables.upsert(LISTS, self._partner, {key_of(order_id): {"order_id": order_id}})
        return self._set(
            order_id, lambda stands: replace(stands, partner_id=stands.partner_id or partner_id)
        )

    def withdraw(self, order_id: str) -> Reference:
        """Write down that the order is withdrawn."""
        return self._set(order_id, lambda stands: replace(stands, withdrawn=True))

    def next_attempt(self, order_id: str, after: int) -> None:
        """Use other keys than those of the attempt `after`."""
        self._set(order_id, lambda stands: replace(stands, attempt=max(stands.attempt, after + 1)))

    def _set(self, order_id: str, change: Callable[[Reference], Reference]) -> Reference:
        partition, key = self._place(order_id)
        for _ in attempts():
            row = self._tables.get(TABLE, partition, key)
            changed = change(_reference(row))
            if changed == _reference(row):
                break
            columns = self._columns(order_id, changed)
            if row is None and self._tables.insert(TABLE, partition, {key: columns}):
                break
            if row is not None and self._tables.replace(TABLE, partition, row, columns):
                break
        return changed

    def _columns(self, order_id: str, reference: Reference) -> Columns:
        return {
            "partner": self._partner,
            "order_id": order_id,
            "partner_id": reference.partner_id,
            "withdrawn": int(reference.withdrawn),
            "attempt": reference.attempt,
        }

    def _place(self, order_id: str) -> tuple[str, str]:
        # An order may have several dealings with a partner, told apart behind a colon.
        order, _, which = order_id.partition(":")
        return key_of(order), f"{_OF_PARTNERS}{self._partner}:{key_of(which) if which else ''}"


def forget_references(tables: Tables, order_id: str) -> None:
    """Take an order that is to be forgotten out of the lists of what is kept."""
    for row in tables.rows(TABLE, key_of(order_id), (_OF_PARTNERS, _BEHIND_THEM)):
        partner, key = str(row.columns["partner"]), key_of(str(row.columns["order_id"]))
        kept = tables.get(LISTS, partner, key)
        if kept is not None:
            tables.delete(LISTS, partner, kept)


def _reference(row: Row | None) -> Reference:
    if row is None:
        return Reference()
    return Reference(
        partner_id=str(row.columns["partner_id"]) if "partner_id" in row.columns else None,
        withdrawn=bool(row.columns["withdrawn"]),
        attempt=int(row.columns["attempt"] or 1),
    )
