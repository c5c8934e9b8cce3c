"""Holdings: the money, shipments, emails and stock that all records together show for an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orders.domain.provider_records import EmailRecord, PaymentRecord, ShipmentRecord
from orders.domain.results import ShipmentStatus
from orders.domain.stock import ReservationStatus, Stock, StockReservation


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What exists for one order according to gateway, carrier, mailer and stock."""

    payments: tuple[PaymentRecord, ...] = ()
    shipments: tuple[ShipmentRecord, ...] = ()
    #: Email IDs: an `EmailKind` or a refund ID each.
    emails: tuple[str, ...] = ()
    #: By SKU.
    reservations: Mapping[str, StockReservation] = field(default_factory=dict)

    @property
    def held(self) -> int:
        """Authorized minor units."""
        return sum(payment.held for payment in self.payments)

    @property
    def captured(self) -> int:
        """Captured minor units, including those refunded later."""
        return sum(payment.captured for payment in self.payments)

    @property
    def refunded(self) -> int:
        """Refunded minor units."""
        return sum(payment.refunded for payment in self.payments)

    @property
    def is_disputed(self) -> bool:
        """Whether there was a dispute about the payment at any time."""
        return any(payment.is_disputed for payment in self.payments)

    @property
    def kept(self) -> int:
        """Minor units that were captured and not refunded."""
        return self.captured - self.refunded

    @property
    def live_shipments(self) -> int:
        """Number of shipments that are not canceled."""
        return sum(s.status is not ShipmentStatus.CANCELED for s in self.shipments)

    @property
    def dispatched_shipments(self) -> int:
        """Number of shipments that may leave or have left."""
        return sum(shipment.status.is_dispatched for shipment in self.shipments)

    @property
    def reserved(self) -> int:
        """Reserved units."""
        return sum(
            reservation.quantity
            for reservation in self.reservations.values()
            if reservation.status is ReservationStatus.RESERVED
        )

    @property
    def are_open(self) -> bool:
        """Whether money, a shipment or reserved units exist for the order."""
        return self.held + self.kept > 0 or self.live_shipments > 0 or self.reserved > 0


def collect_holdings(
    payments: Iterable[PaymentRecord],
    shipments: Iterable[ShipmentRecord],
    emails: Iterable[EmailRecord],
    stocks: Mapping[str, Stock],
) -> dict[str, Holdings]:
    """Group all records by order ID."""
    groups: dict[str, _Group] = {}
    for payment in payments:
        groups.setdefault(payment.order_id, _Group()).payments.append(payment)
    for shipment in shipments:
        groups.setdefault(shipment.order_id, _Group()).shipments.append(shipment)
    for email in emails:
        groups.setdefault(email.order_id, _Group()).emails.append(email.email_id)
    for sku, stock in stocks.items():
        for order_id, reservation in stock.reservations.items():
            groups.setdefault(order_id, _Group()).reservations[sku] = reservation
    return {order_id: group.holdings() for order_id, group in groups.items()}


@dataclass(slots=True)
class _Group:
    payments: list[PaymentRecord] = field(default_factory=list)
    shipments: list[ShipmentRecord] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    reservations: dict[str, StockReservation] = field(default_factory=dict)

    def holdings(self) -> Holdings:
        return Holdings(
            payments=tuple(self.payments),
            shipments=tuple(self.shipments),
            emails=tuple(self.emails),
            reservations=self.reservations,
        )
