"""Two carriers that a test can look into."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orders.adapters.carrier.http.carrier import HttpCarrier
from orders.adapters.carrier.sandbox import SandboxCarrier
from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.system_clock import SystemClock
from orders.ports.carrier import Carrier as Port
from tests import carrier_server


@dataclass(frozen=True, slots=True)
class Depot:
    """A carrier behind the port, and how many parcels it took."""

    carrier: Port
    shipments: Callable[[], int]


def http_carrier(served: carrier_server.Carrier, folder: Path, timeout: float = 5) -> HttpCarrier:
    """The adapter, asking the local carrier."""
    references = SqlitePartnerReferences(folder / "orders.sqlite3", "parcel_references")
    return HttpCarrier(served.url, carrier_server.TOKEN, references, timeout)


@contextmanager
def sandbox_depot(folder: Path) -> Iterator[Depot]:
    """The sandbox and its ledger."""
    carrier = SandboxCarrier(folder / "sandbox.sqlite3", SystemClock())

    def shipments() -> int:
        kinds = [entry.kind for entry in carrier.ledger.entries()]
        return kinds.count("booked") - kinds.count("canceled")

    yield Depot(carrier, shipments)


@contextmanager
def http_depot(folder: Path) -> Iterator[Depot]:
    """The adapter and a local carrier."""
    with carrier_server.serving() as served:
        yield Depot(http_carrier(served, folder), lambda: booked(served))


def booked(served: carrier_server.Carrier) -> int:
    """How many parcels the local carrier took."""
    return sum(shipment["status"] != "canceled" for shipment in served.shipments)
