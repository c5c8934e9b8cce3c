"""How does the parcel travel?

A parcel is booked, which costs nothing yet, and then either released, so that it travels, or
canceled. Each is done once per order however often it is called, and raises CarrierUnavailable when
nobody can tell.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from domain.answers import Booking, Cancellation, Parcel
from domain.facts import ParcelFact
from domain.order import Person


class Carrier(Protocol):
    """A parcel carrier."""

    def book(self, order_id: str, recipient: Person) -> Booking:
        """Book the parcel. A refused address is an answer."""
        ...

    def cancel(self, order_id: str) -> Cancellation:
        """Cancel the parcel if there is one; from now on none is booked for this order.

        Raises CarrierUnavailable also where the parcel has left.
        """
        ...

    def release(self, order_id: str) -> None:
        """Let the booked parcel travel. Raises CarrierUnavailable where there is none to let go."""
        ...

    def track(self, order_id: str) -> Parcel | None:
        """Where the order's parcel is, if there is one. It changes nothing."""
        ...

    def parcels(self, since: datetime) -> Iterable[ParcelFact]:
        """All parcels that were booked since, for the audit; the carrier's own record of them."""
        ...
