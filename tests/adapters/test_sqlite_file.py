"""The SQLite file of the order store: many writers, and a file that disappears."""

import threading
from pathlib import Path

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.sqlite.store import SqliteOrderStore
from orders.adapters.sqlite_database import Database, Schema
from orders.domain.errors import StoreUnavailableError
from tests.builders import a_customer, a_stored_order, an_order
from tests.shop import Shop


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


@pytest.mark.parametrize("is_replaced", [False, True], ids=["deleted", "replaced"])
def test_missing_log_is_refused(tmp_path: Path, *, is_replaced: bool) -> None:
    """It holds the latest orders: other connections would start another log without them."""
    path, log = tmp_path / "orders.sqlite3", tmp_path / "orders.sqlite3-wal"
    store = SqliteOrderStore(path, VirtualClock())
    place(store, "ord_1")
    log.rename(tmp_path / "moved-wal")
    if is_replaced:
        log.touch()

    with pytest.raises(StoreUnavailableError, match="or its log was deleted or replaced"):
        place(store, "ord_2")


@pytest.mark.parametrize("is_replaced", [False, True], ids=["moved", "replaced"])
def test_moved_data_folder_is_refused(tmp_path: Path, *, is_replaced: bool) -> None:
    """An empty folder in its place gets no new file either; moved back, it is used again."""
    folder, moved = tmp_path / "data", tmp_path / "moved"
    store = SqliteOrderStore(folder / "orders.sqlite3", VirtualClock())
    place(store, "ord_1")
    folder.rename(moved)
    if is_replaced:
        folder.mkdir()

    with pytest.raises(StoreUnavailableError, match="deleted or replaced"):
        place(store, "ord_2")

    assert not folder.exists() or list(folder.iterdir()) == []
    if is_replaced:
        folder.rmdir()
    moved.rename(folder)
    place(store, "ord_2")
    assert store.find("ord_1")


def test_truncated_log_is_used(tmp_path: Path) -> None:
    """An erasure empties the log, and it stays the same file."""
    store = SqliteOrderStore(tmp_path / "orders.sqlite3", VirtualClock())
    place(store, "ord_1")

    store.erase("ord_1")
    place(store, "ord_2")

    assert store.find("ord_2")


def test_deleted_file_is_refused_by_a_new_connection(tmp_path: Path) -> None:
    """The pool opens one for each concurrent transaction."""
    path = tmp_path / "orders.sqlite3"
    database = Database(path, Schema(part="orders", versions=()), StoreUnavailableError)

    with database.reading():
        path.unlink()
        with pytest.raises(StoreUnavailableError, match="deleted or replaced"), database.reading():
            pass

    assert not path.exists()


def test_order_is_refused_after_the_file_is_deleted(shop: Shop) -> None:
    """The caller gets no order ID of an order that would be lost."""
    shop.run(an_order())
    (shop.services.settings.data_dir / "orders.sqlite3").unlink()

    response = shop.post(an_order(), "k")

    assert response.status == 503
    assert "orderId" not in response.text


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
