"""Carrier over HTTP: see `client` for the protocol.

Carriers keep idempotency keys for about a day, and orders may be recovered later. So the shipment
is looked up by its reference, the order ID, before each action.

The carrier knows nothing of an order that was undone before it was booked. A tombstone in the order
store records that; it is read before the booking and again after it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from orders.adapters.carrier.http.client import CarrierClient, CarrierShipment
from orders.domain.errors import CarrierUnavailableError
from orders.domain.order import Customer
from orders.domain.outcome import Reason
from orders.domain.provider_records import PartnerObject, ShipmentRecord
from orders.domain.results import (
    Booked,
    Booking,
    Refused,
    Shipment,
    ShipmentCancellation,
    ShipmentStatus,
)
from orders.ports.partner_references import PartnerReferences

TIMEOUT_SECONDS: Final = 15.0


class HttpCarrier:
    """A carrier that books, dispatches and cancels each shipment once."""

    def __init__(
        self, url: str, token: str, references: PartnerReferences, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._client = CarrierClient(url, token, timeout)
        self._references = references

    def book(self, order_id: str, recipient: Customer) -> Booking:
        """Book the shipment. A refused address is returned, not raised."""
        shipment = self._client.find(order_id)
        if shipment is None and not self._has_tombstone(order_id):
            shipment = self._client.book(order_id, recipient, f"{order_id}:ship")
        if self._has_tombstone(order_id):
            # The undo may have looked for a shipment before there was one.
            self._cancel(order_id, shipment)
            return Refused(reason=Reason.ALREADY_UNDONE)
        if shipment is None:
            return Refused(reason=Reason.ADDRESS_REFUSED)
        if shipment.status is ShipmentStatus.CANCELED:
            return Refused(reason=Reason.ALREADY_UNDONE)
        return Booked(tracking_number=shipment.tracking_number)

    def cancel(self, order_id: str) -> ShipmentCancellation:
        """Cancel the shipment and leave a tombstone."""
        self._references.leave_tombstone(order_id)
        shipment = self._client.find(order_id)
        self._cancel(order_id, shipment)
        return ShipmentCancellation.CANCELED if shipment else ShipmentCancellation.NOTHING

    def dispatch(self, order_id: str) -> None:
        """Dispatch the booked shipment."""
        shipment = self._client.find(order_id)
        if shipment is None:
            raise CarrierUnavailableError("there is no booked shipment to dispatch")
        if shipment.status is ShipmentStatus.BOOKED:
            shipment = self._client.dispatch(shipment, f"{order_id}:dispatch")
        if not shipment.status.is_dispatched:
            raise CarrierUnavailableError(f"the shipment is {shipment.status}, not dispatched")

    def track(self, order_id: str) -> Shipment | None:
        """Return the order's shipment, if there is one."""
        shipment = self._client.find(order_id)
        if shipment is None:
            return None
        return Shipment(status=shipment.status, tracking_number=shipment.tracking_number)

    def find_object(self, object_id: str) -> PartnerObject | None:
        """Return the owner of a shipment, by the carrier's ID of it."""
        reference = self._client.reference_of(object_id)
        return None if reference is None else PartnerObject(order_id=reference)

    def is_available(self) -> bool:
        """Whether the carrier answers a look-up."""
        try:
            self._client.find("availability-probe")
        except CarrierUnavailableError:
            return False
        return True

    def list_shipments(self, since: datetime) -> Iterator[ShipmentRecord]:
        """Return the shipments that the carrier lists."""
        for shipment in self._client.booked_since(since):
            yield ShipmentRecord(order_id=shipment.reference, status=shipment.status)

    def _has_tombstone(self, order_id: str) -> bool:
        return self._references.find(order_id).has_tombstone

    def _cancel(self, order_id: str, shipment: CarrierShipment | None) -> None:
        """Cancel the shipment, if there is one that is not canceled."""
        if shipment is None or shipment.status is ShipmentStatus.CANCELED:
            return
        status = self._client.cancel(shipment, f"{order_id}:cancelShipment").status
        if status is not ShipmentStatus.CANCELED:
            raise CarrierUnavailableError(f"the shipment is {status}, not canceled")
