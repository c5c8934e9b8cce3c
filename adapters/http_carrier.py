"""A parcel carrier over HTTP, in JSON.

| request | answer |
|---|---|
| `GET /shipments?reference=…` | 200 `{"shipments": […]}`: the one of this reference, or none |
| `GET /shipments?since=…&page=…` | 200 `{"shipments": […], "next": …}`: all since then, by pages |
| `POST /shipments` | 200 or 201 and the shipment; 422: the address is refused |
| `POST /shipments/{id}/cancel` | 200 and the shipment; 409: it has left |

What is posted is `{"reference", "recipient": {"name", "phone", "note", "address": {…}}}`.
A shipment is `{"id", "status", "trackingNumber"}`, its status `booked`, `canceled` or another. Each
POST carries an `Idempotency-Key`. Carriers keep their keys for a day or so and orders may come back
later, so the shipment is looked up by its reference, the order's id, before anything is done.

A carrier knows nothing of an order that was undone before it was booked: that is written down in
the book, which is read before the booking and once more after it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import urllib3

from domain.answers import Booking, Cancellation
from domain.errors import CarrierUnavailable
from domain.facts import ParcelFact, ParcelState
from domain.order import Person
from domain.outcome import Reason
from ports.references import References

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 15.0

_BOOKED: Final = "booked"
_CANCELED: Final = "canceled"
#: Any other state is one after the parcel was let go.
_STATES: Final = {_BOOKED: ParcelState.BOOKED, _CANCELED: ParcelState.CANCELED}
_OK: Final = frozenset({200, 201})
_UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True)
class _Shipment:
    shipment_id: str
    status: str
    tracking_number: str


class HttpCarrier:
    """A carrier that speaks the protocol above."""

    def __init__(
        self, url: str, token: str, references: References, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._references = references
        self._http = urllib3.PoolManager(timeout=timeout)

    def book(self, order_id: str, recipient: Person) -> Booking:
        """Book the parcel. A refused address is an answer."""
        shipment = self._find(order_id)
        if shipment is None and not self._is_withdrawn(order_id):
            shipment = self._ship(order_id, recipient)
        if self._is_withdrawn(order_id):
            # The undo looked for a parcel before there was one, and will not look again.
            self._make_sure_it_is_canceled(order_id, shipment)
            return Booking(booked=False, reason=Reason.WITHDRAWN)
        if shipment is None:
            return Booking(booked=False, reason=Reason.ADDRESS_REFUSED)
        if shipment.status == _CANCELED:
            return Booking(booked=False, reason=Reason.WITHDRAWN)
        return Booking(booked=True, tracking_number=shipment.tracking_number)

    def cancel(self, order_id: str) -> Cancellation:
        """Cancel the parcel if there is one; from now on none is booked for this order."""
        self._references.withdraw(order_id)
        shipment = self._find(order_id)
        self._make_sure_it_is_canceled(order_id, shipment)
        return Cancellation.CANCELED if shipment else Cancellation.NOTHING

    def parcels(self, since: datetime) -> Iterator[ParcelFact]:
        """The parcels that the carrier lists, page after page."""
        page: str | None = ""
        while page is not None:
            asked = {"since": since.isoformat(), "page": page}
            document = _document(self._ask("GET", "/shipments", fields=asked))
            for shipment in _of(document, "shipments", list):
                state = _STATES.get(_of(shipment, "status", str), ParcelState.RELEASED)
                yield ParcelFact(order_id=_of(shipment, "reference", str), state=state)
            page = document.get("next") if isinstance(document, dict) else None

    def _is_withdrawn(self, order_id: str) -> bool:
        return self._references.find(order_id).withdrawn

    def _find(self, order_id: str) -> _Shipment | None:
        response = self._ask("GET", "/shipments", fields={"reference": order_id})
        found = _of(_document(response), "shipments", list)
        return _shipment(found[0]) if found else None

    def _ship(self, order_id: str, recipient: Person) -> _Shipment | None:
        wanted = {"reference": order_id, "recipient": _recipient(recipient)}
        response = self._ask("POST", "/shipments", f"{order_id}:ship", json=wanted)
        if response.status == _UNPROCESSABLE:
            return None
        return _shipment(_document(response))

    def _make_sure_it_is_canceled(self, order_id: str, shipment: _Shipment | None) -> None:
        if shipment is None or shipment.status == _CANCELED:
            return
        path = f"/shipments/{shipment.shipment_id}/cancel"
        response = self._ask("POST", path, f"{order_id}:cancelShipment")
        status = _shipment(_document(response)).status
        if status != _CANCELED:
            raise CarrierUnavailable(f"the parcel is still {status}")

    def _ask(
        self, method: str, path: str, key: str | None = None, **what: dict[str, Any]
    ) -> urllib3.BaseHTTPResponse:
        headers = {**self._headers, "Idempotency-Key": key} if key else self._headers
        try:
            return self._http.request(
                method,
                self._url + path,
                headers=headers,
                retries=False,  # whoever calls retries, after a look-up
                redirect=False,
                **what,
            )
        except urllib3.exceptions.HTTPError as error:
            raise CarrierUnavailable(
                f"the carrier did not answer: {type(error).__name__}"
            ) from None


def _recipient(person: Person) -> dict[str, Any]:
    """Whom the driver looks for. The mail address is not his business."""
    given = asdict(person.address)
    address = {name: given[name] for name in ("line1", "line2", "city", "region", "country")}
    return {
        "name": person.name,
        "phone": person.phone,
        "note": person.note,
        "address": {**address, "postalCode": person.address.postal_code},
    }


def _document(response: urllib3.BaseHTTPResponse) -> object:
    if response.status not in _OK:
        raise CarrierUnavailable(f"the carrier answered {response.status}")
    try:
        return response.json()
    except ValueError:
        raise CarrierUnavailable("the carrier's answer is no JSON") from None


def _shipment(document: object) -> _Shipment:
    return _Shipment(
        shipment_id=_of(document, "id", str),
        status=_of(document, "status", str),
        tracking_number=_of(document, "trackingNumber", str),
    )


def _of(document: object, field: str, kind: type[T]) -> T:
    value = document.get(field) if isinstance(document, dict) else None
    if not isinstance(value, kind):
        raise CarrierUnavailable(f"the carrier's answer lacks {field!r}")
    return value
