"""Carrier on 127.0.0.1 that speaks the protocol of `adapters.carrier.http.client`.

It drops its idempotency keys on demand, as carriers do after a day, and fails on demand.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from tests.wire import Fault, Plan, Reply, Request, listening

TOKEN = "a token for tests"  # noqa: S105 - used by tests only
REFUSED_POSTAL_CODE = "00001"

Response = tuple[int, object]


@dataclass
class Carrier:
    """State of the carrier, and the faults to simulate."""

    shipments: list[dict[str, Any]] = field(default_factory=list)
    #: The recipients of all bookings, oldest first.
    recipients: list[dict[str, Any]] = field(default_factory=list)
    #: (step, key) of every request, oldest first.
    requests: list[tuple[str, str]] = field(default_factory=list)
    #: Responses by idempotency key.
    stored: dict[str, Response] = field(default_factory=dict)
    #: Answers every request, if it is set.
    fixed_response: Response | None = None
    page_length: int = 100
    url: str = ""
    plan: Plan = field(default_factory=Plan)
    _lock: Lock = field(default_factory=Lock)

    def steps(self) -> list[str]:
        """Return the steps of all requests but look-ups."""
        return [step for step, _ in self.requests if step != "find"]

    def respond(self, request: Request) -> Reply:
        """Answer a request."""
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, b"{}"
        step = _step(request)
        self.plan.call_before(step)
        with self._lock:
            key = request.headers["Idempotency-Key"] or ""
            self.requests.append((step, key))
            fault = self.plan.next_fault(step)
            status, document = (503, {}) if fault and fault.is_before else self._once(request, key)
        if fault is Fault.SLOW:
            self.plan.wait()
        match fault:
            case Fault.LOST_BEFORE | Fault.LOST_AFTER | Fault.SLOW:
                return None
            case Fault.GARBLED:
                return 200, b"<html>sign in to this network</html>"
            case Fault.ERROR_AFTER:
                return 500, b"{}"
            case _:
                return status, json.dumps(document).encode()

    def _once(self, request: Request, key: str) -> Response:
        if self.fixed_response:
            return self.fixed_response
        if key in self.stored:
            return self.stored[key]
        response = self._execute(request)
        if key:
            self.stored[key] = response
        return response

    def _execute(self, request: Request) -> Response:
        match request.method, request.path:
            case "GET", ["shipments"] if "since" in request.query:
                return 200, self._page(int(request.query.get("page") or 0))
            case "GET", ["shipments"]:
                return 200, {"shipments": self._with_reference(request.query["reference"])}
            case "GET", [_, shipment_id]:
                found = [item for item in self.shipments if item["id"] == shipment_id]
                return (200, dict(found[0])) if found else (404, {"error": "there is none"})
            case _, ["shipments"]:
                return self._book(json.loads(request.body))
            case _, path:
                return self._cancel(path[1]) if path[2] == "cancel" else self._dispatch(path[1])

    def _with_reference(self, reference: str) -> list[dict[str, Any]]:
        return [item for item in self.shipments if item["reference"] == reference]

    def _page(self, first: int) -> dict[str, Any]:
        following = first + self.page_length
        more = {"next": str(following)} if following < len(self.shipments) else {}
        return {"shipments": self.shipments[first:following], **more}

    def _book(self, body: dict[str, Any]) -> Response:
        self.recipients.append(body["recipient"])
        if body["recipient"]["address"]["postalCode"] == REFUSED_POSTAL_CODE:
            return 422, {"error": "we do not deliver there"}
        number = len(self.shipments)
        shipment = {"id": f"shp_{number}", "reference": body["reference"], "status": "booked"}
        shipment["trackingNumber"] = f"TRK{number}"
        self.shipments.append(shipment)
        return 201, dict(shipment)

    def _cancel(self, shipment_id: str) -> Response:
        (shipment,) = [item for item in self.shipments if item["id"] == shipment_id]
        if shipment["status"] not in {"booked", "canceled"}:
            return 409, {"error": "it is dispatched"}
        shipment["status"] = "canceled"
        return 200, dict(shipment)

    def _dispatch(self, shipment_id: str) -> Response:
        (shipment,) = [item for item in self.shipments if item["id"] == shipment_id]
        if shipment["status"] == "canceled":
            return 409, {"error": "it is canceled"}
        shipment["status"] = "dispatched"
        return 200, dict(shipment)


def _step(request: Request) -> str:
    if request.method == "GET":
        return "find"
    return request.path[2] if len(request.path) > 1 else "book"


@contextmanager
def serving() -> Iterator[Carrier]:
    """Run a carrier without shipments."""
    carrier = Carrier()
    with listening(carrier.respond, carrier.plan) as carrier.url:
        yield carrier
