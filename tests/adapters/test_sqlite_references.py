"""Does the book keep what was written of an order's dealings with a partner?"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.sqlite_references import SqliteReferences
from ports.references import Reference


@pytest.fixture
def references(tmp_path: Path) -> SqliteReferences:
    """A book in which nothing is written."""
    return SqliteReferences(tmp_path / "orders.sqlite3", "payment_references")


def test_of_an_order_never_dealt_with_nothing_is_written(references: SqliteReferences) -> None:
    """It is not begun, not withdrawn, and its keys are the first ones."""
    assert references.find("o") == Reference(partner_id=None, withdrawn=False, attempt=1)


def test_the_first_id_stands(references: SqliteReferences) -> None:
    """A second one, from a call that ran at the same time, does not replace it."""
    assert references.keep("o", "pi_1").partner_id == "pi_1"
    assert references.keep("o", "pi_2").partner_id == "pi_1"


def test_a_withdrawal_is_written_before_anything_else_is(references: SqliteReferences) -> None:
    """Whoever writes an id down afterwards learns of it."""
    assert references.withdraw("o") == Reference(withdrawn=True)
    assert references.keep("o", "pi_1") == Reference(partner_id="pi_1", withdrawn=True)


def test_an_attempt_that_failed_for_many_rises_once(references: SqliteReferences) -> None:
    """They all used the same key, and all use the same next one."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: references.next_attempt("o", after=1), range(16)))

    assert references.find("o").attempt == 2


def test_orders_and_partners_are_kept_apart(references: SqliteReferences, tmp_path: Path) -> None:
    """One table for each partner, one row for each order."""
    references.withdraw("o")
    parcels = SqliteReferences(tmp_path / "orders.sqlite3", "parcel_references")

    assert not references.find("other").withdrawn
    assert not parcels.find("o").withdrawn
