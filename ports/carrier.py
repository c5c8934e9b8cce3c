"""How does the parcel travel?

Both are done once per order however often they are called, and raise CarrierUnavailable when nobody
can tell.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from domain.answers import Booking, Cancellation
from domain.facts import ParcelFact
from domain.order import Person


class Carrier(Protocol):
    """A parcel carrier."""

    def book(self, order_id: str, recipient: Person) -> Booking:
        """Book the parcel. A refused address is an answer."""
        ...

    def cancel(self, order_id: str) -> Cancellation:
        """Cancel the parcel if there is one; from now on none is booked for this order."""
        ...

    def parcels(self, since: datetime) -> Iterable[ParcelFact]:
        """All parcels that were booked since, for the audit; the carrier's own record of them."""
        ...
