"""Provider records: what gateway, carrier and mailer themselves say about an order."""

from __future__ import annotations

from dataclasses import dataclass

from orders.domain.results import ShipmentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord:
    """One payment at the gateway, in minor units."""

    order_id: str
    #: Authorized now, not captured.
    held: int = 0
    #: Captured, including what was refunded later.
    captured: int = 0
    refunded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentRecord:
    """One shipment at the carrier."""

    order_id: str
    status: ShipmentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRecord:
    """One email that the mailer accepted."""

    order_id: str
    #: An `EmailKind` or a refund ID.
    email_id: str
