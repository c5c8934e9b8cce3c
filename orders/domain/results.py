"""Results of the steps of an order.

A refusal (a decline, a shortage, a refused address) is a result with a reason, never an exception.
"""

from dataclasses import dataclass
from enum import StrEnum

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
class ValidationResult:
    """Whether the shop accepts the order, its amount and the units to reserve."""

    accepted: bool
    amount: Money | None = None
    #: The reason of the first problem.
    reason: str | None = None
    problems: tuple[ValidationProblem, ...] = ()
    #: One line for each product, sorted by SKU.
    stock_lines: tuple[StockLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationResult:
    """Whether units are reserved for the order, or sold to it."""

    reserved: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Whether the bank holds the amount."""

    approved: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Whether the authorized amount was captured."""

    captured: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundResult:
    """Whether a refund was paid."""

    refunded: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Whether the shipment may leave. After that the order is neither canceled nor undone."""

    dispatched: bool
    reason: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Whether the carrier accepted the shipment."""

    booked: bool
    tracking_number: str | None = None
    reason: str | None = None


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
    #: Canceled before the dispatch.
    CANCELED = "canceled"

    @property
    def is_dispatched(self) -> bool:
        """Whether the shipment may leave or has left."""
        return self in {ShipmentStatus.DISPATCHED, ShipmentStatus.DELIVERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A shipment as its carrier reports it."""

    status: ShipmentStatus
    tracking_number: str
