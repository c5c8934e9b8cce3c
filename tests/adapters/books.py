"""The order book in each of the places where it can lie."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from adapters.book.desk import BookDesk
from adapters.book.refunds import BookRefunds
from adapters.sqlite.archive import SqliteArchive
from adapters.sqlite.order_book import SqliteOrderBook
from adapters.sqlite.pages import SqlitePages
from adapters.sqlite.references import SqliteReferences
from adapters.tables.archive import TableArchive
from adapters.tables.order_book import TableOrderBook
from adapters.tables.orders import TableOrders
from adapters.tables.references import TableReferences
from adapters.tables.service import Tables, by_connection_string
from local_host.host.clock import VirtualClock
from ports.archive import Archive
from ports.desk import Desk
from ports.order_book import OrderBook
from ports.references import References
from ports.refunds import Refunds
from tests import tables_server

#: Asks a real Table service, or its emulator, in the place of our small one.
REAL = os.environ.get("TABLES_TEST")


@dataclass(frozen=True, slots=True)
class Shelf:
    """An order book with all its parts."""

    book: OrderBook
    desk: Desk
    refunds: Refunds
    archive: Archive
    references: Callable[[str], References]
    clock: VirtualClock


@contextmanager
def in_sqlite(folder: Path) -> Iterator[Shelf]:
    """The book in a file."""
    path, clock = folder / "orders.sqlite3", VirtualClock()
    pages = SqlitePages(path, clock)
    yield Shelf(
        SqliteOrderBook(path, clock),
        BookDesk(pages, clock),
        BookRefunds(pages, clock),
        SqliteArchive(path, clock),
        lambda partner: SqliteReferences(path, partner),
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
        TableOrderBook(tables, clock),
        BookDesk(pages, clock),
        BookRefunds(pages, clock),
        TableArchive(tables, clock),
        lambda partner: TableReferences(tables, partner),
        clock,
    )
