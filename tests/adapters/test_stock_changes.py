"""Stock changes in each backend."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orders.adapters.order_store.sqlite.stock_changes import SqliteStockChangeStore
from orders.adapters.order_store.stock_changes import text_to_change, texts_to_changes
from orders.domain.errors import StockChangeNotFoundError, StoreUnavailableError
from orders.domain.stock import StockLevel
from orders.domain.stock_changes import StockChange
from orders.ports.stock_changes import StockChangeStore
from tests.adapters.stores import Backend
from tests.builders import NOON

LEVEL = StockLevel(available=12, reserved=1, sold=2)
REFUSED = replace(LEVEL, done=False)


@pytest.fixture
def changes(backend: Backend) -> StockChangeStore:
    """A store without changes."""
    return backend.stock_changes


def a_change(number: int = 1, *, units: int = 10, **more: Any) -> StockChange:  # noqa: ANN401 - any field
    """Return a change that was not applied yet."""
    fields = {"sku": "MUG", "note": f"delivery {number}", "opening_balance": 2, **more}
    at = NOON + timedelta(minutes=number)
    return StockChange(change_id=f"stk_{number}", units=units, requested_at=at, **fields)


def test_change_is_stored_as_open(changes: StockChangeStore) -> None:
    """Before it is applied."""
    assert changes.find("stk_1") is None

    assert changes.place(a_change()) == a_change()
    assert changes.find("stk_1") == a_change()
    assert changes.open_changes() == (a_change(),)


def test_change_with_a_known_id_is_not_stored_again(changes: StockChangeStore) -> None:
    """The first one is returned, with its answer, also after it is closed."""
    changes.place(a_change())
    changes.store_answer("stk_1", LEVEL)
    changes.close(a_change())

    stored = changes.place(a_change(units=99))

    assert stored == replace(a_change(), answer=LEVEL)
    assert changes.open_changes() == ()


def test_first_answer_counts(changes: StockChangeStore) -> None:
    """A late one returns it, and the total has the units once."""
    changes.place(a_change())

    assert changes.store_answer("stk_1", LEVEL) == LEVEL
    assert changes.store_answer("stk_1", REFUSED) == LEVEL
    assert changes.find("stk_1") == replace(a_change(), answer=LEVEL)
    assert changes.totals() == {"MUG": 10}


def test_answer_of_an_unknown_change_is_refused(changes: StockChangeStore) -> None:
    """Nothing is stored."""
    with pytest.raises(StockChangeNotFoundError):
        changes.store_answer("stk_1", LEVEL)

    assert changes.totals() == {}


def test_open_changes_are_listed_oldest_first(changes: StockChangeStore) -> None:
    """A limited number of them, until they are closed; closing is repeatable."""
    for number in (3, 1, 2):
        changes.place(a_change(number))
    changes.store_answer("stk_1", LEVEL)

    assert [change.change_id for change in changes.open_changes(2)] == ["stk_1", "stk_2"]
    for _ in range(2):
        changes.close(a_change(1))
    assert [change.change_id for change in changes.open_changes()] == ["stk_2", "stk_3"]


def test_totals_are_the_sums_of_what_was_applied(changes: StockChangeStore) -> None:
    """By product, without refused and open changes."""
    for number, (units, sku) in enumerate([(10, "MUG"), (-3, "MUG"), (5, "a b"), (7, "MUG")]):
        changes.place(a_change(number, units=units, sku=sku))
    changes.place(a_change(9, units=-50))
    for number in (0, 1, 2):
        changes.store_answer(f"stk_{number}", LEVEL)
    changes.store_answer("stk_9", REFUSED)

    assert changes.totals() == {"MUG": 7, "a b": 5}


def test_concurrent_changes_are_all_counted(changes: StockChangeStore) -> None:
    """Also if several callers request and answer the same one."""

    def apply(number: int) -> StockLevel:
        changes.place(a_change(number % 6))
        return changes.store_answer(f"stk_{number % 6}", replace(LEVEL, sold=number))

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(apply, range(18)))

    assert changes.totals() == {"MUG": 60}
    assert len(set(answers)) == 6
    assert len(changes.open_changes()) == 6


def test_unavailable_file_raises(tmp_path: Path) -> None:
    """Every method does."""
    (tmp_path / "file").write_text("in the way")
    changes = SqliteStockChangeStore(tmp_path / "file" / "orders.sqlite3")

    for call in (
        changes.open_changes,
        changes.totals,
        lambda: changes.place(a_change()),
        lambda: changes.find("stk_1"),
        lambda: changes.store_answer("stk_1", LEVEL),
        lambda: changes.close(a_change()),
    ):
        with pytest.raises(StoreUnavailableError):
            call()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"changeId": "stk_1"}', "[" * 100_000])
def test_unreadable_change_is_unavailable(text: str) -> None:
    """It is unknown what was requested; a list leaves it out."""
    with pytest.raises(StoreUnavailableError, match="cannot be decoded"):
        text_to_change(text)

    assert texts_to_changes([text]) == ()
