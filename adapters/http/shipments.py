"""What can be asked of a parcel carrier over HTTP, in JSON?

| request | answer |
|---|---|
| `GET /shipments?reference=…` | 200 `{"shipments": […]}`: the one of this reference, or none |
| `GET /shipments?since=…&page=…` | 200 `{"shipments": […], "next": …}`: all since then, by pages |
| `POST /shipments` | 200 or 201 and the shipment; 422: the address is refused |
| `POST /shipments/{id}/cancel` | 200 and the shipment; 409: it has left |
| `POST /shipments/{id}/release` | 200 and the shipment; 409: it is canceled |

What is posted is `{"reference", "recipient": {"name", "phone", "note", "address": {…}}}`.
A shipment is `{"id", "reference", "status", "trackingNumber"}`, its status `booked`, `released`,
`delivered` or `canceled`. Each POST carries an `Idempotency-Key`.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import urllib3

from domain.answers import ParcelStatus
from domain.errors import CarrierUnavailable
from domain.order import Person

T = TypeVar("T")

_OK: Final = frozenset({200, 201})
_UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel as the carrier knows it."""

    shipment_id: str
    status: ParcelStatus
    tracking_number: str


class HttpShipments:
    """The shipments at a carrier that speaks the protocol above."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._http = urllib3.PoolManager(timeout=timeout)

    def find(self, reference: str) -> Shipment | None:
        """The shipment of this reference."""
        response = self._ask("GET", "/shipments", fields={"reference": reference})
        found = _of(_document(response), "shipments", list)
        return _shipment(found[0]) if found else None

    def booked_since(self, since: datetime) -> Iterator[tuple[str, Shipment]]:
        """Every shipment that was booked since, with its reference."""
        page: object = ""
        while isinstance(page, str):
            asked = {"since": since.isoformat(), "page": page}
            document = _document(self._ask("GET", "/shipments", fields=asked))
            for found in _of(document, "shipments", list):
                yield _of(found, "reference", str), _shipment(found)
            page = document.get("next") if isinstance(document, dict) else None

    def book(self, reference: str, recipient: Person, key: str) -> Shipment | None:
        """A new shipment; none where the address is refused."""
        wanted = {"reference": reference, "recipient": _recipient(recipient)}
        response = self._ask("POST", "/shipments", key, json=wanted)
        if response.status == _UNPROCESSABLE:
            return None
        return _shipment(_document(response))

    def cancel(self, shipment: Shipment, key: str) -> Shipment:
        """The shipment after it was to be canceled."""
        response = self._ask("POST", f"/shipments/{shipment.shipment_id}/cancel", key)
        return _shipment(_document(response))

    def release(self, shipment: Shipment, key: str) -> Shipment:
        """The shipment after it was to be let go."""
        response = self._ask("POST", f"/shipments/{shipment.shipment_id}/release", key)
        return _shipment(_document(response))

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


def _shipment(document: object) -> Shipment:
    status = _of(document, "status", str)
    if status not in set(ParcelStatus):
        raise CarrierUnavailable("the carrier's answer lacks a status that we know")
    return Shipment(
        shipment_id=_of(document, "id", str),
        status=ParcelStatus(status),
        tracking_number=_of(document, "trackingNumber", str),
    )


def _of(document: object, field: str, kind: type[T]) -> T:
    value = document.get(field) if isinstance(document, dict) else None
    if not isinstance(value, kind):
        raise CarrierUnavailable(f"the carrier's answer lacks {field!r}")
    return value
