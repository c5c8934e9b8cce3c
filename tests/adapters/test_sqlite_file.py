"""The SQLite file of the order store: many writers, and a file that disappears."""

import threading
from pathlib import Path

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.sqlite.store import SqliteOrderStore
from orders.domain.errors import StoreUnavailableError
from tests.builders import a_customer, a_stored_order


def place(store: SqliteOrderStore, order_id: str) -> None:
    """Store an order."""
    store.place(a_stored_order(order_id), a_customer(), "f")


def test_deleted_file_refuses_orders_instead_of_losing_them(tmp_path: Path) -> None:
    """SQLite would go on writing to the deleted file, and every order would be lost."""
    path = tmp_path / "orders.sqlite3"
    store = SqliteOrderStore(path, VirtualClock())
    place(store, "ord_1")
    path.unlink()

    with pytest.raises(StoreUnavailableError, match="deleted or replaced"):
        place(store, "ord_2")
    with pytest.raises(StoreUnavailableError, match="deleted or replaced"):
        store.find("ord_1")


def test_replaced_file_is_refused(tmp_path: Path) -> None:
    """Another file in its place is not the store that the service has opened."""
    path = tmp_path / "orders.sqlite3"
    store = SqliteOrderStore(path, VirtualClock())
    place(store, "ord_1")
    path.rename(tmp_path / "moved.sqlite3")
    path.touch()

    with pytest.raises(StoreUnavailableError, match="deleted or replaced"):
        place(store, "ord_2")


def test_writers_of_two_stores_on_one_file_take_turns(tmp_path: Path) -> None:
    """One lock in the process orders the writers of a file, however it is opened."""
    path = tmp_path / "orders.sqlite3"
    stores = [SqliteOrderStore(path, VirtualClock()) for _ in range(2)]

    threads = [
        threading.Thread(target=place, args=(stores[number % 2], f"ord_{number}"))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(stores[0].find(f"ord_{number}") for number in range(20))
