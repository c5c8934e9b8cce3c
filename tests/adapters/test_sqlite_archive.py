"""Does the book let go of an order, and of nothing else?"""

from pathlib import Path

import pytest

from adapters.sqlite_archive import SqliteArchive
from adapters.sqlite_references import SqliteReferences
from adapters.system_clock import SystemClock
from ports.references import Reference


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The book's file."""
    return tmp_path / "orders.sqlite3"


@pytest.mark.parametrize("key", ["ord_a", "ord_a:confirm", "ord_a:refunded"])
@pytest.mark.parametrize("partner", ["payment", "parcel", "mail"])
def test_an_order_is_forgotten_with_its_references(book: Path, partner: str, key: str) -> None:
    """A new order of the same id, from the same key, would find the payment of the old one."""
    references = SqliteReferences(book, f"{partner}_references")
    references.keep(key, "theirs")
    references.next_attempt(key, after=1)

    SqliteArchive(book, SystemClock()).forget("ord_a")

    assert references.find(key) == Reference()


@pytest.mark.parametrize("other", ["ord_b", "ord_b:confirm", "ord_ab", "ord_a_:confirm", "ord_"])
def test_other_orders_keep_their_references(book: Path, other: str) -> None:
    """However much alike their ids look."""
    references = SqliteReferences(book, "mail_references")
    references.keep(other, "theirs")

    SqliteArchive(book, SystemClock()).forget("ord_a")

    assert references.find(other).partner_id == "theirs"
