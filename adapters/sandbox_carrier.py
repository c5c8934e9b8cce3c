"""A parcel carrier that exists only here, with a ledger of its own.

What a postal code brings about:

| postal code | what happens                         |
|---|---|
| 00000       | booking always raises                |
| 00001       | the address is refused               |
| 00002       | booked, but the first answer is lost |
| any other   | booked                               |

Canceling always writes a row, even where there was no parcel: a booking that comes late finds it,
does nothing and answers "withdrawn". The ledger keeps no addresses.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from adapters.sandbox_ledger import Entry, Ledger, Page
from domain.answers import Booking, Cancellation
from domain.errors import CarrierUnavailable
from domain.facts import ParcelFact, ParcelState
from domain.order import Person
from domain.outcome import Reason
from ports.clock import Clock

_DOWN: Final = "00000"
_REFUSED: Final = "00001"
_TIMEOUT_AFTER_EFFECT: Final = "00002"


class Kind(StrEnum):
    """What a row of the ledger says; a cancellation's row carries the `Cancellation`."""

    #: The parcel will be fetched.
    BOOKED = "booked"
    #: The carrier does not go there.
    REFUSED = "refused"


_STATES: Final[dict[str, ParcelState]] = {
    Kind.BOOKED: ParcelState.BOOKED,
    "released": ParcelState.RELEASED,
    Cancellation.CANCELED: ParcelState.CANCELED,
}


class SandboxCarrier:
    """A carrier that books, refuses and fails on demand."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.ledger = Ledger(path, "parcels", clock, CarrierUnavailable)

    def book(self, order_id: str, recipient: Person) -> Booking:
        """Book the parcel. A refused address is an answer."""
        postal_code = recipient.address.postal_code
        if postal_code == _DOWN:
            raise CarrierUnavailable
        with self.ledger.writing() as page:
            if page.get(_cancel(order_id)):
                return Booking(booked=False, reason=Reason.WITHDRAWN)
            known = page.get(_ship(order_id))
            entry = known or _decide(page, order_id, postal_code)
        if known is None and postal_code == _TIMEOUT_AFTER_EFFECT:
            raise CarrierUnavailable("the carrier's answer was lost")
        return _booking(entry)

    def cancel(self, order_id: str) -> Cancellation:
        """Cancel the parcel if there is one; none is booked for this order any more."""
        with self.ledger.writing() as page:
            entry = page.get(_cancel(order_id))
            if entry is None:
                parcel = page.get(_ship(order_id))
                booked = parcel is not None and parcel.kind == Kind.BOOKED
                kind = Cancellation.CANCELED if booked else Cancellation.NOTHING
                entry = page.put(_cancel(order_id), order_id, kind)
        return Cancellation(entry.kind)

    def parcels(self, since: datetime) -> Iterator[ParcelFact]:
        """The parcels of the ledger, each as its latest row says."""
        entries = self.ledger.entries(since)
        latest = {entry.order_id: _STATES[entry.kind] for entry in entries if entry.kind in _STATES}
        for entry in entries:
            if entry.kind == Kind.BOOKED:
                yield ParcelFact(order_id=entry.order_id, state=latest[entry.order_id])


def _ship(order_id: str) -> str:
    return f"{order_id}:ship"


def _cancel(order_id: str) -> str:
    return f"{order_id}:cancelShipment"


def _decide(page: Page, order_id: str, postal_code: str) -> Entry:
    if postal_code == _REFUSED:
        return page.put(_ship(order_id), order_id, Kind.REFUSED)
    # A number that anybody may see must not tell the order id, which opens the order.
    number = "SBX" + hashlib.sha256(order_id.encode()).hexdigest()[:15].upper()
    return page.put(_ship(order_id), order_id, Kind.BOOKED, tracking_number=number)


def _booking(entry: Entry) -> Booking:
    if entry.kind == Kind.BOOKED:
        return Booking(booked=True, tracking_number=str(entry.detail["tracking_number"]))
    return Booking(booked=False, reason=Reason.ADDRESS_REFUSED)
