"""Ends of transports, and the owners of a carrier's objects: the sandbox and HTTP alike."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.carrier.sandbox import SandboxCarrier
from orders.domain.errors import CarrierUnavailableError
from orders.domain.provider_records import PartnerObject
from orders.domain.results import ShipmentStatus
from orders.ports.carrier import Carrier
from tests import carrier_server
from tests.adapters.carriers import http_carrier
from tests.builders import a_customer

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
POSTAL_CODES = {
    ShipmentStatus.DELIVERED: "00007",
    ShipmentStatus.LOST: "00008",
    ShipmentStatus.RETURNED: "00009",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """A carrier without shipments, and the ends of its transports."""

    carrier: Carrier
    #: Lets all transports end.
    end: Callable[[ShipmentStatus], None]
    #: Returns the IDs of all objects that the carrier's events can name.
    object_ids: Callable[[], list[str]]

    def run(self, status: ShipmentStatus) -> None:
        """Book a shipment, dispatch it, and let its transport end."""
        self.carrier.book("o", a_customer(POSTAL_CODES[status]))
        self.carrier.dispatch("o")
        self.end(status)

    def status(self) -> ShipmentStatus:
        """Return the status of the order's shipment."""
        shipment = self.carrier.track("o")
        assert shipment is not None
        return shipment.status


@contextmanager
def sandbox_transport(folder: Path) -> Iterator[Transport]:
    """Open the sandbox carrier: time alone ends a transport."""
    clock = VirtualClock()
    carrier = SandboxCarrier(folder / "sandbox.sqlite3", clock)
    yield Transport(
        carrier=carrier,
        end=lambda _: clock.advance(clock.now() + timedelta(minutes=1)),
        object_ids=lambda: [entry.order_id for entry in carrier.ledger.entries()],
    )


@contextmanager
def http_transport(folder: Path) -> Iterator[Transport]:
    """Open the HTTP adapter with a simulated carrier."""
    with carrier_server.serving() as server:

        def end(status: ShipmentStatus) -> None:
            for shipment in server.shipments:
                shipment["status"] = status.value

        yield Transport(
            carrier=http_carrier(server, folder),
            end=end,
            object_ids=lambda: [shipment["id"] for shipment in server.shipments],
        )


@pytest.fixture(params=[sandbox_transport, http_transport], ids=["sandbox", "HTTP"])
def transport(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Transport]:
    """A carrier without shipments."""
    with request.param(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("status", POSTAL_CODES)
def test_end_of_the_transport_is_shown(transport: Transport, status: ShipmentStatus) -> None:
    """By the look-up and in the list; the shipment still counts as dispatched."""
    transport.run(status)

    assert transport.status() is status
    assert [item.status for item in transport.carrier.list_shipments(LONG_AGO)] == [status]
    assert status.is_dispatched


@pytest.mark.parametrize("status", POSTAL_CODES)
def test_shipment_whose_transport_has_ended_is_not_canceled(
    transport: Transport, status: ShipmentStatus
) -> None:
    """It was dispatched; a repeated dispatch changes nothing."""
    transport.run(status)

    with pytest.raises(CarrierUnavailableError):
        transport.carrier.cancel("o")
    transport.carrier.dispatch("o")

    assert transport.status() is status


def test_every_object_leads_to_its_order(transport: Transport) -> None:
    """Whatever an event names."""
    transport.carrier.book("o", a_customer())
    object_ids = transport.object_ids()

    owners = [transport.carrier.find_object(object_id) for object_id in object_ids]

    assert owners == [PartnerObject(order_id="o")]


@pytest.mark.parametrize("object_id", ["unknown", "../shipments", "a b?c#d"])
def test_unknown_object_has_no_owner(transport: Transport, object_id: str) -> None:
    """Also if its ID has characters of a URL."""
    transport.carrier.book("o", a_customer())

    assert transport.carrier.find_object(object_id) is None
