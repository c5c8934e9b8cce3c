"""Which implementation stands behind which port? The only importer of adapters."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from access import CarrierAccess, SmtpAccess, StripeAccess, TablesAccess
from adapters.book.desk import BookDesk
from adapters.book.refunds import BookRefunds
from adapters.json_catalogue import JsonCatalogue
from adapters.sandbox.carrier import SandboxCarrier
from adapters.sandbox.mailer import SandboxMailer
from adapters.sandbox.payments import SandboxPayments
from adapters.sqlite.archive import SqliteArchive
from adapters.sqlite.order_book import SqliteOrderBook
from adapters.sqlite.pages import SqlitePages
from adapters.sqlite.references import SqliteReferences
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
from ports.references import References
from ports.refunds import Refunds
from settings import Settings

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


_ReferencesOf: TypeAlias = Callable[[str], References]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """The order book, wherever it lies."""

    order_book: OrderBook
    desk: Desk
    refunds: Refunds
    archive: Archive
    #: What it knows of a partner.
    references: _ReferencesOf


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
    book = _tables(settings.tables, clock) or _sqlite(settings.data_dir / "orders.sqlite3", clock)
    sandbox = settings.data_dir / "sandbox.sqlite3"
    return Services(
        settings=settings,
        clock=clock,
        catalogue=JsonCatalogue(settings.catalogue),
        order_book=book.order_book,
        desk=book.desk,
        refunds=book.refunds,
        archive=book.archive,
        payments=_stripe(settings.stripe, book.references) or SandboxPayments(sandbox, clock),
        carrier=_carrier(settings.carrier, book.references) or SandboxCarrier(sandbox, clock),
        mailer=_smtp(settings.smtp, book.references, clock) or SandboxMailer(sandbox, clock),
    )


def _refuse_what_lives_on_one_machine(settings: Settings) -> None:
    local = {
        "the order book in SQLite (set ORDERS_TABLES)": settings.tables,
        "the sandbox payments (set STRIPE_API_KEY)": settings.stripe,
        "the sandbox carrier (set CARRIER_URL)": settings.carrier,
        "the sandbox mailer (set SMTP_URL)": settings.smtp,
    }
    refused = [name for name, access in local.items() if access is None]
    if refused:
        raise SettingsInvalid(
            "On Azure many machines share the work, and these would live on one machine only: "
            + ", ".join(refused)
        )


def _sqlite(path: Path, clock: Clock) -> _Book:
    pages = SqlitePages(path, clock)
    return _Book(
        order_book=SqliteOrderBook(path, clock),
        desk=BookDesk(pages, clock),
        refunds=BookRefunds(pages, clock),
        archive=SqliteArchive(path, clock),
        references=lambda partner: SqliteReferences(path, partner),
    )


def _tables(access: TablesAccess | None, clock: Clock) -> _Book | None:
    if access is None:
        return None
    # Clients take a while to import: only who uses one pays for it.
    from adapters.tables.archive import TableArchive  # noqa: PLC0415
    from adapters.tables.order_book import TableOrderBook  # noqa: PLC0415
    from adapters.tables.orders import TableOrders  # noqa: PLC0415
    from adapters.tables.references import TableReferences  # noqa: PLC0415
    from adapters.tables.service import Tables, by_connection_string, by_identity  # noqa: PLC0415

    if access.connection_string:
        tables = Tables(by_connection_string(access.connection_string))
    else:
        tables = Tables(by_identity(access.account_url, access.client_id))
    pages = TableOrders(tables, clock)
    return _Book(
        order_book=TableOrderBook(tables, clock),
        desk=BookDesk(pages, clock),
        refunds=BookRefunds(pages, clock),
        archive=TableArchive(tables, clock),
        references=lambda partner: TableReferences(tables, partner),
    )


def _stripe(access: StripeAccess | None, references: _ReferencesOf) -> Payments | None:
    if access is None:
        return None
    from adapters.stripe.intents import StripeIntents  # noqa: PLC0415 - likewise
    from adapters.stripe.payments import StripePayments  # noqa: PLC0415

    intents = StripeIntents(access.api_key, access.api_base)
    return StripePayments(intents, references("payment_references"))


def _carrier(access: CarrierAccess | None, references: _ReferencesOf) -> Carrier | None:
    if access is None:
        return None
    from adapters.http.carrier import HttpCarrier  # noqa: PLC0415 - likewise

    return HttpCarrier(access.url, access.token, references("parcel_references"))


def _smtp(access: SmtpAccess | None, references: _ReferencesOf, clock: Clock) -> Mailer | None:
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
    return SmtpMailer(server, access.sender, references("mail_references"), clock)


@contextmanager
def override(bound: Services) -> Iterator[Services]:
    """Let everything in this process use `bound` for a while: for tests."""
    global _bound  # noqa: PLW0603 - one composition root, bound again
    before, _bound = _bound, bound
    try:
        yield bound
    finally:
        _bound = before
