"""The order book in each of the places where it can lie."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from adapters.sqlite.archive import SqliteArchive
from adapters.sqlite.desk import SqliteDesk
from adapters.sqlite.order_book import SqliteOrderBook
from adapters.sqlite.references import SqliteReferences
from adapters.sqlite.refunds import SqliteRefunds
from adapters.tables.archive import TableArchive
from adapters.tables.desk import TableDesk
from adapters.tables.order_book import TableOrderBook
from adapters.tables.references import TableReferences
from adapters.tables.refunds import TableRefunds
from adapters.tables.service import Tables, by_connection_string
from local_host.clock import VirtualClock
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
    yield Shelf(
        SqliteOrderBook(path, clock),
        SqliteDesk(path, clock),
        SqliteRefunds(path, clock),
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
    return Shelf(
        TableOrderBook(tables, clock),
        TableDesk(tables, clock),
        TableRefunds(tables, clock),
        TableArchive(tables, clock),
        lambda partner: TableReferences(tables, partner),
        clock,
    )
