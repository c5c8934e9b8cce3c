"""Order store: placing an order and recording what happens to it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from orders.domain.errors import OrderNotFoundError
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.results import Dispatch, Dispatched, Refused, Validation
from orders.ports.order_store import OrderStore
from tests.adapters.stores import close, open_order, record_in
from tests.builders import ACCEPTED, INVALID, NOON, a_customer, a_line, a_stored_order

REJECTED = Outcome.rejected("unavailable").with_note("a note")


def record_validation(store: OrderStore, validation: Validation) -> Validation:
    """Record a validation."""
    return store.update("o", lambda record: record.record_validation(validation))


def request_cancel(store: OrderStore) -> OrderRecord:
    """Request a cancellation."""
    return store.update("o", lambda record: record.request_cancel(NOON))


def dispatch(store: OrderStore) -> Dispatch:
    """Record the dispatch."""
    return store.update("o", lambda record: record.dispatch(NOON))


def begin_undo(store: OrderStore, goal: Outcome) -> Outcome:
    """Record that undoing begins."""
    return store.update("o", lambda record: record.begin_undo(goal))


def test_placed_order_is_found_unchanged(store: OrderStore) -> None:
    """Lines, prices, times and the fingerprint are kept."""
    order = replace(a_stored_order("o", a_line(), a_line("TEA-ASSAM", 1, 1250)), reference="42")

    placed = store.place(order, a_customer(), "f")

    assert placed.is_new
    assert store.find("o") == placed.record
    assert placed.record.order == order


def test_personal_part_is_stored_apart(placed: OrderStore) -> None:
    """It is read on its own, and the record has none of it."""
    assert placed.customer("o") == a_customer()
    assert a_customer().name not in str(placed.find("o"))


def test_unknown_order_is_not_found(store: OrderStore) -> None:
    """Neither its record nor its personal part."""
    assert store.find("o") is None
    assert store.customer("o") is None


def test_second_order_with_the_same_id_changes_nothing(store: OrderStore) -> None:
    """The result is the first order."""
    first = store.place(a_stored_order("o"), a_customer(), "first")

    second = store.place(a_stored_order("o", country="FR"), a_customer(), "second")

    assert not second.is_new
    assert second.record == first.record


def test_concurrent_requests_with_one_id_place_one_order(store: OrderStore) -> None:
    """The other callers get its record."""
    with ThreadPoolExecutor(20) as pool:
        placed = list(
            pool.map(lambda _: store.place(a_stored_order("o"), a_customer(), "f"), range(20))
        )

    assert [item.is_new for item in placed].count(True) == 1


def test_only_the_first_orchestration_is_not_resumed(placed: OrderStore) -> None:
    """Each opening counts."""
    assert [open_order(placed).resumed for _ in range(3)] == [False, True, True]


@pytest.mark.parametrize(("validation", "other"), [(ACCEPTED, INVALID), (INVALID, ACCEPTED)])
def test_first_validation_is_recorded(
    placed: OrderStore, validation: Validation, other: Validation
) -> None:
    """It is stored unchanged, and a later one changes nothing."""
    assert record_validation(placed, validation) == validation
    assert record_validation(placed, other) == validation
    assert record_in(placed).validation == validation


def test_first_undo_goal_is_recorded(placed: OrderStore) -> None:
    """The next orchestration gets it."""
    assert begin_undo(placed, REJECTED) == REJECTED
    assert begin_undo(placed, Outcome.rejected("other")) == REJECTED
    assert open_order(placed).undoing == REJECTED


def test_cancellation_is_recorded_once_and_prevents_the_dispatch(placed: OrderStore) -> None:
    """The result is the current record."""
    first, second = (request_cancel(placed).cancel_requested_at for _ in range(2))

    assert first == second is not None
    assert dispatch(placed) == Refused(reason="canceled")


def test_cancellation_after_the_dispatch_is_not_recorded(placed: OrderStore) -> None:
    """A repeated dispatch is accepted."""
    assert [dispatch(placed) for _ in range(2)] == [Dispatched(), Dispatched()]
    assert request_cancel(placed).cancel_requested_at is None


def test_first_outcome_is_recorded_with_its_time(placed: OrderStore) -> None:
    """A later outcome changes nothing."""
    assert close(placed, REJECTED) == REJECTED
    assert close(placed, Outcome.completed("T1")) == REJECTED
    assert record_in(placed).outcome == REJECTED
    assert record_in(placed).ended_at == NOON


def test_unknown_order_cannot_be_changed(store: OrderStore) -> None:
    """Every change raises OrderNotFoundError."""
    for call in (
        lambda: open_order(store),
        lambda: record_validation(store, ACCEPTED),
        lambda: request_cancel(store),
        lambda: dispatch(store),
        lambda: begin_undo(store, REJECTED),
        lambda: close(store, REJECTED),
    ):
        with pytest.raises(OrderNotFoundError):
            call()
