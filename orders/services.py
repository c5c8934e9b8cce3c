"""Composition root: settings in, services out. The only importer of adapters."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from orders.active_orders import ActiveOrders
from orders.adapters.carrier.sandbox import SandboxCarrier
from orders.adapters.catalogue import JsonCatalogue
from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.order_store.sqlite.events import SqlitePartnerEvents
from orders.adapters.order_store.sqlite.quotas import SqliteQuotaCounters
from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.order_store.sqlite.stock_changes import SqliteStockChangeStore
from orders.adapters.order_store.sqlite.store import SqliteOrderStore
from orders.adapters.order_store.sqlite.switches import SqliteSwitchStore
from orders.adapters.payments.sandbox.gateway import SandboxPayments
from orders.adapters.system_clock import SystemClock
from orders.domain.errors import InvalidSettingsError
from orders.ports.carrier import Carrier
from orders.ports.catalogue import Catalogue
from orders.ports.clock import Clock
from orders.ports.mailer import Mailer
from orders.ports.order_store import OrderStore
from orders.ports.partner_events import PartnerEvents
from orders.ports.partner_references import PartnerReferences
from orders.ports.payments import Payments
from orders.ports.quotas import QuotaCounters
from orders.ports.stock_changes import StockChangeStore
from orders.ports.switches import SwitchStore
from orders.settings.partners import CarrierAccess, SmtpAccess, StripeAccess, TablesAccess
from orders.settings.settings import Settings

_log = logging.getLogger(__name__)

#: Returns the references at the partner with this name.
_OpenReferences: TypeAlias = Callable[[str], PartnerReferences]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Storage:
    """The adapters that share the order store's database."""

    order_store: OrderStore
    switches: SwitchStore
    quotas: QuotaCounters
    stock_changes: StockChangeStore
    partner_events: PartnerEvents
    references: _OpenReferences


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services that client functions, timers and activities use."""

    settings: Settings
    clock: Clock
    catalogue: Catalogue
    order_store: OrderStore
    switches: SwitchStore
    quotas: QuotaCounters
    stock_changes: StockChangeStore
    partner_events: PartnerEvents
    active_orders: ActiveOrders
    payments: Payments
    carrier: Carrier
    mailer: Mailer


_services: Services | None = None
_lock = Lock()


def services() -> Services:
    """Return the services of this process, built at first use."""
    global _services  # noqa: PLW0603 - one composition root, set once
    with _lock:
        if _services is None:
            _services = build(Settings.from_env())
        return _services


def check_configuration() -> None:
    """Log everything that is wrong with the settings and the catalogue, one line each."""
    try:
        services().catalogue.skus()
    except Exception as error:  # noqa: BLE001 - the real host hides errors raised at import
        for problem in str(error).splitlines():
            _log.error("the app refuses to serve: %s", problem)
    else:
        for problem in services().settings.unknown_names:
            _log.warning("a setting has no effect: %s", problem)


def build(settings: Settings, clock: Clock | None = None) -> Services:
    """Build the services. Nothing connects before it is used."""
    if settings.on_azure:
        _refuse_single_machine_adapters(settings)
    _refuse_real_beside_pretended(settings)
    clock = clock or SystemClock()
    storage = _storage(settings, clock)
    references = storage.references
    sandbox = settings.data_dir / "sandbox.sqlite3"
    return Services(
        settings=settings,
        clock=clock,
        catalogue=JsonCatalogue(settings.catalogue),
        order_store=storage.order_store,
        switches=storage.switches,
        quotas=storage.quotas,
        stock_changes=storage.stock_changes,
        partner_events=storage.partner_events,
        active_orders=ActiveOrders(clock),
        payments=_stripe(settings.stripe, references) or SandboxPayments(sandbox, clock),
        carrier=_carrier(settings.carrier, references) or SandboxCarrier(sandbox, clock),
        mailer=_smtp(settings.smtp, references, clock) or SandboxMailer(sandbox, clock),
    )


@contextmanager
def override(replacement: Services) -> Iterator[Services]:
    """Use other services in this process for a while: for tests."""
    global _services  # noqa: PLW0603 - one composition root, replaced
    before, _services = _services, replacement
    try:
        yield replacement
    finally:
        _services = before


def _refuse_single_machine_adapters(settings: Settings) -> None:
    adapters = {
        "the order store in SQLite (set ORDERS_TABLES)": settings.tables,
        "sandbox payments (set STRIPE_API_KEY)": settings.stripe,
        "the sandbox carrier (set CARRIER_URL)": settings.carrier,
        "the sandbox mailer (set SMTP_URL)": settings.smtp,
    }
    refused = [name for name, access in adapters.items() if access is None]
    if refused:
        raise InvalidSettingsError(
            "On Azure the app runs on many machines, but these work on one machine only: "
            + ", ".join(refused)
        )


def _refuse_real_beside_pretended(settings: Settings) -> None:
    """Refuse a real carrier without live payments, and live payments without a real carrier."""
    stripe, carrier = settings.stripe, settings.carrier
    is_paid = stripe is not None and stripe.is_live
    is_shipped = carrier is not None and not carrier.is_test
    if is_shipped and not is_paid:
        key = "is a key of Stripe's test mode" if stripe else "is missing"
        raise InvalidSettingsError(
            f"CARRIER_URL is a real carrier, but STRIPE_API_KEY {key}: goods would leave unpaid."
            " Set a live key, or CARRIER_TEST_MODE=1 if the carrier ships nothing"
        )
    if is_paid and not is_shipped:
        mode = "CARRIER_TEST_MODE is 1" if carrier else "CARRIER_URL is missing"
        raise InvalidSettingsError(
            f"STRIPE_API_KEY is a live key, but {mode}: customers would pay for goods that never"
            " leave. Set a real carrier, or a key of Stripe's test mode"
        )


def _storage(settings: Settings, clock: Clock) -> _Storage:
    if settings.tables is not None:
        return _table_storage(settings.tables, clock)
    path: Path = settings.data_dir / "orders.sqlite3"
    return _Storage(
        order_store=SqliteOrderStore(path, clock),
        switches=SqliteSwitchStore(path),
        quotas=SqliteQuotaCounters(path),
        stock_changes=SqliteStockChangeStore(path),
        partner_events=SqlitePartnerEvents(path),
        references=lambda partner: SqlitePartnerReferences(path, partner),
    )


def _table_storage(access: TablesAccess, clock: Clock) -> _Storage:
    # Client libraries are slow to import, so each is imported only if it is used.
    from orders.adapters.order_store.tables.events import (  # noqa: PLC0415 - slow import
        TablePartnerEvents,
    )
    from orders.adapters.order_store.tables.quotas import (  # noqa: PLC0415 - slow import
        TableQuotaCounters,
    )
    from orders.adapters.order_store.tables.references import (  # noqa: PLC0415 - slow import
        TablePartnerReferences,
    )
    from orders.adapters.order_store.tables.service import (  # noqa: PLC0415 - slow import
        Tables,
        connect_with_identity,
        connect_with_string,
    )
    from orders.adapters.order_store.tables.stock_changes import (  # noqa: PLC0415 - slow import
        TableStockChangeStore,
    )
    from orders.adapters.order_store.tables.store import TableOrderStore  # noqa: PLC0415 - slow import
    from orders.adapters.order_store.tables.switches import (  # noqa: PLC0415 - slow import
        TableSwitchStore,
    )

    if access.connection_string:
        tables = Tables(connect_with_string(access.connection_string))
    else:
        tables = Tables(connect_with_identity(access.account_url, access.client_id))
    return _Storage(
        order_store=TableOrderStore(tables, clock),
        switches=TableSwitchStore(tables),
        quotas=TableQuotaCounters(tables),
        stock_changes=TableStockChangeStore(tables),
        partner_events=TablePartnerEvents(tables),
        references=lambda partner: TablePartnerReferences(tables, partner),
    )


def _stripe(access: StripeAccess | None, references: _OpenReferences) -> Payments | None:
    if access is None:
        return None
    from orders.adapters.payments.stripe.gateway import StripePayments  # noqa: PLC0415 - slow import

    return StripePayments(access.api_key, references("payment_references"), access.api_base)


def _carrier(access: CarrierAccess | None, references: _OpenReferences) -> Carrier | None:
    if access is None:
        return None
    from orders.adapters.carrier.http.carrier import HttpCarrier  # noqa: PLC0415 - slow import

    return HttpCarrier(access.url, access.token, references("shipment_references"))


def _smtp(access: SmtpAccess | None, references: _OpenReferences, clock: Clock) -> Mailer | None:
    if access is None:
        return None
    from orders.adapters.mailer.smtp import SmtpMailer, SmtpServer  # noqa: PLC0415 - slow import

    server = SmtpServer(
        scheme=access.scheme,
        host=access.host,
        port=access.port,
        username=access.username,
        password=access.password,
    )
    return SmtpMailer(server, access.sender, references("email_references"), clock)
