"""A small carrier on 127.0.0.1 that speaks the protocol of `adapters.http.carrier`.

It forgets its idempotency keys on demand, as carriers do after a day, and fails as it is told to.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from tests.wire import Fault, Plan, Reply, Request, listening

TOKEN = "a token of these tests"  # noqa: S105 - of these tests
REFUSED_POSTAL_CODE = "00001"

Answer = tuple[int, object]


@dataclass
class Carrier:
    """What the carrier knows."""

    shipments: list[dict[str, Any]] = field(default_factory=list)
    #: The recipients that were told, in their order.
    recipients: list[dict[str, Any]] = field(default_factory=list)
    #: (step, key) of every request, in their order.
    requests: list[tuple[str, str]] = field(default_factory=list)
    kept: dict[str, Answer] = field(default_factory=dict)
    #: What is answered in the place of the truth.
    instead: Answer | None = None
    page_length: int = 100
    url: str = ""
    plan: Plan = field(default_factory=Plan)
    _lock: Lock = field(default_factory=Lock)

    def steps(self) -> list[str]:
        """What was asked for, without the look-ups."""
        return [step for step, _ in self.requests if step != "find"]

    def respond(self, request: Request) -> Reply:
        """What the carrier says over HTTP."""
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, b"{}"
        step = _step(request)
        self.plan.meanwhile.pop(step, lambda: None)()
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

    def _once(self, request: Request, key: str) -> Answer:
        if self.instead:
            return self.instead
        if key in self.kept:
            return self.kept[key]
        answer = self._do(request)
        if key:
            self.kept[key] = answer
        return answer

    def _do(self, request: Request) -> Answer:
        match request.method, request.path:
            case "GET", ["shipments"] if "since" in request.query:
                return 200, self._page(int(request.query.get("page") or 0))
            case "GET", ["shipments"]:
                return 200, {"shipments": self._of(request.query["reference"])}
            case _, ["shipments"]:
                return self._book(json.loads(request.body))
            case _, path:
                return self._cancel(path[1]) if path[2] == "cancel" else self._release(path[1])

    def _of(self, reference: str) -> list[dict[str, Any]]:
        return [one for one in self.shipments if one["reference"] == reference]

    def _page(self, first: int) -> dict[str, Any]:
        following = first + self.page_length
        more = {"next": str(following)} if following < len(self.shipments) else {}
        return {"shipments": self.shipments[first:following], **more}

    def _book(self, wanted: dict[str, Any]) -> Answer:
        self.recipients.append(wanted["recipient"])
        if wanted["recipient"]["address"]["postalCode"] == REFUSED_POSTAL_CODE:
            return 422, {"error": "nobody goes there"}
        number = len(self.shipments)
        shipment = {"id": f"shp_{number}", "reference": wanted["reference"], "status": "booked"}
        shipment["trackingNumber"] = f"TRK{number}"
        self.shipments.append(shipment)
        return 201, dict(shipment)

    def _cancel(self, shipment_id: str) -> Answer:
        (shipment,) = [one for one in self.shipments if one["id"] == shipment_id]
        if shipment["status"] == "dispatched":
            return 409, {"error": "it has left"}
        shipment["status"] = "canceled"
        return 200, dict(shipment)

    def _release(self, shipment_id: str) -> Answer:
        (shipment,) = [one for one in self.shipments if one["id"] == shipment_id]
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
    """A carrier without parcels, under `url`, until the end."""
    carrier = Carrier()
    with listening(carrier.respond, carrier.plan) as carrier.url:
        yield carrier
