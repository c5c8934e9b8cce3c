"""Does the order book keep what was written?"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from orders.domain.errors import OrderNotFoundError
from orders.domain.money import Money
from orders.domain.outcome import Outcome
from orders.domain.results import ValidationProblem, ValidationResult
from orders.ports.order_store import OrderStore
from tests.builders import a_booked_order, a_line, a_person

REJECTED = Outcome.rejected("unavailable").with_note("a note")


def test_an_order_is_found_as_it_was_placed(book: OrderStore) -> None:
    """Lines, prices, times and the fingerprint come back as they were."""
    order = replace(a_booked_order("o", a_line(), a_line("TEA-ASSAM", 1, 1250)), reference="42")

    placed = book.place(order, a_person(), "f")

    assert placed.is_new
    assert book.find("o") == placed.record
    assert placed.record.order == order


def test_the_personal_part_is_kept_apart(book: OrderStore) -> None:
    """It is read on its own, and the page holds none of it."""
    book.place(a_booked_order("o"), a_person(), "f")

    assert book.customer("o") == a_person()
    assert a_person().name not in str(book.find("o"))


def test_an_order_that_is_not_there_is_not_found(book: OrderStore) -> None:
    """Neither its page nor its personal part."""
    assert book.find("o") is None
    assert book.customer("o") is None


def test_placing_twice_finds_the_first(book: OrderStore) -> None:
    """The second order of the same id changes nothing."""
    first = book.place(a_booked_order("o"), a_person(), "first")

    second = book.place(a_booked_order("o", country="FR"), a_person(), "second")

    assert not second.is_new
    assert second.record == first.record


def test_of_twenty_that_place_at_once_one_is_new(book: OrderStore) -> None:
    """The others find its order."""
    with ThreadPoolExecutor(20) as pool:
        placed = list(
            pool.map(lambda _: book.place(a_booked_order("o"), a_person(), "f"), range(20))
        )

    assert [one.is_new for one in placed].count(True) == 1


def test_the_first_run_is_told_from_the_later_ones(book: OrderStore) -> None:
    """Each opening counts."""
    book.place(a_booked_order("o"), a_person(), "f")

    assert [book.open("o").resumed for _ in range(3)] == [False, True, True]


@pytest.mark.parametrize(
    "verdict",
    [
        ValidationResult(accepted=True, amount=Money(4980, "EUR")),
        ValidationResult(
            accepted=False,
            reason="discontinued",
            problems=(ValidationProblem(reason="discontinued", line=1, sku="OLD"),),
        ),
    ],
)
def test_a_validation_is_noted_once(book: OrderStore, validation: ValidationResult) -> None:
    """The first one stands, and comes back as it was."""
    book.place(a_booked_order("o"), a_person(), "f")

    assert book.judge("o", validation) == validation
    assert book.judge("o", ValidationResult(accepted=False, reason="other")) == validation


def test_undoing_is_noted_once(book: OrderStore) -> None:
    """The first reason stands, and the next run is told."""
    book.place(a_booked_order("o"), a_person(), "f")

    assert book.begin_undo("o", REJECTED) == REJECTED
    assert book.begin_undo("o", Outcome.rejected("other")) == REJECTED
    assert book.open("o").undoing == REJECTED


def test_a_wish_to_stop_is_noted_once(book: OrderStore) -> None:
    """The answer is the page as it stands then, and the parcel does not leave any more."""
    book.place(a_booked_order("o"), a_person(), "f")

    first, second = (book.request_cancel("o").cancel_requested_at for _ in range(2))

    assert first == second is not None
    assert not book.dispatch("o").dispatched


def test_who_wants_to_stop_after_the_shipment_left_comes_too_late(book: OrderStore) -> None:
    """Nothing is noted."""
    book.place(a_booked_order("o"), a_person(), "f")

    assert [book.dispatch("o").dispatched for _ in range(2)] == [True, True]
    assert book.request_cancel("o").cancel_requested_at is None


def test_an_end_is_noted_once_with_its_time(book: OrderStore) -> None:
    """The first end stands."""
    book.place(a_booked_order("o"), a_person(), "f")

    assert book.close("o", REJECTED) == REJECTED
    assert book.close("o", Outcome.completed("T1")) == REJECTED
    record = book.find("o")
    assert record is not None
    assert record.outcome == REJECTED
    assert record.ended_at is not None


def test_nothing_is_noted_of_an_order_that_is_not_there(book: OrderStore) -> None:
    """Opening, undoing and closing it all say so."""
    for call in (
        lambda: book.open("o"),
        lambda: book.judge("o", ValidationResult(accepted=True)),
        lambda: book.begin_undo("o", REJECTED),
        lambda: book.close("o", REJECTED),
    ):
        with pytest.raises(OrderNotFoundError):
            call()
