"""Port: the carrier.

A shipment is booked, which is free, and then either dispatched or canceled. Each happens once per
order, however often it is called. A method raises CarrierUnavailableError if the effect is unknown.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from orders.domain.order import Customer
from orders.domain.provider_records import PartnerObject, ShipmentRecord
from orders.domain.results import Booking, Shipment, ShipmentCancellation


class Carrier(Protocol):
    """A carrier."""

    def book(self, order_id: str, recipient: Customer) -> Booking:
        """Book the shipment. A refused address is returned, not raised."""

    def cancel(self, order_id: str) -> ShipmentCancellation:
        """Cancel the shipment and leave a tombstone: none is booked for this order later.

        Raises:
            CarrierUnavailableError: also if the shipment is dispatched.
        """

    def dispatch(self, order_id: str) -> None:
        """Dispatch the booked shipment.

        Raises:
            CarrierUnavailableError: also if there is no booked shipment.
        """

    def track(self, order_id: str) -> Shipment | None:
        """Return the order's shipment, if there is one."""

    def find_object(self, object_id: str) -> PartnerObject | None:
        """Return the owner of an object that the carrier's events name; None: it is unknown."""

    def is_available(self) -> bool:
        """Whether the carrier answers at the moment. It never raises."""

    def list_shipments(self, since: datetime) -> Iterable[ShipmentRecord]:
        """Return the carrier's own record of all shipments booked since then."""
