"""Does the desk keep what was laid on it and decided, wherever the book lies?"""

from datetime import timedelta

import pytest

from orders.domain.attention import Attention, AttentionReason, Resolution, ResolutionAction
from orders.domain.attention_resolution import Answer
from orders.domain.errors import OrderNotFoundError
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.ports.order_store import OrderQuery
from tests.adapters.books import Shelf
from tests.builders import NOON, a_booked_order, a_person

RETRY = Resolution(action=ResolutionAction.RETRY, note="the carrier is back", by="Grace", at=NOON)
FAILED = Outcome.needs_attention("unavailable", ("release",))


def placed(shelf: Shelf) -> OrderRecord:
    """A new order."""
    return shelf.book.place(a_booked_order("o"), a_person(), "f").record


def record(shelf: Shelf) -> OrderRecord:
    """The order's page."""
    found = shelf.book.find("o")
    assert found is not None
    return found


def needs_attention(shelf: Shelf) -> list[OrderRecord]:
    """What lies on the desk."""
    return list(shelf.book.page(OrderQuery(needs_attention=True)).orders)


def test_an_open_order_is_laid_there_once(shelf: Shelf) -> None:
    """The first concern stands."""
    placed(shelf)

    shelf.desk.put("o", AttentionReason.RECOVERY_FAILED)
    shelf.desk.put("o", AttentionReason.SUSPENDED)

    attention = record(shelf).attention
    assert attention is not None
    assert attention.reason is AttentionReason.RECOVERY_FAILED
    assert needs_attention(shelf) == [record(shelf)]


def test_an_order_that_ended_is_not_laid_there(shelf: Shelf) -> None:
    """Nobody has to look after it."""
    placed(shelf)
    shelf.book.close("o", Outcome.completed("T1"))

    shelf.desk.put("o", AttentionReason.RECOVERY_FAILED)

    assert needs_attention(shelf) == []


def test_an_end_that_needs_a_person_lies_there(shelf: Shelf) -> None:
    """With what failed."""
    placed(shelf)

    shelf.book.close("o", FAILED)

    ended_at = record(shelf).ended_at
    assert ended_at is not None
    assert record(shelf).attention == Attention(
        reason=AttentionReason.STEP_FAILED, since=ended_at, failed_steps=("release",)
    )


def test_a_resolution_is_written_down_and_the_order_goes_on(shelf: Shelf) -> None:
    """Taken twice, it counts once."""
    placed(shelf)
    shelf.book.close("o", FAILED)

    answers = [shelf.desk.decide("o", RETRY).answer for _ in range(2)]

    assert answers == [Answer.ACCEPTED, Answer.REPEATED]
    assert [one.note for one in record(shelf).resolutions] == [RETRY.note]
    assert record(shelf).outcome is None
    assert needs_attention(shelf) == []


def test_recoverys_and_stops_are_counted(shelf: Shelf) -> None:
    """And until when the order is left alone."""
    placed(shelf)

    shelf.desk.record_recovery("o", NOON + timedelta(minutes=1))
    shelf.desk.record_termination("o")

    assert record(shelf).recovery_attempts == 2
    assert record(shelf).next_recovery_at == NOON + timedelta(minutes=1)
    assert record(shelf).terminated_at is not None


def test_an_order_that_waits_is_not_due(shelf: Shelf) -> None:
    """The guardian finds it when its time has come."""
    placed(shelf)
    shelf.desk.record_recovery("o", NOON)

    for moment, due in ((NOON - timedelta(seconds=1), 0), (NOON, 1)):
        assert len(shelf.book.page(OrderQuery(recovery_due_before=moment)).orders) == due


def test_nothing_is_noted_of_an_order_that_is_not_there(shelf: Shelf) -> None:
    """All of it says so."""
    for call in (
        lambda: shelf.desk.put("o", AttentionReason.RECOVERY_FAILED),
        lambda: shelf.desk.decide("o", RETRY),
        lambda: shelf.desk.record_recovery("o", NOON),
        lambda: shelf.desk.record_termination("o"),
    ):
        with pytest.raises(OrderNotFoundError):
            call()
