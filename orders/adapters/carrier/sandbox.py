"""Sandbox carrier with a ledger of its own: the postal code selects the behavior.

| postal code | behavior                                       |
|-------------|-------------------------------------------------|
| 00000       | booking always raises                           |
| 00001       | the address is refused                          |
| 00002       | booked, but the first response is lost          |
| 00003       | the first three calls raise, then it is booked  |
| 00004       | booked; dispatching always raises               |
| 00005       | booking raises for two minutes                  |
| 00006       | booked; dispatching raises for ten minutes      |
| 00007       | dispatched; delivered after five seconds        |
| 00008       | dispatched; lost after five seconds             |
| 00009       | dispatched; returned after five seconds         |
| any other   | booked and dispatched                           |

Canceling always leaves an entry, even without a shipment: a late booking finds it, does nothing and
answers `alreadyUndone`. The ledger keeps no addresses.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from orders.adapters.sandbox_ledger import Detail, Entry, Ledger, LedgerTransaction
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
from orders.ports.clock import Clock

_BOOKING_UNAVAILABLE: Final = "00000"
_ADDRESS_REFUSED: Final = "00001"
_TIMEOUT_AFTER_EFFECT: Final = "00002"
_SLOW: Final = "00003"
_DISPATCH_UNAVAILABLE: Final = "00004"
_BOOKING_OUTAGE: Final = "00005"
_DISPATCH_OUTAGE: Final = "00006"
#: How the transport ends.
_ENDS: Final = {
    "00007": ShipmentStatus.DELIVERED,
    "00008": ShipmentStatus.LOST,
    "00009": ShipmentStatus.RETURNED,
}
_TRANSPORT_TIME: Final = timedelta(seconds=5)

#: How long calls raise, from the order's first one.
_BOOKING_OUTAGE_TIME: Final = timedelta(minutes=2)
_DISPATCH_OUTAGE_TIME: Final = timedelta(minutes=10)

#: Calls that a slow booking answers with a fault.
_SLOW_CALLS: Final = 3


class Kind(StrEnum):
    """Kinds of ledger entries; those of cancellations are `ShipmentCancellation`."""

    #: The shipment is registered.
    BOOKED = "booked"
    #: The shipment may leave.
    DISPATCHED = "dispatched"
    #: A slow booking has not been decided yet.
    PENDING = "pending"
    #: The carrier does not deliver to the address.
    REFUSED = "refused"
    #: An outage was simulated.
    OUTAGE = "outage"


class SandboxCarrier:
    """A carrier that books, refuses and fails on demand."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.ledger = Ledger(path, "shipments", clock, CarrierUnavailableError)
        self._clock = clock

    def book(self, order_id: str, recipient: Customer) -> Booking:
        """Book the shipment. A refused address is returned, not raised."""
        postal_code = recipient.address.postal_code
        if postal_code == _BOOKING_UNAVAILABLE:
            raise CarrierUnavailableError
        if postal_code == _SLOW:
            self._fail_first_calls(order_id)
        if postal_code == _BOOKING_OUTAGE:
            self._fail_for(_BOOKING_OUTAGE_TIME, f"{order_id}:bookingOutage", order_id)
        with self.ledger.writing() as ledger:
            if ledger.get(_cancel_key(order_id)):
                return Refused(reason=Reason.ALREADY_UNDONE)
            existing = ledger.get(_ship_key(order_id))
            entry = existing or _decide(ledger, order_id, postal_code)
        if existing is None and postal_code == _TIMEOUT_AFTER_EFFECT:
            raise CarrierUnavailableError("the carrier's response was lost")
        return _booking(entry)

    def cancel(self, order_id: str) -> ShipmentCancellation:
        """Cancel the shipment and leave a tombstone."""
        with self.ledger.writing() as ledger:
            if ledger.get(_dispatch_key(order_id)):
                raise CarrierUnavailableError("the shipment is dispatched")
            entry = ledger.get(_cancel_key(order_id))
            if entry is None:
                exists = _find_shipment(ledger, order_id) is not None
                kind = ShipmentCancellation.CANCELED if exists else ShipmentCancellation.NOTHING
                entry = ledger.put(_cancel_key(order_id), order_id, kind)
        return ShipmentCancellation(entry.kind)

    def dispatch(self, order_id: str) -> None:
        """Dispatch the booked shipment."""
        with self.ledger.writing() as ledger:
            shipment = _find_shipment(ledger, order_id)
            if shipment is None or ledger.get(_cancel_key(order_id)):
                raise CarrierUnavailableError("there is no booked shipment to dispatch")
            if shipment.detail["dispatch_unavailable"]:
                raise CarrierUnavailableError
            is_down = bool(shipment.detail["dispatch_outage"]) and ledger.is_in_outage(
                f"{order_id}:dispatchOutage", order_id, Kind.OUTAGE, _DISPATCH_OUTAGE_TIME
            )
            if not is_down and ledger.get(_dispatch_key(order_id)) is None:
                detail = _transport(shipment, self._clock.now())
                ledger.put(_dispatch_key(order_id), order_id, Kind.DISPATCHED, **detail)
        if is_down:
            raise CarrierUnavailableError

    def track(self, order_id: str) -> Shipment | None:
        """Return the order's shipment, if there is one."""
        with self.ledger.writing() as ledger:
            shipment = _find_shipment(ledger, order_id)
            if shipment is None:
                return None
            status = _status(ledger.get_all(order_id), self._clock.now())
        return Shipment(status=status, tracking_number=str(shipment.detail["tracking_number"]))

    def find_object(self, object_id: str) -> PartnerObject | None:
        """Return the owner of an object. The sandbox's events name order IDs."""
        with self.ledger.writing() as ledger:
            is_known = _find_shipment(ledger, object_id) is not None
        return PartnerObject(order_id=object_id) if is_known else None

    def is_available(self) -> bool:
        """Whether the sandbox answers: always. Magic values make single orders fail."""
        return True

    def list_shipments(self, since: datetime) -> Iterator[ShipmentRecord]:
        """Return the shipments in the ledger."""
        now = self._clock.now()
        entries = self.ledger.entries(since)
        groups: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            groups[entry.order_id].append(entry)
        for entry in entries:
            if entry.kind == Kind.BOOKED:
                status = _status(groups[entry.order_id], now)
                yield ShipmentRecord(order_id=entry.order_id, status=status)

    def _fail_first_calls(self, order_id: str) -> None:
        keys = [f"{order_id}:pending:{n}" for n in range(_SLOW_CALLS)]
        with self.ledger.writing() as ledger:
            is_pending = ledger.put_first_missing(keys, order_id, Kind.PENDING)
        if is_pending:
            raise CarrierUnavailableError("the booking is still pending")

    def _fail_for(self, duration: timedelta, key: str, order_id: str) -> None:
        with self.ledger.writing() as ledger:
            is_down = ledger.is_in_outage(key, order_id, Kind.OUTAGE, duration)
        if is_down:
            raise CarrierUnavailableError


