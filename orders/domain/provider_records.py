"""Provider records: what gateway, carrier and mailer themselves say about an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orders.domain.disputes import Dispute, DisputeStatus
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
    #: There was a dispute about it at any time.
    is_disputed: bool = False


class RefundProgress(StrEnum):
    """How far a refund is, according to the gateway."""

    #: The customer has the amount.
    PAID = "paid"
    #: The amount is on its way.
    PENDING = "pending"
    #: The customer does not get the amount: the bank has refused it or sent it back.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentState:
    """An order's payment as the gateway shows it at this moment, in minor units."""

    #: Authorized now, not captured.
    held: int = 0
    #: Captured, including what was refunded later.
    captured: int = 0
    #: Refunded or being refunded, without what was sent back.
    refunded: int = 0
    #: The authorization expired, or was canceled at the gateway, not by this service.
    is_lapsed: bool = False
    #: By our refund ID.
    refunds: Mapping[str, RefundProgress] = field(default_factory=dict)
    disputes: tuple[Dispute, ...] = ()

    @property
    def kept(self) -> int:
        """What the shop has and the customer does not get back."""
        lost = (item for item in self.disputes if item.status is DisputeStatus.LOST)
        return self.captured - self.refunded - sum(dispute.amount.minor for dispute in lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerObject:
    """An object at a partner, such as a payment, a refund or a shipment."""

    #: The order that it belongs to, according to the partner. None: it is not of this service.
    order_id: str | None


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
