"""Requests to a carrier over HTTP, in JSON.

| request                               | response                                               |
|---------------------------------------|--------------------------------------------------------|
| `GET /shipments?reference=…`          | 200 `{"shipments": […]}`: those with it, or none       |
| `GET /shipments/{id}`                 | 200 and the shipment; 404: there is none               |
| `GET /shipments?since=…&page=…`       | 200 `{"shipments": […], "next": …}`: all, in pages     |
| `POST /shipments`                     | 200 or 201 and the shipment; 422: the address is refused |
| `POST /shipments/{id}/cancel`         | 200 and the shipment; 409: it is dispatched            |
| `POST /shipments/{id}/dispatch`       | 200 and the shipment; 409: it is canceled              |

The body of a booking is `{"reference", "recipient": {"name", "phone", "note", "address": {…}}}`.
A shipment is `{"id", "reference", "status", "trackingNumber"}` with the status `booked`,
`dispatched`, `delivered`, `lost`, `returned` or `canceled`. Each POST carries an `Idempotency-Key`.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import urllib3

from orders.domain.errors import CarrierUnavailableError
from orders.domain.order import Customer
from orders.domain.results import ShipmentStatus

T = TypeVar("T")

#: Of several shipments with one reference the one that came furthest counts.
_PROGRESS: Final = (
    ShipmentStatus.CANCELED,
    ShipmentStatus.BOOKED,
    ShipmentStatus.DISPATCHED,
    ShipmentStatus.LOST,
    ShipmentStatus.RETURNED,
    ShipmentStatus.DELIVERED,
)

_OK: Final = frozenset({200, 201})
_NOT_FOUND: Final = 404
_UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierShipment:
    """A shipment at the carrier."""

    shipment_id: str
    #: The order ID.
    reference: str
    status: ShipmentStatus
    tracking_number: str


class CarrierClient:
    """The client of a carrier that speaks the protocol above."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._http = urllib3.PoolManager(timeout=timeout)

    def find(self, reference: str) -> CarrierShipment | None:
        """Return the shipment with this reference, a living one rather than a canceled one."""
        response = self._request("GET", "/shipments", fields={"reference": reference})
        listed = map(_to_shipment, _field(_document(response), "shipments", list))
        # A carrier may ignore the parameter, or find similar references too.
        found = (shipment for shipment in listed if shipment.reference == reference)
        return max(found, key=lambda shipment: _PROGRESS.index(shipment.status), default=None)

    def reference_of(self, shipment_id: str) -> str | None:
        """Return the reference of a shipment; None: there is no such shipment."""
        response = self._request("GET", f"/shipments/{quote(shipment_id, safe='')}")
        if response.status == _NOT_FOUND:
            return None
        return _field(_document(response), "reference", str)

    def booked_since(self, since: datetime) -> Iterator[CarrierShipment]:
        """Yield the shipment of every booking since then."""
        page: object = ""
        while isinstance(page, str):
            fields = {"since": since.isoformat(), "page": page}
            document = _document(self._request("GET", "/shipments", fields=fields))
            for item in _field(document, "shipments", list):
                yield _to_shipment(item)
            page = document.get("next") if isinstance(document, dict) else None

    def book(self, reference: str, recipient: Customer, key: str) -> CarrierShipment | None:
        """Book a shipment and return it; None: the address is refused."""
        body = {"reference": reference, "recipient": _recipient(recipient)}
        response = self._request("POST", "/shipments", key, json=body)
        if response.status == _UNPROCESSABLE:
            return None
        return _require_same(_to_shipment(_document(response)), reference)

    def cancel(self, shipment: CarrierShipment, key: str) -> CarrierShipment:
        """Cancel the shipment and return its new state."""
        response = self._request("POST", f"/shipments/{shipment.shipment_id}/cancel", key)
        return _require_same(_to_shipment(_document(response)), shipment.reference)

    def dispatch(self, shipment: CarrierShipment, key: str) -> CarrierShipment:
        """Dispatch the shipment and return its new state."""
        response = self._request("POST", f"/shipments/{shipment.shipment_id}/dispatch", key)
        return _require_same(_to_shipment(_document(response)), shipment.reference)

    def _request(
        self, method: str, path: str, key: str | None = None, **content: dict[str, Any]
    ) -> urllib3.BaseHTTPResponse:
        headers = {**self._headers, "Idempotency-Key": key} if key else self._headers
        try:
            return self._http.request(
                method,
                self._url + path,
                headers=headers,
                retries=False,  # the orchestration retries, after a look-up
                redirect=False,
                **content,
            )
        except urllib3.exceptions.HTTPError as error:
            raise CarrierUnavailableError(
                f"the carrier did not answer: {type(error).__name__}"
            ) from None


def _recipient(customer: Customer) -> dict[str, Any]:
    """Return what the delivery needs; the email address is not part of it."""
    plain = asdict(customer.address)
    address = {name: plain[name] for name in ("line1", "line2", "city", "region", "country")}
    return {
        "name": customer.name,
        "phone": customer.phone,
        "note": customer.note,
        "address": {**address, "postalCode": customer.address.postal_code},
    }


def _document(response: urllib3.BaseHTTPResponse) -> object:
    if response.status not in _OK:
        raise CarrierUnavailableError(f"the carrier answered {response.status}")
    try:
        return response.json()
    except ValueError:
        raise CarrierUnavailableError("the carrier's response is not JSON") from None


def _to_shipment(document: object) -> CarrierShipment:
    status = _field(document, "status", str)
    if status not in set(ShipmentStatus):
        raise CarrierUnavailableError("the carrier's response has an unknown status")
    return CarrierShipment(
        shipment_id=_field(document, "id", str),
        reference=_field(document, "reference", str),
        status=ShipmentStatus(status),
        tracking_number=_field(document, "trackingNumber", str),
    )


def _require_same(shipment: CarrierShipment, reference: str) -> CarrierShipment:
    if shipment.reference != reference:
        raise CarrierUnavailableError("the carrier's response is about another shipment")
    return shipment


def _field(document: object, name: str, kind: type[T]) -> T:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, kind):
        raise CarrierUnavailableError(f"the carrier's response lacks {name!r}")
    return value
