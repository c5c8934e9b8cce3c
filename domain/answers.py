"""What can a step answer? Yes with what it did, or no with the reason; never a fault."""

from dataclasses import dataclass
from enum import StrEnum

from domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StockNeed:
    """The units of one article that an order needs."""

    sku: str
    quantity: int
    #: What the article's stock begins with, should this be its first operation.
    opening_balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """One rule that an order breaks, and where."""

    reason: str
    #: The number of the line, the first is 1; none where it is about the whole order.
    line: int | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the shop's rules let the order pass, what it costs and what it needs."""

    accepted: bool
    amount: Money | None = None
    #: The first of the problems.
    reason: str | None = None
    problems: tuple[BrokenRule, ...] = ()
    #: One for each article, in the order of the SKUs.
    needs: tuple[StockNeed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Whether units are held for the order, or sold to it."""

    reserved: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Whether the bank holds the amount for us."""

    approved: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Whether the held amount was taken."""

    captured: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Whether some of the taken money was paid back."""

    refunded: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Whether the order may leave. From then on it is neither canceled nor undone."""

    dispatched: bool
    reason: str | None = None


class Withdrawal(StrEnum):
    """What it took to leave the customer whole."""

    #: The hold was given back before any money moved.
    VOIDED = "voided"
    #: The money had been taken and was paid back.
    REFUNDED = "refunded"
    #: There was nothing to give back.
    NOTHING = "nothing"
    #: The money had been taken, and the bank does not give it back. Later it may.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Whether the carrier takes the parcel."""

    booked: bool
    tracking_number: str | None = None
    reason: str | None = None


class Cancellation(StrEnum):
    """What became of the parcel."""

    #: It was booked and is no longer.
    CANCELED = "canceled"
    #: There was no parcel to cancel.
    NOTHING = "nothing"


class ParcelStatus(StrEnum):
    """Where a parcel is."""

    #: It waits until it is paid.
    BOOKED = "booked"
    #: It may leave, or has left.
    RELEASED = "released"
    #: It is with the customer.
    DELIVERED = "delivered"
    #: It was booked and is no longer.
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel as its carrier sees it."""

    status: ParcelStatus
    tracking_number: str
