"""Results of the steps of an order: what was done, or why it was refused.

A refusal (a decline, a shortage, a refused address) is a result with a reason, never an exception.
The field `result` is the tag by which JSON says which result it holds.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from orders.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """Units of one product that an order reserves."""

    sku: str
    quantity: int
    #: Balance of a stock entity that has had no operation yet.
    opening_balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationProblem:
    """One reason for which an order is rejected."""

    reason: str
    #: Number of the order line, from 1. None if the problem is about the whole order.
    line: int | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A step was refused: a decline, a shortage, a refused address, a cancellation before it."""

    result: Literal["refused"] = "refused"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The shop accepts the order."""

    result: Literal["accepted"] = "accepted"
    amount: Money
    #: The units to reserve: one line for each product, sorted by SKU. Never empty.
    stock_lines: tuple[StockLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """The shop rejects the order."""

    result: Literal["invalid"] = "invalid"
    #: Never empty.
    problems: tuple[ValidationProblem, ...]

    def __post_init__(self) -> None:
        if not self.problems:
            raise ValueError("an invalid order has a problem")

    @property
    def reason(self) -> str:
        """The reason of the first problem."""
        return self.problems[0].reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The units of one product are reserved for the order, or sold to it already."""

    result: Literal["reserved"] = "reserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """The reserved units of one product are sold to the order."""

    result: Literal["sold"] = "sold"
    #: Number of the reservation that was sold.
    reservation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorized:
    """The bank holds the amount."""

    result: Literal["authorized"] = "authorized"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The carrier accepted the shipment."""

    result: Literal["booked"] = "booked"
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """The authorized amount was captured."""

    result: Literal["captured"] = "captured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """The shipment may leave. After that the order is neither canceled nor undone."""

    result: Literal["dispatched"] = "dispatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """The refund was paid."""

    result: Literal["refunded"] = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """The shop has switched the step off; nothing was done."""

    result: Literal["paused"] = "paused"


#: The results that say no; each has a reason.
Refusal: TypeAlias = Invalid | Refused
#: Their tags.
REFUSAL_TAGS: Final = frozenset({"invalid", "refused"})

Validation: TypeAlias = Accepted | Invalid
Reservation: TypeAlias = Reserved | Refused
Sale: TypeAlias = Sold | Refused
Authorization: TypeAlias = Authorized | Refused
Booking: TypeAlias = Booked | Refused
Capture: TypeAlias = Captured | Refused
Dispatch: TypeAlias = Dispatched | Refused
RefundResult: TypeAlias = Refunded | Refused


class Reversal(StrEnum):
    """How a payment was reversed."""

    #: The authorization was voided; no money had moved.
    VOIDED = "voided"
    #: The captured amount was refunded.
    REFUNDED = "refunded"
    #: There was no payment to reverse.
    NOTHING = "nothing"
    #: The bank refuses to refund the captured amount. A later attempt may succeed.
    REFUSED = "refused"


class ShipmentCancellation(StrEnum):
    """How a shipment was canceled."""

    #: The shipment was booked and is canceled now.
    CANCELED = "canceled"
    #: There was no shipment to cancel.
    NOTHING = "nothing"


class ShipmentStatus(StrEnum):
    """Status of a shipment at the carrier."""

    #: Registered; the carrier waits for the dispatch.
    BOOKED = "booked"
    #: May leave, or has left.
    DISPATCHED = "dispatched"
    #: Arrived at the customer.
    DELIVERED = "delivered"
    #: Lost on the way.
    LOST = "lost"
    #: On its way back to the shop, or there.
    RETURNED = "returned"
    #: Canceled before the dispatch.
    CANCELED = "canceled"

    @property
    def is_dispatched(self) -> bool:
        """Whether the shipment may leave or has left."""
        return self is ShipmentStatus.DISPATCHED or self.is_final

    @property
    def is_final(self) -> bool:
        """Whether the transport has ended, well or not."""
        return self is ShipmentStatus.DELIVERED or self.needs_operator

    @property
    def needs_operator(self) -> bool:
        """Whether the customer does not have the shipment, and an operator must act."""
        return self in {ShipmentStatus.LOST, ShipmentStatus.RETURNED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A shipment as its carrier reports it."""

    status: ShipmentStatus
    tracking_number: str
