"""The order store in each of its backends."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.sqlite.events import SqlitePartnerEvents
from orders.adapters.order_store.sqlite.quotas import SqliteQuotaCounters
from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.order_store.sqlite.stock_changes import SqliteStockChangeStore
from orders.adapters.order_store.sqlite.store import SqliteOrderStore
from orders.adapters.order_store.sqlite.switches import SqliteSwitchStore
from orders.adapters.order_store.tables.events import TABLE as EVENTS
from orders.adapters.order_store.tables.events import TablePartnerEvents
from orders.adapters.order_store.tables.quotas import TableQuotaCounters
from orders.adapters.order_store.tables.records import RECORD, TABLE
from orders.adapters.order_store.tables.references import TablePartnerReferences
from orders.adapters.order_store.tables.rows import key_of
from orders.adapters.order_store.tables.service import Tables, connect_with_string
from orders.adapters.order_store.tables.stock_changes import TableStockChangeStore
from orders.adapters.order_store.tables.store import TableOrderStore
from orders.adapters.order_store.tables.switches import TableSwitchStore
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Opening, Outcome
from orders.ports.order_store import OrderPage, OrderQuery, OrderStore
from orders.ports.partner_events import PartnerEvents
from orders.ports.partner_references import PartnerReferences
from orders.ports.quotas import QuotaCounters
from orders.ports.stock_changes import StockChangeStore
from orders.ports.switches import SwitchStore
from tests import tables_server
from tests.builders import NOON

#: Connection string of a real Table service or its emulator, used instead of the simulated one.
REAL_SERVICE = os.environ.get("TABLES_TEST")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """All that is kept in the order store's database, and its clock."""

    store: OrderStore
    switches: SwitchStore
    quotas: QuotaCounters
    stock_changes: StockChangeStore
    events: PartnerEvents
    references: Callable[[str], PartnerReferences]
    clock: VirtualClock
    #: Replaces the stored text of an order's record.
    write_text: Callable[[str, str], None]
    #: Makes an event of the payment gateway unreadable.
    damage_event: Callable[[str], None]


@contextmanager
def sqlite_backend(folder: Path) -> Iterator[Backend]:
    """Open an order store in a file."""
    path, clock = folder / "orders.sqlite3", VirtualClock()

    def write_text(order_id: str, text: str) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            update = "UPDATE orders SET record = ? WHERE order_id = ?"
            assert connection.execute(update, (text, order_id)).rowcount == 1

    def damage_event(event_id: str) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            update = "UPDATE partner_events SET event = '{' WHERE key = ?"
            assert connection.execute(update, (f"payments:{event_id}",)).rowcount == 1

    yield Backend(
        store=SqliteOrderStore(path, clock),
        switches=SqliteSwitchStore(path),
        quotas=SqliteQuotaCounters(path),
        stock_changes=SqliteStockChangeStore(path),
        events=SqlitePartnerEvents(path),
        references=lambda partner: SqlitePartnerReferences(path, partner),
        clock=clock,
        write_text=write_text,
        damage_event=damage_event,
    )


@contextmanager
def tables_backend(_folder: Path) -> Iterator[Backend]:
    """Open an order store in tables of its own."""
    with tables_server.serving() as service:
        connection = REAL_SERVICE or service.connection_string
        tables = Tables(connect_with_string(connection), f"t{uuid4().hex}")
        yield backend_in(tables, VirtualClock())


def backend_in(tables: Tables, clock: VirtualClock) -> Backend:
    """Return an order store in these tables."""

    def write_text(order_id: str, text: str) -> None:
        row = tables.get(TABLE, key_of(order_id), RECORD)
        assert row is not None
        assert tables.replace(TABLE, key_of(order_id), row, {"record": text})

    def damage_event(event_id: str) -> None:
        for row in list(tables.rows(EVENTS, "events")):
            if event_id in row.key and "event" in row.columns:
                assert tables.replace(EVENTS, "events", row, {"event": "{"})

    return Backend(
        store=TableOrderStore(tables, clock),
        switches=TableSwitchStore(tables),
        quotas=TableQuotaCounters(tables),
        stock_changes=TableStockChangeStore(tables),
        events=TablePartnerEvents(tables),
        references=lambda partner: TablePartnerReferences(tables, partner),
        clock=clock,
        write_text=write_text,
        damage_event=damage_event,
    )


def record_in(store: OrderStore, order_id: str = "o") -> OrderRecord:
    """Return the order's record."""
    record = store.find(order_id)
    assert record is not None
    return record


def open_order(store: OrderStore, order_id: str = "o") -> Opening:
    """Count one more orchestration."""
    return store.update(order_id, lambda record: record.open())


def close(
    store: OrderStore, outcome: Outcome, order_id: str = "o", now: datetime = NOON
) -> Outcome:
    """Record the outcome."""
    return store.update(order_id, lambda record: record.close(outcome, now))


def all_pages(store: OrderStore, query: OrderQuery) -> list[OrderPage]:
    """Return every page of a query."""
    pages = [store.page(query)]
    while pages[-1].cursor:
        pages.append(store.page(replace(query, cursor=pages[-1].cursor)))
    return pages


def ids_of_pages(store: OrderStore, query: OrderQuery) -> list[list[str]]:
    """Return the IDs of the orders on every page of a query."""
    return [[record.order_id for record in page.orders] for page in all_pages(store, query)]
