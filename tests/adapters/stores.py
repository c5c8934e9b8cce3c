"""The order store in each of its backends."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.order_store.sqlite.store import SqliteOrderStore
from orders.adapters.order_store.tables.references import TablePartnerReferences
from orders.adapters.order_store.tables.service import Tables, connect_with_string
from orders.adapters.order_store.tables.store import TableOrderStore
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Opening, Outcome
from orders.ports.order_store import OrderStore
from orders.ports.partner_references import PartnerReferences
from tests import tables_server
from tests.builders import NOON

#: Connection string of a real Table service or its emulator, used instead of the simulated one.
REAL_SERVICE = os.environ.get("TABLES_TEST")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """An order store, partner references in the same place, and their clock."""

    store: OrderStore
    references: Callable[[str], PartnerReferences]
    clock: VirtualClock


@contextmanager
def sqlite_backend(folder: Path) -> Iterator[Backend]:
    """Open an order store in a file."""
    path, clock = folder / "orders.sqlite3", VirtualClock()
    yield Backend(
        store=SqliteOrderStore(path, clock),
        references=lambda partner: SqlitePartnerReferences(path, partner),
        clock=clock,
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
    return Backend(
        store=TableOrderStore(tables, clock),
        references=lambda partner: TablePartnerReferences(tables, partner),
        clock=clock,
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
