"""A parcel carrier over HTTP; the requests stand in `http_shipments`.

Carriers keep their idempotency keys for a day or so and orders may come back later, so the shipment
is looked up by its reference, the order's id, before anything is done.

A carrier knows nothing of an order that was undone before it was booked: that is written down in
the book, which is read before the booking and once more after it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from orders.adapters.carrier.http.client import CarrierShipment, HttpShipments
from orders.domain.errors import CarrierUnavailableError
from orders.domain.order import Customer
from orders.domain.outcome import Reason
from orders.domain.provider_records import ShipmentRecord
from orders.domain.results import Booking, Shipment, ShipmentCancellation, ShipmentStatus
from orders.ports.partner_references import PartnerReferences

TIMEOUT_SECONDS: Final = 15.0

_LEFT: Final = frozenset({ShipmentStatus.DISPATCHED, ShipmentStatus.DELIVERED})


class HttpCarrier:
    """A carrier that books, lets go and cancels each parcel once."""

    def __init__(
        self, url: str, token: str, references: PartnerReferences, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._shipments = HttpShipments(url, token, timeout)
        self._references = references

    def book(self, order_id: str, recipient: Customer) -> Booking:
        """Book the parcel. A refused address is an answer."""
        shipment = self._shipments.find(order_id)
        if shipment is None and not self._is_withdrawn(order_id):
            shipment = self._shipments.book(order_id, recipient, f"{order_id}:ship")
        if self._is_withdrawn(order_id):
            # The undo looked for a parcel before there was one, and will not look again.
            self._make_sure_it_is_canceled(order_id, shipment)
            return Booking(booked=False, reason=Reason.ALREADY_UNDONE)
        if shipment is None:
            return Booking(booked=False, reason=Reason.ADDRESS_REFUSED)
        if shipment.status is ShipmentStatus.CANCELED:
            return Booking(booked=False, reason=Reason.ALREADY_UNDONE)
        return Booking(booked=True, tracking_number=shipment.tracking_number)

    def cancel(self, order_id: str) -> ShipmentCancellation:
        """Cancel the parcel if there is one; from now on none is booked for this order."""
        self._references.leave_tombstone(order_id)
        shipment = self._shipments.find(order_id)
        self._make_sure_it_is_canceled(order_id, shipment)
        return ShipmentCancellation.CANCELED if shipment else ShipmentCancellation.NOTHING

    def list_shipments(self, since: datetime) -> Iterator[ShipmentRecord]:
        """The parcels that the carrier lists."""
        for reference, shipment in self._shipments.booked_since(since):
            yield ShipmentRecord(order_id=reference, status=shipment.status)

    def dispatch(self, order_id: str) -> None:
        """Let the booked parcel travel."""
        shipment = self._shipments.find(order_id)
        if shipment is None:
            raise CarrierUnavailableError("there is no parcel to let go")
        if shipment.status is ShipmentStatus.BOOKED:
            shipment = self._shipments.dispatch(shipment, f"{order_id}:dispatch")
        if shipment.status not in _LEFT:
            raise CarrierUnavailableError(f"the parcel is {shipment.status}, not let go")

    def track(self, order_id: str) -> Shipment | None:
        """Where the order's parcel is."""
        shipment = self._shipments.find(order_id)
        if shipment is None:
            return None
        return Shipment(status=shipment.status, tracking_number=shipment.tracking_number)

    def _is_withdrawn(self, order_id: str) -> bool:
        return self._references.find(order_id).has_tombstone

    def _make_sure_it_is_canceled(self, order_id: str, shipment: CarrierShipment | None) -> None:
        if shipment is None or shipment.status is ShipmentStatus.CANCELED:
            return
        status = self._shipments.cancel(shipment, f"{order_id}:cancelShipment").status
        if status is not ShipmentStatus.CANCELED:
            raise CarrierUnavailableError(f"the parcel is still {status}")
