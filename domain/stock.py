"""How many units of an article are there, and whose are they?

Nothing is oversold: a unit is available, reserved for one order, or sold. Every operation may be
repeated, and an operation that comes late finds what was decided: a released reservation is never
made again, a sold one never released.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from domain.answers import Reservation
from domain.outcome import Reason

#: Changes by hand that are remembered, so that a repeated one changes nothing.
REMEMBERED_CHANGES: Final = 100


class Share(StrEnum):
    """What an order's units are."""

    #: Held for the order.
    RESERVED = "reserved"
    #: Given back, or never taken; nothing is reserved for this order any more.
    RELEASED = "released"
    #: The order's for good.
    SOLD = "sold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An order's units."""

    quantity: int
    share: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Units that came or went by hand; `key` makes repeating it harmless."""

    key: str
    units: int
    #: Why, in words for the ledger: a delivery, breakage, a count.
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The stock of one article."""

    available: int
    reserved: int = 0
    sold: int = 0
    #: By order id; kept until the order is purged.
    entries: Mapping[str, Entry] = field(default_factory=dict)
    #: The latest changes by hand, oldest first.
    changes: tuple[Change, ...] = ()
    #: What it began with, and what all changes by hand came to since.
    opening: int = 0
    changed: int = 0
    #: Units sold to orders whose entries were dropped.
    sold_before: int = 0

    @classmethod
    def opened(cls, balance: int) -> Stock:
        """The stock of an article that nobody touched."""
        return cls(available=balance, opening=balance)

    @property
    def on_hand(self) -> int:
        """Units on the shelf, reserved or not."""
        return self.available + self.reserved

    def reserve(self, order_id: str, quantity: int) -> tuple[Stock, Reservation]:
        """Hold units for an order, all or none; a repetition is answered as the first time."""
        entry = self.entries.get(order_id)
        if entry is not None:
            withdrawn = entry.share is Share.RELEASED
            reason = Reason.WITHDRAWN if withdrawn else None
            return self, Reservation(reserved=not withdrawn, reason=reason)
        if quantity > self.available:
            # No mark: a later try may find more.
            return self, Reservation(reserved=False, reason=Reason.OUT_OF_STOCK)
        entry = Entry(quantity=quantity, share=Share.RESERVED)
        return self._moved(order_id, entry, available=-quantity, reserved=quantity), Reservation(
            reserved=True
        )

    def release(self, order_id: str) -> Stock:
        """Give an order's units back. Where none are held it leaves a mark against a late hold."""
        entry = self.entries.get(order_id)
        if entry is None:
            return self._moved(order_id, Entry(quantity=0, share=Share.RELEASED))
        if entry.share is not Share.RESERVED:
            return self
        released = replace(entry, share=Share.RELEASED)
        return self._moved(order_id, released, available=entry.quantity, reserved=-entry.quantity)

    def commit(self, order_id: str) -> tuple[Stock, Reservation]:
        """Sell the held units; without a hold nothing is sold, and the answer says so."""
        entry = self.entries.get(order_id)
        if entry is None or entry.share is Share.RELEASED:
            return self, Reservation(reserved=False, reason=Reason.WITHDRAWN)
        if entry.share is Share.SOLD:
            return self, Reservation(reserved=True)
        entry = replace(entry, share=Share.SOLD)
        moved = self._moved(order_id, entry, reserved=-entry.quantity, sold=entry.quantity)
        return moved, Reservation(reserved=True)

    def change(self, change: Change) -> tuple[Stock, bool]:
        """Add or take units by hand; False where more are taken than are available."""
        if any(known.key == change.key for known in self.changes):
            return self, True
        if self.available + change.units < 0:
            return self, False
        remembered = (*self.changes, change)[-REMEMBERED_CHANGES:]
        return replace(
            self,
            available=self.available + change.units,
            changed=self.changed + change.units,
            changes=remembered,
        ), True

    def forget(self, order_id: str) -> Stock:
        """Drop a purged order's entry; the totals keep what it sold. A held one stays."""
        entry = self.entries.get(order_id)
        if entry is None or entry.share is Share.RESERVED:
            return self
        sold = entry.quantity if entry.share is Share.SOLD else 0
        return replace(
            self,
            entries={k: e for k, e in self.entries.items() if k != order_id},
            sold_before=self.sold_before + sold,
        )

    def sums(self) -> list[tuple[str, int, int]]:
        """What must be the same: the name, what the records come to, and what is said."""
        came_in = self.opening + self.changed
        return [
            ("reserved", self._held_as(Share.RESERVED), self.reserved),
            ("sold", self._held_as(Share.SOLD) + self.sold_before, self.sold),
            ("available", came_in - self.reserved - self.sold, self.available),
        ]

    def _held_as(self, share: Share) -> int:
        return sum(entry.quantity for entry in self.entries.values() if entry.share is share)

    def _moved(
        self, order_id: str, entry: Entry, *, available: int = 0, reserved: int = 0, sold: int = 0
    ) -> Stock:
        return replace(
            self,
            available=self.available + available,
            reserved=self.reserved + reserved,
            sold=self.sold + sold,
            entries={**self.entries, order_id: entry},
        )