def _status(entries: Iterable[Entry], now: datetime) -> ShipmentStatus:
    by_kind = {entry.kind: entry for entry in entries}
    dispatch = by_kind.get(Kind.DISPATCHED)
    if ShipmentCancellation.CANCELED in by_kind:
        return ShipmentStatus.CANCELED
    if dispatch is None:
        return ShipmentStatus.BOOKED
    ends_at = dispatch.detail.get("ends_at")
    if ends_at is None or now < datetime.fromisoformat(str(ends_at)):
        return ShipmentStatus.DISPATCHED
    return ShipmentStatus(str(dispatch.detail["end"]))


def _transport(shipment: Entry, now: datetime) -> dict[str, Detail]:
    """Return how and when the transport of a shipment that leaves now ends, if it does."""
    end = shipment.detail.get("end")
    return {"end": end, "ends_at": (now + _TRANSPORT_TIME).isoformat()} if end else {}


def _ship_key(order_id: str) -> str:
    return f"{order_id}:ship"


def _cancel_key(order_id: str) -> str:
    return f"{order_id}:cancelShipment"


def _dispatch_key(order_id: str) -> str:
    return f"{order_id}:dispatch"


def _find_shipment(ledger: LedgerTransaction, order_id: str) -> Entry | None:
    entry = ledger.get(_ship_key(order_id))
    return entry if entry and entry.kind == Kind.BOOKED else None


def _decide(ledger: LedgerTransaction, order_id: str, postal_code: str) -> Entry:
    key = _ship_key(order_id)
    if postal_code == _ADDRESS_REFUSED:
        return ledger.put(key, order_id, Kind.REFUSED)
    # Tracking numbers are public, and the order ID gives access to the order: hence the hash.
    number = "SBX" + hashlib.sha256(order_id.encode()).hexdigest()[:15].upper()
    return ledger.put(
        key,
        order_id,
        Kind.BOOKED,
        tracking_number=number,
        dispatch_unavailable=postal_code == _DISPATCH_UNAVAILABLE,
        dispatch_outage=postal_code == _DISPATCH_OUTAGE,
        end=_ENDS.get(postal_code),
    )


def _booking(entry: Entry) -> Booking:
    if entry.kind == Kind.BOOKED:
        return Booked(tracking_number=str(entry.detail["tracking_number"]))
    return Refused(reason=Reason.ADDRESS_REFUSED)
