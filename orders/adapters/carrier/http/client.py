"""What can be asked of a parcel carrier over HTTP, in JSON?

| request | answer |
|---|---|
| `GET /shipments?reference=…` | 200 `{"shipments": […]}`: the one of this reference, or none |
| `GET /shipments?since=…&page=…` | 200 `{"shipments": […], "next": …}`: all since then, by pages |
| `POST /shipments` | 200 or 201 and the shipment; 422: the address is refused |
| `POST /shipments/{id}/cancel` | 200 and the shipment; 409: it has left |
| `POST /shipments/{id}/dispatch` | 200 and the shipment; 409: it is canceled |

What is posted is `{"reference", "recipient": {"name", "phone", "note", "address": {…}}}`.
A shipment is `{"id", "reference", "status", "trackingNumber"}`, its status `booked`, `released`,
`delivered` or `canceled`. Each POST carries an `Idempotency-Key`.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import urllib3

from orders.domain.errors import CarrierUnavailableError
from orders.domain.order import Customer
from orders.domain.results import ShipmentStatus

T = TypeVar("T")

_OK: Final = frozenset({200, 201})
_UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True)
class CarrierShipment:
    """A parcel as the carrier knows it."""

    shipment_id: str
    status: ShipmentStatus
    tracking_number: str


class HttpShipments:
    """The shipments at a carrier that speaks the protocol above."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._http = urllib3.PoolManager(timeout=timeout)

    def find(self, reference: str) -> CarrierShipment | None:
        """The shipment of this reference."""
        response = self._ask("GET", "/shipments", fields={"reference": reference})
        found = _of(_document(response), "shipments", list)
        return _carrier_shipment(found[0]) if found else None

    def booked_since(self, since: datetime) -> Iterator[tuple[str, CarrierShipment]]:
        """Every shipment that was booked since, with its reference."""
        page: object = ""
        while isinstance(page, str):
            asked = {"since": since.isoformat(), "page": page}
            document = _document(self._ask("GET", "/shipments", fields=asked))
            for found in _of(document, "shipments", list):
                yield _of(found, "reference", str), _carrier_shipment(found)
            page = document.get("next") if isinstance(document, dict) else None

    def book(self, reference: str, recipient: Customer, key: str) -> CarrierShipment | None:
        """A new shipment; none where the address is refused."""
        wanted = {"reference": reference, "recipient": _recipient(recipient)}
        response = self._ask("POST", "/shipments", key, json=wanted)
        if response.status == _UNPROCESSABLE:
            return None
        return _carrier_shipment(_document(response))

    def cancel(self, shipment: CarrierShipment, key: str) -> CarrierShipment:
        """The shipment after it was to be canceled."""
        response = self._ask("POST", f"/shipments/{shipment.shipment_id}/cancel", key)
        return _carrier_shipment(_document(response))

    def dispatch(self, shipment: CarrierShipment, key: str) -> CarrierShipment:
        """The shipment after it was to be let go."""
        response = self._ask("POST", f"/shipments/{shipment.shipment_id}/dispatch", key)
        return _carrier_shipment(_document(response))

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
            raise CarrierUnavailableError(
                f"the carrier did not answer: {type(error).__name__}"
            ) from None


def _recipient(customer: Customer) -> dict[str, Any]:
    """Whom the driver looks for. The mail address is not his business."""
    given = asdict(customer.address)
    address = {name: given[name] for name in ("line1", "line2", "city", "region", "country")}
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
        raise CarrierUnavailableError("the carrier's answer is no JSON") from None


def _carrier_shipment(document: object) -> CarrierShipment:
    status = _of(document, "status", str)
    if status not in set(ShipmentStatus):
        raise CarrierUnavailableError("the carrier's answer lacks a status that we know")
    return CarrierShipment(
        shipment_id=_of(document, "id", str),
        status=ShipmentStatus(status),
        tracking_number=_of(document, "trackingNumber", str),
    )


def _of(document: object, field: str, kind: type[T]) -> T:
    value = document.get(field) if isinstance(document, dict) else None
    if not isinstance(value, kind):
        raise CarrierUnavailableError(f"the carrier's answer lacks {field!r}")
    return value
