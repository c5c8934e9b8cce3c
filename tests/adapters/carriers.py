"""The carrier port in each of its implementations."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orders.adapters.carrier.http.carrier import HttpCarrier
from orders.adapters.carrier.sandbox import SandboxCarrier
from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.system_clock import SystemClock
from orders.ports.carrier import Carrier
from tests import carrier_server


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierSetup:
    """A carrier, and the number of its shipments that are not canceled."""

    carrier: Carrier
    shipments: Callable[[], int]


def http_carrier(server: carrier_server.Carrier, folder: Path, timeout: float = 5) -> HttpCarrier:
    """Return the HTTP adapter, connected to the simulated carrier."""
    references = SqlitePartnerReferences(folder / "orders.sqlite3", "shipment_references")
    return HttpCarrier(server.url, carrier_server.TOKEN, references, timeout)


@contextmanager
def sandbox_setup(folder: Path) -> Iterator[CarrierSetup]:
    """Open the sandbox carrier."""
    carrier = SandboxCarrier(folder / "sandbox.sqlite3", SystemClock())

    def shipments() -> int:
        kinds = [entry.kind for entry in carrier.ledger.entries()]
        return kinds.count("booked") - kinds.count("canceled")

    yield CarrierSetup(carrier=carrier, shipments=shipments)


@contextmanager
def http_setup(folder: Path) -> Iterator[CarrierSetup]:
    """Open the HTTP adapter with a simulated carrier."""
    with carrier_server.serving() as server:
        yield CarrierSetup(
            carrier=http_carrier(server, folder), shipments=lambda: count_shipments(server)
        )


def count_shipments(server: carrier_server.Carrier) -> int:
    """Return the number of shipments that are not canceled."""
    return sum(shipment["status"] != "canceled" for shipment in server.shipments)
