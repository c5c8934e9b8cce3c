"""What do the partners say that they did for us? For the audit, which trusts nobody's memory."""

from __future__ import annotations

from dataclasses import dataclass

from domain.answers import ParcelStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact:
    """One payment as the gateway has it, in minor units."""

    order_id: str
    #: Held now, not taken.
    held: int = 0
    #: Taken, whatever was paid back of it.
    captured: int = 0
    refunded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelFact:
    """One parcel as the carrier has it."""

    order_id: str
    status: ParcelStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFact:
    """One mail that was handed over."""

    order_id: str
    #: What it told the customer.
    kind: str


#: The mail that tells that the parcel is on its way.
CONFIRMATION = "confirm"
