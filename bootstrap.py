"""Which implementation stands behind which port? The only importer of adapters."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from adapters.json_catalogue import JsonCatalogue
from adapters.sandbox_carrier import SandboxCarrier
from adapters.sandbox_mailer import SandboxMailer
from adapters.sandbox_payments import SandboxPayments
from adapters.sqlite_order_book import SqliteOrderBook
from adapters.system_clock import SystemClock
from domain.errors import SettingsInvalid
from ports.carrier import Carrier
from ports.catalogue import Catalogue
from ports.clock import Clock
from ports.mailer import Mailer
from ports.order_book import OrderBook
from ports.payments import Payments
from settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that client functions and activities reach for."""

    settings: Settings
    clock: Clock
    catalogue: Catalogue
    order_book: OrderBook
    payments: Payments
    carrier: Carrier
    mailer: Mailer


_bound: Services | None = None
_binding = Lock()


def services() -> Services:
    """The services of this process, put together at first use."""
    global _bound  # noqa: PLW0603 - one composition root, bound once
    with _binding:
        if _bound is None:
            _bound = build(Settings.from_env())
        return _bound


def build(settings: Settings, clock: Clock | None = None) -> Services:
    """Put the services together as the settings say. Nothing connects before it is used."""
    if settings.on_azure:
        raise SettingsInvalid(
            "On Azure many machines share the work: the order book in SQLite and the sandbox"
            " payments, carrier and mailer live on one machine only, so they are refused there."
        )
    clock = clock or SystemClock()
    sandbox = settings.data_dir / "sandbox.sqlite3"
    return Services(
        settings=settings,
        clock=clock,
        catalogue=JsonCatalogue(settings.catalogue),
        order_book=SqliteOrderBook(settings.data_dir / "orders.sqlite3", clock),
        payments=SandboxPayments(sandbox, clock),
        carrier=SandboxCarrier(sandbox, clock),
        mailer=SandboxMailer(sandbox, clock),
    )


@contextmanager
def override(bound: Services) -> Iterator[Services]:
    """Let everything in this process use `bound` for a while: for tests."""
    global _bound  # noqa: PLW0603 - one composition root, bound again
    before, _bound = _bound, bound
    try:
        yield bound
    finally:
        _bound = before
