"""A parcel carrier that exists only here, with a ledger of its own.

What a postal code brings about:

| postal code | what happens                         |
|---|---|
| 00000       | booking always raises                |
| 00001       | the address is refused               |
| 00002       | booked, but the first answer is lost |
| 00003       | booked at the fourth call: the carrier takes its time |
| 00004       | booked; letting the parcel go always raises |
| any other   | booked and let go                    |

Canceling always writes a row, even where there was no parcel: a booking that comes late finds it,
does nothing and answers "withdrawn". The ledger keeps no addresses.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from orders.adapters.sandbox_ledger import Entry, Ledger, Page
from orders.domain.errors import CarrierUnavailableError
from orders.domain.order import Customer
from orders.domain.outcome import Reason
from orders.domain.provider_records import ShipmentRecord
from orders.domain.results import Booking, Shipment, ShipmentCancellation, ShipmentStatus
from orders.ports.clock import Clock

_DOWN: Final = "00000"
_REFUSED: Final = "00001"
_TIMEOUT_AFTER_EFFECT: Final = "00002"
_SLOW: Final = "00003"
_STUCK: Final = "00004"

#: How often a slow carrier says that it is not done yet.
_SLOW_CALLS: Final = 3


class Kind(StrEnum):
    """What a row of the ledger says; a cancellation's row carries the `Cancellation`."""

    #: The parcel will be fetched, once it is released.
    BOOKED = "booked"
    #: The parcel may leave.
    DISPATCHED = "dispatched"
    #: The carrier has not decided yet.
    PENDING = "pending"
    #: The carrier does not go there.
    REFUSED = "refused"


class SandboxCarrier:
    """A carrier that books, refuses and fails on demand."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.ledger = Ledger(path, "parcels", clock, CarrierUnavailableError)

    def book(self, order_id: str, recipient: Customer) -> Booking:
        """Book the parcel. A refused address is an answer."""
        postal_code = recipient.address.postal_code
        if postal_code == _DOWN:
            raise CarrierUnavailableError
        if postal_code == _SLOW:
            self._take_time(order_id)
        with self.ledger.writing() as page:
            if page.get(_cancel(order_id)):
                return Booking(booked=False, reason=Reason.ALREADY_UNDONE)
            known = page.get(_ship(order_id))
            entry = known or _decide(page, order_id, postal_code)
        if known is None and postal_code == _TIMEOUT_AFTER_EFFECT:
            raise CarrierUnavailableError("the carrier's answer was lost")
        return _booking(entry)

    def cancel(self, order_id: str) -> ShipmentCancellation:
        """Cancel the parcel if there is one; none is booked for this order any more."""
        with self.ledger.writing() as page:
            if page.get(_dispatch(order_id)):
                raise CarrierUnavailableError("the parcel has left")
            entry = page.get(_cancel(order_id))
            if entry is None:
                kind = (
                    ShipmentCancellation.CANCELED
                    if _shipment(page, order_id)
                    else ShipmentCancellation.NOTHING
                )
                entry = page.put(_cancel(order_id), order_id, kind)
        return ShipmentCancellation(entry.kind)

    def list_shipments(self, since: datetime) -> Iterator[ShipmentRecord]:
        """The parcels of the ledger."""
        entries = self.ledger.entries(since)
        kinds: defaultdict[str, set[str]] = defaultdict(set)
        for entry in entries:
            kinds[entry.order_id].add(entry.kind)
        for entry in entries:
            if entry.kind == Kind.BOOKED:
                yield ShipmentRecord(order_id=entry.order_id, status=_status(kinds[entry.order_id]))

    def dispatch(self, order_id: str) -> None:
        """Let the booked parcel travel."""
        with self.ledger.writing() as page:
            shipment = _shipment(page, order_id)
            if shipment is None or page.get(_cancel(order_id)):
                raise CarrierUnavailableError("there is no parcel to let go")
            if shipment.detail["stuck"]:
                raise CarrierUnavailableError("the depot is closed")
            if page.get(_dispatch(order_id)) is None:
                page.put(_dispatch(order_id), order_id, Kind.DISPATCHED)

    def track(self, order_id: str) -> Shipment | None:
        """Where the order's parcel is: nothing is ever delivered here."""
        with self.ledger.writing() as page:
            shipment = _shipment(page, order_id)
            if shipment is None:
                return None
            rows = (_cancel(order_id), _dispatch(order_id))
            status = _status({entry.kind for key in rows if (entry := page.get(key))})
        return Shipment(status=status, tracking_number=str(shipment.detail["tracking_number"]))

    def _take_time(self, order_id: str) -> None:
        with self.ledger.writing() as page:
            keys = [f"{order_id}:pending:{n}" for n in range(_SLOW_CALLS)]
            due = next((key for key in keys if page.get(key) is None), None)
            if due is not None:
                page.put(due, order_id, Kind.PENDING)
        if due is not None:
            raise CarrierUnavailableError("the booking is still under way")


def _status(kinds: Collection[str]) -> ShipmentStatus:
    if ShipmentCancellation.CANCELED in kinds:
        return ShipmentStatus.CANCELED
    return ShipmentStatus.DISPATCHED if Kind.DISPATCHED in kinds else ShipmentStatus.BOOKED


def _ship(order_id: str) -> str:
    return f"{order_id}:ship"


def _cancel(order_id: str) -> str:
    return f"{order_id}:cancelShipment"


def _dispatch(order_id: str) -> str:
    return f"{order_id}:dispatch"


def _shipment(page: Page, order_id: str) -> Entry | None:
    entry = page.get(_ship(order_id))
    return entry if entry and entry.kind == Kind.BOOKED else None


def _decide(page: Page, order_id: str, postal_code: str) -> Entry:
    if postal_code == _REFUSED:
        return page.put(_ship(order_id), order_id, Kind.REFUSED)
    # A number that anybody may see must not tell the order id, which opens the order.
    number = "SBX" + hashlib.sha256(order_id.encode()).hexdigest()[:15].upper()
    stuck = postal_code == _STUCK
    return page.put(_ship(order_id), order_id, Kind.BOOKED, tracking_number=number, stuck=stuck)


def _booking(entry: Entry) -> Booking:
    if entry.kind == Kind.BOOKED:
        return Booking(booked=True, tracking_number=str(entry.detail["tracking_number"]))
    return Booking(booked=False, reason=Reason.ADDRESS_REFUSED)
