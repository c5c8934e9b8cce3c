"""HTTP carrier: which of the shipments that it finds counts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orders.adapters.carrier.http.carrier import HttpCarrier
from orders.domain.errors import CarrierUnavailableError
from orders.domain.results import Booked, Shipment, ShipmentCancellation, ShipmentStatus
from tests.adapters.carriers import http_carrier
from tests.builders import a_customer
from tests.carrier_server import Carrier, serving

DISPATCHED, CANCELED = ShipmentStatus.DISPATCHED, ShipmentStatus.CANCELED


@pytest.fixture
def server() -> Iterator[Carrier]:
    """A simulated carrier without shipments."""
    with serving() as opened:
        yield opened


@pytest.fixture
def carrier(server: Carrier, tmp_path: Path) -> HttpCarrier:
    """The adapter, connected to the simulated carrier."""
    return http_carrier(server, tmp_path)


def a_shipment(reference: str, status: str, tracking_number: str = "TRK9") -> dict[str, str]:
    """Return a shipment in the carrier's own words."""
    return {
        "id": f"shp_{tracking_number}",
        "reference": reference,
        "status": status,
        "trackingNumber": tracking_number,
    }


def test_shipment_of_another_order_is_not_taken(server: Carrier, carrier: HttpCarrier) -> None:
    """A carrier that ignores the parameter lists them all."""
    listed = [a_shipment("o2", "dispatched"), a_shipment("o", "booked", "TRK1")]
    server.fixed_response = (200, {"shipments": listed})

    assert carrier.book("o", a_customer()) == Booked(tracking_number="TRK1")
    assert carrier.track("o") == Shipment(status=ShipmentStatus.BOOKED, tracking_number="TRK1")
    assert carrier.track("o3") is None


@pytest.mark.parametrize("statuses", [("canceled", "dispatched"), ("dispatched", "canceled")])
def test_living_shipment_is_preferred_to_a_canceled_one(
    server: Carrier, carrier: HttpCarrier, statuses: tuple[str, str]
) -> None:
    """In whatever order the carrier lists them."""
    server.shipments += [a_shipment("o", status, f"TRK-{status}") for status in statuses]

    expected = Shipment(status=DISPATCHED, tracking_number="TRK-dispatched")
    assert carrier.track("o") == expected
    assert carrier.book("o", a_customer()) == Booked(tracking_number="TRK-dispatched")


def test_cancellation_reaches_the_living_shipment(server: Carrier, carrier: HttpCarrier) -> None:
    """The carrier lists the canceled one first."""
    server.shipments += [a_shipment("o", "canceled", "A"), a_shipment("o", "booked", "B")]

    assert carrier.cancel("o") is ShipmentCancellation.CANCELED
    assert [shipment["status"] for shipment in server.shipments] == [CANCELED, CANCELED]


@pytest.mark.parametrize("step", ["book", "cancel", "dispatch"])
def test_response_about_another_shipment_is_a_fault(
    server: Carrier, carrier: HttpCarrier, step: str
) -> None:
    """Its tracking number would be sent to the wrong customer."""
    if step != "book":
        carrier.book("o", a_customer())
    server.plan.concurrent_calls[step] = lambda: setattr(
        server, "fixed_response", (200, a_shipment("o2", "booked"))
    )
    calls: dict[str, Callable[[], object]] = {
        "book": lambda: carrier.book("o", a_customer()),
        "cancel": lambda: carrier.cancel("o"),
        "dispatch": lambda: carrier.dispatch("o"),
    }

    with pytest.raises(CarrierUnavailableError, match="about another shipment"):
        calls[step]()
