"""Stock of one product: units available, reserved and sold, and the orders they belong to.

Units are never oversold: a unit is available, reserved for one order, or sold. Every operation may
be repeated. A late operation finds the earlier decision: a released reservation is never made
again, and a sold one is never released.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from orders.domain.outcome import Reason
from orders.domain.results import Refused, Reservation, Reserved, Sale, Sold

#: Adjustments whose keys are remembered, so that a repeated one changes nothing.
REMEMBERED_ADJUSTMENTS: Final = 100


class ReservationStatus(StrEnum):
    """Status of an order's units."""

    #: Held for the order.
    RESERVED = "reserved"
    #: Released, or never reserved: the tombstone refuses a late reservation.
    RELEASED = "released"
    #: Sold to the order.
    SOLD = "sold"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReservation:
    """Units of one order."""

    quantity: int
    status: ReservationStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjustment:
    """Units that an operator adds or takes; `key` makes a repeat harmless."""

    key: str
    units: int
    #: Why, such as a delivery, breakage or a count.
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The stock of one product."""

    available: int
    reserved: int = 0
    sold: int = 0
    #: By order ID; kept until the order is purged.
    reservations: Mapping[str, StockReservation] = field(default_factory=dict)
    #: The latest adjustments, oldest first.
    adjustments: tuple[StockAdjustment, ...] = ()
    #: The opening balance, and the sum of all adjustments since.
    opening: int = 0
    adjusted: int = 0
    #: Units sold to orders whose reservations are settled.
    settled: int = 0

    @classmethod
    def opened(cls, balance: int) -> Stock:
        """Return the stock of a product before its first operation."""
        return cls(available=balance, opening=balance)

    @property
    def on_hand(self) -> int:
        """Units in the warehouse, reserved or not."""
        return self.available + self.reserved

    def reserve(self, order_id: str, quantity: int) -> tuple[Stock, Reservation]:
        """Reserve all units or none; a repeat returns the first result."""
        existing = self.reservations.get(order_id)
        if existing is not None and existing.status is ReservationStatus.RELEASED:
            return self, Refused(reason=Reason.ALREADY_UNDONE)
        if existing is not None:
            return self, Reserved()
        if quantity > self.available:
            # Nothing is recorded: a later attempt may find more units.
            return self, Refused(reason=Reason.OUT_OF_STOCK)
        reservation = StockReservation(quantity=quantity, status=ReservationStatus.RESERVED)
        after = self._record(order_id, reservation, available=-quantity, reserved=quantity)
        return after, Reserved()

    def release(self, order_id: str) -> Stock:
        """Release an order's units; without a reservation, leave a tombstone."""
        existing = self.reservations.get(order_id)
        if existing is None:
            tombstone = StockReservation(quantity=0, status=ReservationStatus.RELEASED)
            return self._record(order_id, tombstone)
        if existing.status is not ReservationStatus.RESERVED:
            return self
        released = replace(existing, status=ReservationStatus.RELEASED)
        units = existing.quantity
        return self._record(order_id, released, available=units, reserved=-units)

    def commit(self, order_id: str) -> tuple[Stock, Sale]:
        """Sell the reserved units; without a reservation nothing is sold."""
        existing = self.reservations.get(order_id)
        if existing is None or existing.status is ReservationStatus.RELEASED:
            return self, Refused(reason=Reason.ALREADY_UNDONE)
        if existing.status is ReservationStatus.SOLD:
            return self, Sold()
        sold = replace(existing, status=ReservationStatus.SOLD)
        after = self._record(order_id, sold, reserved=-sold.quantity, sold=sold.quantity)
        return after, Sold()

    def adjust(self, adjustment: StockAdjustment) -> tuple[Stock, bool]:
        """Add or take units; False if more are taken than are available."""
        if any(earlier.key == adjustment.key for earlier in self.adjustments):
            return self, True
        if self.available + adjustment.units < 0:
            return self, False
        remembered = (*self.adjustments, adjustment)[-REMEMBERED_ADJUSTMENTS:]
        return replace(
            self,
            available=self.available + adjustment.units,
            adjusted=self.adjusted + adjustment.units,
            adjustments=remembered,
        ), True

    def settle(self, order_id: str) -> Stock:
        """Fold a purged order's units into the totals. An open reservation stays."""
        existing = self.reservations.get(order_id)
        if existing is None or existing.status is ReservationStatus.RESERVED:
            return self
        sold = existing.quantity if existing.status is ReservationStatus.SOLD else 0
        return replace(
            self,
            reservations={k: r for k, r in self.reservations.items() if k != order_id},
            settled=self.settled + sold,
        )

    def balances(self) -> list[tuple[str, int, int]]:
        """Return name, sum of the entries and recorded total; both numbers must be equal."""
        received = self.opening + self.adjusted
        return [
            ("reserved", self._units_with(ReservationStatus.RESERVED), self.reserved),
            ("sold", self._units_with(ReservationStatus.SOLD) + self.settled, self.sold),
            ("available", received - self.reserved - self.sold, self.available),
        ]

    def _units_with(self, status: ReservationStatus) -> int:
        return sum(r.quantity for r in self.reservations.values() if r.status is status)

    def _record(
        self,
        order_id: str,
        reservation: StockReservation,
        *,
        available: int = 0,
        reserved: int = 0,
        sold: int = 0,
    ) -> Stock:
        return replace(
            self,
            available=self.available + available,
            reserved=self.reserved + reserved,
            sold=self.sold + sold,
            reservations={**self.reservations, order_id: reservation},
        )
