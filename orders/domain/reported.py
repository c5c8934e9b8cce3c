"""What partners report of an order by themselves, after the order's own steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orders.domain.disputes import Dispute, DisputeStatus
from orders.domain.results import ShipmentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the carrier's transport of a dispatched shipment ended."""

    #: Delivered, lost or returned.
    status: ShipmentStatus
    #: When the service learned of it.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The reports of all partners about one order."""

    #: When the service learned that the authorization had expired, or was canceled at the gateway.
    authorization_lapsed_at: datetime | None = None
    #: Oldest first.
    disputes: tuple[Dispute, ...] = ()
    delivery: Delivery | None = None

    @property
    def is_disputed(self) -> bool:
        """Whether the bank holds the payment: a refund could pay the customer twice."""
        return any(dispute.status is DisputeStatus.OPEN for dispute in self.disputes)

    @property
    def lost_minor(self) -> int:
        """Minor units that banks have given to the customer."""
        lost = (item for item in self.disputes if item.status is DisputeStatus.LOST)
        return sum(dispute.amount.minor for dispute in lost)

    def find_dispute(self, dispute_id: str) -> Dispute | None:
        """Return the dispute with this ID, if it is known."""
        return next((item for item in self.disputes if item.dispute_id == dispute_id), None)
