"""Erasure of the personal data of one order by request."""

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.builders import NAME, OPERATOR, an_order
from tests.inspection import audit
from tests.privacy import personal_data_in, text_of_files
from tests.shop import Shop

UNDELIVERABLE = an_order(email="planted.wrenfield@undeliverable.example")


def test_erasure_removes_personal_data_from_all_files(shop: Shop, tmp_path: Path) -> None:
    """From the order store and the outbox; the order itself remains."""
    order_id = shop.run(an_order()).instance_id
    assert personal_data_in(text_of_files(tmp_path / "orders")) != []

    response = shop.erase(order_id)

    gc.collect()
    assert response.status == 200
    assert response.json() == {
        "orderId": order_id,
        "erased": True,
        "links": {"self": f"/api/orders/{order_id}"},
    }
    assert personal_data_in(text_of_files(tmp_path / "orders")) == []
    assert shop.get(order_id)["status"] == "completed"
    assert [entry.detail for entry in shop.emails()] == [{}]
    assert audit(shop)["clean"]


def test_erasure_keeps_other_orders(shop: Shop) -> None:
    """Also their emails."""
    first, second = (shop.run(an_order()).instance_id for _ in range(2))

    shop.erase(first)

    assert shop.services.order_store.customer(second) is not None
    assert [bool(entry.detail) for entry in shop.emails()] == [False, True]


def test_repeated_erasure_is_harmless(shop: Shop) -> None:
    """The time of the first one is kept."""
    order_id = shop.run(an_order()).instance_id
    shop.erase(order_id)
    first = shop.record(order_id).erased_at

    assert shop.erase(order_id).status == 200
    assert shop.record(order_id).erased_at == first is not None


def test_open_order_cannot_be_erased(shop: Shop) -> None:
    """It needs the address; an unknown order is 404."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.wait_until_idle()

    response = shop.erase(order_id)

    assert response.status == 409
    assert response.json()["type"].endswith("order-not-ended")
    assert shop.services.order_store.customer(order_id) is not None
    assert shop.erase("ord_unknown").status == 404


def test_erasure_removes_failed_emails_from_the_queue(shop: Shop, tmp_path: Path) -> None:
    """They have no recipient any longer."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    shop.erase(order_id)

    assert shop.attention_queue() == []
    assert personal_data_in(text_of_files(tmp_path / "orders")) == []


def test_erasure_removes_operators_and_notes(shop: Shop, tmp_path: Path) -> None:
    """The action of a resolution is kept."""
    order_id = shop.run(UNDELIVERABLE).instance_id
    shop.resolve(order_id, "skip", note=f"talked to {NAME}", operator=OPERATOR)

    shop.erase(order_id)

    text = text_of_files(tmp_path / "orders")
    assert personal_data_in(text) == []
    assert OPERATOR.split()[-1] not in text
    assert shop.get(order_id)["resolutions"][0]["action"] == "skip"


@pytest.mark.parametrize("name", ["orders.sqlite3", "sandbox.sqlite3"])
def test_erasure_is_not_claimed_while_a_log_holds_the_data(
    shop: Shop, tmp_path: Path, name: str
) -> None:
    """A reader keeps the log of a file; when it has left, a repeated request erases the rest."""
    order_id = shop.run(an_order()).instance_id
    with reading(tmp_path / "orders" / name):
        pending = shop.erase(order_id)
        left = personal_data_in(text_of_files(tmp_path / "orders"))

    done = shop.erase(order_id)

    gc.collect()
    assert (pending.status, pending.json()["erased"]) == (202, False)
    assert pending.headers["retry-after"] == "10"
    assert "retention repeats it" in pending.json()["detail"]
    assert left != []
    assert (done.status, done.json()["erased"]) == (200, True)
    assert personal_data_in(text_of_files(tmp_path / "orders")) == []


def test_retention_repeats_a_pending_erasure_in_the_next_night(
    shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However short ago the order ended; until then the order is not deleted."""
    order_id = shop.run(an_order()).instance_id
    with reading(tmp_path / "orders" / "orders.sqlite3"):
        shop.erase(order_id)
    pending = shop.record(order_id)

    shop.advance_days(1)

    gc.collect()
    assert pending.is_erasure_pending
    assert f"order {order_id}: erased data is still in the log of a file" in caplog.text
    assert not shop.record(order_id).is_erasure_pending
    assert personal_data_in(text_of_files(tmp_path / "orders")) == []


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Read a database file, as a backup does: what is in it now stays in its log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM sqlite_master").fetchall()
        yield
        connection.execute("COMMIT")
