"""Stock of one product: units available, reserved and sold, and the orders they belong to.

Units are never oversold: a unit is available, reserved for one order, or sold. Every operation may
be repeated. A late operation finds the earlier decision: a released reservation is never made
again, and a sold one is never released.

The state does not grow with the orders that have ended. An order has an entry until it is settled:
then its units are a part of the totals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from orders.domain.outcome import Reason
from orders.domain.results import Refused, Reservation, Reserved, Sale, Sold


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
    #: Counted by the product, from 1; 0 for a tombstone without a reservation.
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedUnits:
    """What the outcome of an order says of its units."""

    status: ReservationStatus
    quantity: int
    #: The reservation that was sold; None if it is not known.
    number: int | None = None

    def agrees_with(self, entry: StockReservation) -> bool:
        """Whether the units have ended so. Those of a tombstone were never reserved."""
        if entry.status is not self.status:
            return False
        match entry.status:
            case ReservationStatus.SOLD:
                is_sold_one = self.number in {None, entry.number}
                return is_sold_one and entry.quantity == self.quantity
            case ReservationStatus.RELEASED:
                return entry.quantity in {0, self.quantity}
            case _:
                return False


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """Result of a stock operation; `done` is false if an adjustment was refused."""

    available: int
    reserved: int
    sold: int
    done: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The stock of one product."""

    available: int
    reserved: int = 0
    sold: int = 0
    #: How many reservations were made: each has a number.
    made: int = 0
    #: By order ID, until the order is settled.
    reservations: Mapping[str, StockReservation] = field(default_factory=dict)
    #: Results of adjustments by the ID of the stock change, until the order store has the result.
    changes: Mapping[str, StockLevel] = field(default_factory=dict)
    #: The opening balance, and the sum of all adjustments since.
    opening: int = 0
    adjusted: int = 0
    #: Units sold to settled orders.
    settled: int = 0
    #: Units that were reserved for settled orders and released.
    released: int = 0

    @classmethod
    def opened(cls, balance: int) -> Stock:
        """Return the stock of a product before its first operation."""
        return cls(available=balance, opening=balance)

    @property
    def on_hand(self) -> int:
        """Units in the warehouse, reserved or not."""
        return self.available + self.reserved

    def level(self, *, done: bool = True) -> StockLevel:
        """Return the units as callers see them."""
        return StockLevel(
            available=self.available, reserved=self.reserved, sold=self.sold, done=done
        )

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
        reservation = StockReservation(
            quantity=quantity, status=ReservationStatus.RESERVED, number=self.made + 1
        )
        after = self._record(order_id, reservation, available=-quantity, reserved=quantity)
        return replace(after, made=self.made + 1), Reserved()

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
            return self, Sold(reservation=existing.number)
        sold = replace(existing, status=ReservationStatus.SOLD)
        after = self._record(order_id, sold, reserved=-sold.quantity, sold=sold.quantity)
        return after, Sold(reservation=sold.number)

    def settle(self, order_id: str, expected: ExpectedUnits) -> Stock:
        """Fold an order's units into the totals if they ended as its outcome says.

        An entry that does not agree stays, and the audit finds it. Without an entry there is
        nothing to do: the order is settled already.
        """
        existing = self.reservations.get(order_id)
        if existing is None or not expected.agrees_with(existing):
            return self
        is_sold = existing.status is ReservationStatus.SOLD
        return replace(
            self,
            reservations={k: r for k, r in self.reservations.items() if k != order_id},
            settled=self.settled + (existing.quantity if is_sold else 0),
            released=self.released + (0 if is_sold else existing.quantity),
        )

    def adjust(self, change_id: str, units: int) -> tuple[Stock, StockLevel]:
        """Add or take units, once; refused if more are taken than are available."""
        known = self.changes.get(change_id)
        if known is not None:
            return self, known
        done = self.available + units >= 0
        applied = units if done else 0
        after = replace(self, available=self.available + applied, adjusted=self.adjusted + applied)
        level = after.level(done=done)
        return replace(after, changes={**self.changes, change_id: level}), level

    def settle_change(self, change_id: str) -> Stock:
        """Drop the result of an adjustment, which the order store has now."""
        if change_id not in self.changes:
            return self
        return replace(self, changes={k: r for k, r in self.changes.items() if k != change_id})

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
