"""Events of partners: their attempts, pauses and ends."""

from datetime import timedelta

import pytest

from orders.domain.partner_events import EventStatus, Partner, event_key
from tests.builders import NOON, an_event


def test_event_is_pending_until_it_is_settled() -> None:
    """Its key tells it from an event of another partner with the same ID."""
    event = an_event(0)

    assert (event.status, event.attempts) == (EventStatus.PENDING, 1)
    assert event.key != event_key(Partner.CARRIER, event.event_id)


def test_event_without_an_object_is_ignored() -> None:
    """There is nothing to look at."""
    assert an_event(object_id=None).status is EventStatus.IGNORED


def test_pauses_between_attempts_grow() -> None:
    """From two minutes to six hours; an early attempt does not count."""
    event, pauses = an_event(0), []
    for _ in range(10):
        now = event.next_attempt_at
        assert event.try_again(now - timedelta(seconds=1)) is event
        event = event.try_again(now)
        pauses.append((event.next_attempt_at - now) // timedelta(minutes=1))

    assert pauses == [4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
    assert event.attempts == 11


def test_unmatched_event_is_tried_again_and_handled() -> None:
    """The order becomes known later."""
    unmatched = an_event(0).settle(EventStatus.UNMATCHED, None)
    again = unmatched.try_again(NOON + timedelta(hours=1))
    handled = again.settle(EventStatus.HANDLED, "ord_1")

    assert again.attempts == 2
    assert (handled.status, handled.order_id) == (EventStatus.HANDLED, "ord_1")


@pytest.mark.parametrize("status", [EventStatus.HANDLED, EventStatus.IGNORED])
def test_event_that_has_ended_does_not_change(status: EventStatus) -> None:
    """A late attempt does not open it again."""
    ended = an_event(0).settle(status, "ord_1")

    assert ended.settle(EventStatus.UNMATCHED, None) is ended
    assert ended.try_again(NOON + timedelta(days=1)) is ended


@pytest.mark.parametrize(
    ("status", "hours", "is_overdue"),
    [
        (EventStatus.UNMATCHED, 23, False),
        (EventStatus.UNMATCHED, 24, True),
        (EventStatus.PENDING, 24, True),
        (EventStatus.HANDLED, 24, False),
    ],
)
def test_open_event_is_overdue_after_a_day(
    status: EventStatus, hours: int, *, is_overdue: bool
) -> None:
    """Then an operator must look for the reason."""
    event = an_event(0).settle(status, None)

    assert event.is_overdue(NOON + timedelta(hours=hours)) is is_overdue


def test_event_is_given_up_after_many_days() -> None:
    """Before it is deleted."""
    unmatched = an_event(0).settle(EventStatus.UNMATCHED, None)

    late = unmatched.try_again(NOON + timedelta(days=29))

    assert (late.status, late.attempts) == (EventStatus.IGNORED, 1)
