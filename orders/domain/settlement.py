"""Settlement: what the outcome of an order says of its units, compared with the stock's entries.

A stock entity keeps an entry of each order that is not settled. An entry of an ended order is one
whose settlement was lost, one of a late call, or one that contradicts the outcome.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final

from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome, StockSale
from orders.domain.stock import ReservationStatus, StockReservation

#: The steps that end a reservation. If an operator resolved one, only the operator knows how.
_ENDING_STEPS: Final = frozenset({"commitStock", "releaseStock"})


class EntryState(Enum):
    """What an entry of a stock entity is, given the record of its order."""

    #: The order has not ended, or an operator decides about its units.
    OPEN = auto()
    #: The outcome says the same: it can be settled.
    AGREES = auto()
    #: Units are reserved that the order no longer needs: they can be released, then settled.
    LATE = auto()
    #: The order is completed, and its units are not sold: an operator must count the product.
    NOT_SOLD = auto()
    #: Units are sold that the order must not have: an operator must count the product.
    NOT_RELEASED = auto()


def units_after(outcome: Outcome) -> ReservationStatus | None:
    """Return how the units of an order with this outcome end; None if that is not decided."""
    match outcome.status:
        case OrderStatus.COMPLETED:
            return ReservationStatus.SOLD
        case OrderStatus.REJECTED | OrderStatus.CANCELED:
            return ReservationStatus.RELEASED
        case _:
            return None


def ends_units_by_operator(record: OrderRecord) -> bool:
    """Whether an operator did by other means, or skipped, the step that ends the reservation."""
    return not _ENDING_STEPS.isdisjoint(record.resolved_steps)


def sale_of(sales: Iterable[StockSale], sku: str) -> int | None:
    """Return the number of the reservation that was sold, if one was."""
    return next((sale.reservation for sale in sales if sale.sku == sku), None)


def entry_state(record: OrderRecord, sku: str, entry: StockReservation) -> EntryState:
    """Compare an entry with the record of its order."""
    units = units_after(record.outcome) if record.outcome else None
    if units is None or ends_units_by_operator(record):
        return EntryState.OPEN
    if units is ReservationStatus.RELEASED:
        return _UNWANTED[entry.status]
    quantity = ordered_units(record).get(sku)
    sold = sale_of(record.sales, sku)
    if quantity is None or (sold is not None and entry.number != sold):
        return _UNWANTED[entry.status]  # of a call after the sale
    if entry.status is not ReservationStatus.SOLD or entry.quantity != quantity:
        return EntryState.NOT_SOLD
    # Without a record of the sale, the entry is all that shows it.
    return EntryState.OPEN if sold is None else EntryState.AGREES


def ordered_units(record: OrderRecord) -> dict[str, int]:
    """Return the units that the order reserves, by SKU."""
    return {line.sku: line.quantity for line in record.stock_lines}


#: States of entries of which nothing may be left, by what has become of their units.
_UNWANTED: Final = {
    ReservationStatus.RESERVED: EntryState.LATE,
    ReservationStatus.RELEASED: EntryState.AGREES,
    ReservationStatus.SOLD: EntryState.NOT_RELEASED,
}
