"""Which implementation stands behind which port? The only importer of adapters."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from adapters.json_catalogue import JsonCatalogue
from adapters.sandbox_carrier import SandboxCarrier
from adapters.sandbox_mailer import SandboxMailer
from adapters.sandbox_payments import SandboxPayments
from adapters.sqlite_archive import SqliteArchive
from adapters.sqlite_desk import SqliteDesk
from adapters.sqlite_order_book import SqliteOrderBook
from adapters.sqlite_references import SqliteReferences
from adapters.sqlite_refunds import SqliteRefunds
from adapters.system_clock import SystemClock
from domain.errors import SettingsInvalid
from ports.archive import Archive
from ports.carrier import Carrier
from ports.catalogue import Catalogue
from ports.clock import Clock
from ports.desk import Desk
from ports.mailer import Mailer
from ports.order_book import OrderBook
from ports.payments import Payments
from ports.refunds import Refunds
from settings import CarrierAccess, Settings, SmtpAccess, StripeAccess

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that client functions and activities reach for."""

    settings: Settings
    clock: Clock
    catalogue: Catalogue
    order_book: OrderBook
    desk: Desk
    refunds: Refunds
    archive: Archive
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


def check() -> None:
    """Log at once what is wrong with the settings or the catalogue, if anything is."""
    try:
        services().catalogue.skus()
    except Exception as error:  # noqa: BLE001 - raised, it would leave the real host mute
        _log.error("the app refuses to serve: %s", error)


def build(settings: Settings, clock: Clock | None = None) -> Services:
    """Put the services together as the settings say. Nothing connects before it is used."""
    if settings.on_azure:
        _refuse_what_lives_on_one_machine(settings)
    clock = clock or SystemClock()
    book = settings.data_dir / "orders.sqlite3"
    sandbox = settings.data_dir / "sandbox.sqlite3"
    return Services(
        settings=settings,
        clock=clock,
        catalogue=JsonCatalogue(settings.catalogue),
        order_book=SqliteOrderBook(book, clock),
        desk=SqliteDesk(book, clock),
        refunds=SqliteRefunds(book, clock),
        archive=SqliteArchive(book, clock),
        payments=_stripe(settings.stripe, book) or SandboxPayments(sandbox, clock),
        carrier=_carrier(settings.carrier, book) or SandboxCarrier(sandbox, clock),
        mailer=_smtp(settings.smtp, book, clock) or SandboxMailer(sandbox, clock),
    )


def _refuse_what_lives_on_one_machine(settings: Settings) -> None:
    sandboxes = {
        "payments (set STRIPE_API_KEY)": settings.stripe,
        "carrier (set CARRIER_URL)": settings.carrier,
        "mailer (set SMTP_URL)": settings.smtp,
    }
    refused = ["the order book in SQLite"]
    refused += [f"the sandbox {name}" for name, access in sandboxes.items() if access is None]
    raise SettingsInvalid(
        "On Azure many machines share the work, and these would live on one machine only: "
        + ", ".join(refused)
    )


def _stripe(access: StripeAccess | None, book: Path) -> Payments | None:
    if access is None:
        return None
    # Stripe's SDK takes a third of a second to import: only who uses it pays for it.
    from adapters.stripe_intents import StripeIntents  # noqa: PLC0415
    from adapters.stripe_payments import StripePayments  # noqa: PLC0415

    intents = StripeIntents(access.api_key, access.api_base)
    return StripePayments(intents, SqliteReferences(book, "payment_references"))


def _carrier(access: CarrierAccess | None, book: Path) -> Carrier | None:
    if access is None:
        return None
    from adapters.http_carrier import HttpCarrier  # noqa: PLC0415 - likewise

    return HttpCarrier(access.url, access.token, SqliteReferences(book, "parcel_references"))


def _smtp(access: SmtpAccess | None, book: Path, clock: Clock) -> Mailer | None:
    if access is None:
        return None
    from adapters.smtp_mailer import SmtpMailer, SmtpServer  # noqa: PLC0415 - likewise

    server = SmtpServer(
        scheme=access.scheme,
        host=access.host,
        port=access.port,
        username=access.username,
        password=access.password,
    )
    references = SqliteReferences(book, "mail_references")
    return SmtpMailer(server, access.sender, references, clock)


@contextmanager
def override(bound: Services) -> Iterator[Services]:
    """Let everything in this process use `bound` for a while: for tests."""
    global _bound  # noqa: PLW0603 - one composition root, bound again
    before, _bound = _bound, bound
    try:
        yield bound
    finally:
        _bound = before
