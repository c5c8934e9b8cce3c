"""The order book in each of the places where it can lie."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.base import StoreBase
from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.order_store.sqlite.store import SqliteArchive, SqliteOrderStore, SqlitePages
from orders.adapters.order_store.tables.records import TableOrders
from orders.adapters.order_store.tables.references import TablePartnerReferences
from orders.adapters.order_store.tables.service import Tables, by_connection_string
from orders.adapters.order_store.tables.store import TableArchive, TableOrderStore
from orders.ports.order_store import Archive, Desk, OrderStore, Refunds
from orders.ports.partner_references import PartnerReferences
from tests import tables_server

#: Asks a real Table service, or its emulator, in the place of our small one.
REAL = os.environ.get("TABLES_TEST")


@dataclass(frozen=True, slots=True)
class Shelf:
    """An order book with all its parts."""

    book: OrderStore
    desk: Desk
    refunds: Refunds
    archive: Archive
    references: Callable[[str], PartnerReferences]
    clock: VirtualClock


@contextmanager
def in_sqlite(folder: Path) -> Iterator[Shelf]:
    """The book in a file."""
    path, clock = folder / "orders.sqlite3", VirtualClock()
    pages = SqlitePages(path, clock)
    yield Shelf(
        SqliteOrderStore(path, clock),
        StoreBase(pages, clock),
        StoreBase(pages, clock),
        SqliteArchive(path, clock),
        lambda partner: SqlitePartnerReferences(path, partner),
        clock,
    )


@contextmanager
def in_tables(_folder: Path) -> Iterator[Shelf]:
    """The book in tables of its own."""
    with tables_server.serving() as service:
        connection = REAL or service.connection_string
        clock = VirtualClock()
        yield shelf_in(Tables(by_connection_string(connection), f"t{uuid4().hex}"), clock)


def shelf_in(tables: Tables, clock: VirtualClock) -> Shelf:
    """The book in these tables."""
    pages = TableOrders(tables, clock)
    return Shelf(
        TableOrderStore(tables, clock),
        StoreBase(pages, clock),
        StoreBase(pages, clock),
        TableArchive(tables, clock),
        lambda partner: TablePartnerReferences(tables, partner),
        clock,
    )
