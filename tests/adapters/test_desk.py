"""Does the desk keep what was laid on it and decided, wherever the book lies?"""

from datetime import timedelta

import pytest

from domain.desk import Action, Attention, Concern, Decision
from domain.errors import UnknownOrder
from domain.outcome import Outcome
from domain.record import OrderRecord
from domain.ruling import Answer
from ports.book_pages import BookQuery
from tests.adapters.books import Shelf
from tests.builders import NOON, a_booked_order, a_person

RETRY = Decision(action=Action.RETRY, note="the carrier is back", by="Grace", at=NOON)
FAILED = Outcome.needs_attention("unavailable", ("release",))


def placed(shelf: Shelf) -> OrderRecord:
    """A new order."""
    return shelf.book.place(a_booked_order("o"), a_person(), "f").record


def record(shelf: Shelf) -> OrderRecord:
    """The order's page."""
    found = shelf.book.find("o")
    assert found is not None
    return found


def on_desk(shelf: Shelf) -> list[OrderRecord]:
    """What lies on the desk."""
    return list(shelf.book.page(BookQuery(on_desk=True)).orders)


def test_an_open_order_is_laid_there_once(shelf: Shelf) -> None:
    """The first concern stands."""
    placed(shelf)

    shelf.desk.put("o", Concern.LOST)
    shelf.desk.put("o", Concern.SUSPENDED)

    attention = record(shelf).attention
    assert attention is not None
    assert attention.concern is Concern.LOST
    assert on_desk(shelf) == [record(shelf)]


def test_an_order_that_ended_is_not_laid_there(shelf: Shelf) -> None:
    """Nobody has to look after it."""
    placed(shelf)
    shelf.book.close("o", Outcome.completed("T1"))

    shelf.desk.put("o", Concern.LOST)

    assert on_desk(shelf) == []


def test_an_end_that_needs_a_person_lies_there(shelf: Shelf) -> None:
    """With what failed."""
    placed(shelf)

    shelf.book.close("o", FAILED)

    ended_at = record(shelf).ended_at
    assert ended_at is not None
    assert record(shelf).attention == Attention(
        concern=Concern.STEP_FAILED, since=ended_at, failed_steps=("release",)
    )


def test_a_decision_is_written_down_and_the_order_goes_on(shelf: Shelf) -> None:
    """Taken twice, it counts once."""
    placed(shelf)
    shelf.book.close("o", FAILED)

    answers = [shelf.desk.decide("o", RETRY).answer for _ in range(2)]

    assert answers == [Answer.TAKEN, Answer.REPEATED]
    assert [one.note for one in record(shelf).decisions] == [RETRY.note]
    assert record(shelf).outcome is None
    assert on_desk(shelf) == []


def test_rescues_and_stops_are_counted(shelf: Shelf) -> None:
    """And until when the order is left alone."""
    placed(shelf)

    shelf.desk.note_rescue("o", NOON + timedelta(minutes=1))
    shelf.desk.note_stop("o")

    assert record(shelf).rescues == 2
    assert record(shelf).rescue_after == NOON + timedelta(minutes=1)
    assert record(shelf).stopped_at is not None


def test_an_order_that_waits_is_not_due(shelf: Shelf) -> None:
    """The guardian finds it when its time has come."""
    placed(shelf)
    shelf.desk.note_rescue("o", NOON)

    for moment, due in ((NOON - timedelta(seconds=1), 0), (NOON, 1)):
        assert len(shelf.book.page(BookQuery(due_before=moment)).orders) == due


def test_nothing_is_noted_of_an_order_that_is_not_there(shelf: Shelf) -> None:
    """All of it says so."""
    for call in (
        lambda: shelf.desk.put("o", Concern.LOST),
        lambda: shelf.desk.decide("o", RETRY),
        lambda: shelf.desk.note_rescue("o", NOON),
        lambda: shelf.desk.note_stop("o"),
    ):
        with pytest.raises(UnknownOrder):
            call()
