"""The inbox in each backend."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from orders.adapters.order_store.events import event_to_text, text_to_event, texts_to_events
from orders.adapters.order_store.sqlite.events import SqlitePartnerEvents
from orders.domain.errors import InvalidCursorError, StoreUnavailableError
from orders.domain.partner_events import EventStatus, Partner, PartnerEvent
from orders.ports.partner_events import MAX_EVENTS, PartnerEvents
from tests.adapters.stores import Backend
from tests.builders import NOON, an_event


@pytest.fixture
def events(backend: Backend) -> PartnerEvents:
    """An empty inbox."""
    return backend.events


def settle(events: PartnerEvents, number: int, status: EventStatus) -> PartnerEvent | None:
    """Record the result of an attempt to handle an event."""
    return events.update(
        Partner.PAYMENTS, f"evt_{number}", lambda event: event.settle(status, "ord_1")
    )


def ids_of(events: tuple[PartnerEvent, ...]) -> list[str]:
    """Return the IDs of events."""
    return [event.event_id for event in events]


def test_event_is_stored_once(events: PartnerEvents) -> None:
    """A duplicate changes nothing, even if its content differs."""
    event = an_event()

    assert events.add(event)
    assert not events.add(replace(event, type="other", received_at=NOON + timedelta(hours=1)))
    assert events.find(Partner.PAYMENTS, "evt_1") == event


def test_events_of_two_partners_may_have_the_same_id(events: PartnerEvents) -> None:
    """Each partner counts for itself."""
    assert events.add(an_event())
    assert events.add(an_event(partner=Partner.CARRIER))
    assert events.find(Partner.CARRIER, "evt_1") == an_event(partner=Partner.CARRIER)


def test_concurrent_duplicates_are_stored_once(events: PartnerEvents) -> None:
    """One of the callers learns that its event is new."""
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: events.add(an_event()), range(16)))

    assert added.count(True) == 1


def test_unknown_event_is_not_found(events: PartnerEvents) -> None:
    """Nor is it changed."""
    assert events.find(Partner.PAYMENTS, "evt_1") is None
    assert settle(events, 1, EventStatus.HANDLED) is None


@pytest.mark.parametrize("event_id", ["evt/1?#\\", "e" * 255, "é", "evt_1 "])
def test_event_may_have_any_id(events: PartnerEvents, event_id: str) -> None:
    """Also one that is no key of a table."""
    event = replace(an_event(), event_id=event_id)

    assert (events.add(event), events.add(event)) == (True, False)
    assert events.find(Partner.PAYMENTS, event_id) == event
    assert ids_of(events.page().events) == [event_id]


def test_event_is_settled_once(events: PartnerEvents) -> None:
    """A later attempt does not change its end."""
    events.add(an_event())

    settled = settle(events, 1, EventStatus.HANDLED)
    again = settle(events, 1, EventStatus.UNMATCHED)

    assert settled == again == events.find(Partner.PAYMENTS, "evt_1")
    assert settled is not None
    assert settled.status is EventStatus.HANDLED


def test_concurrent_changes_are_all_applied(events: PartnerEvents) -> None:
    """Each counts an attempt."""
    events.add(an_event())

    def count(event: PartnerEvent) -> PartnerEvent:
        return replace(event, attempts=event.attempts + 1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: events.update(Partner.PAYMENTS, "evt_1", count), range(8)))

    event = events.find(Partner.PAYMENTS, "evt_1")
    assert event is not None
    assert event.attempts == 9


def test_pending_events_are_those_that_are_due(events: PartnerEvents) -> None:
    """Those that are due longest come first; settled ones are not among them."""
    for number, minutes in enumerate([9, 3, 6, 12]):
        later = NOON + timedelta(minutes=minutes)
        events.add(replace(an_event(number), next_attempt_at=later))
    settle(events, 2, EventStatus.HANDLED)
    settle(events, 1, EventStatus.UNMATCHED)
    at_nine = NOON + timedelta(minutes=9)

    assert ids_of(events.pending(at_nine, 10)) == ["evt_1", "evt_0"]
    assert ids_of(events.pending(at_nine, 1)) == ["evt_1"]
    assert events.pending(NOON, 10) == ()


def test_page_is_newest_first(events: PartnerEvents) -> None:
    """With a cursor to the next page."""
    for number in range(5):
        events.add(an_event(number))

    first = events.page(limit=2)
    second = events.page(cursor=first.cursor, limit=2)
    third = events.page(cursor=second.cursor, limit=2)

    pages = [ids_of(page.events) for page in (first, second, third)]
    assert pages == [["evt_4", "evt_3"], ["evt_2", "evt_1"], ["evt_0"]]
    assert third.cursor is None


@pytest.mark.parametrize(
    ("status", "ids"),
    [
        (EventStatus.PENDING, ["evt_4", "evt_0"]),
        (EventStatus.UNMATCHED, ["evt_3"]),
        (EventStatus.HANDLED, ["evt_2"]),
        (EventStatus.IGNORED, ["evt_1"]),
        (None, ["evt_4", "evt_3", "evt_2", "evt_1", "evt_0"]),
    ],
)
def test_page_has_the_events_with_a_status(
    events: PartnerEvents, status: EventStatus | None, ids: list[str]
) -> None:
    """Or all of them."""
    for number in range(5):
        events.add(an_event(number))
    settle(events, 1, EventStatus.IGNORED)
    settle(events, 2, EventStatus.HANDLED)
    settle(events, 3, EventStatus.UNMATCHED)

    assert ids_of(events.page(status).events) == ids


def test_event_without_an_object_is_closed_from_the_start(events: PartnerEvents) -> None:
    """It is listed, and never tried."""
    events.add(an_event(object_id=None))

    assert events.pending(NOON + timedelta(days=1), 10) == ()
    assert ids_of(events.page(EventStatus.IGNORED).events) == ["evt_1"]


@pytest.mark.parametrize(("limit", "size"), [(0, 1), (MAX_EVENTS + 1, MAX_EVENTS)])
def test_page_is_bounded(events: PartnerEvents, limit: int, size: int) -> None:
    """Other limits are adjusted."""
    for number in range(MAX_EVENTS + 1):
        events.add(an_event(number))

    assert len(events.page(limit=limit).events) == size


def test_foreign_cursor_is_refused(events: PartnerEvents) -> None:
    """It must come from the list."""
    with pytest.raises(InvalidCursorError):
        events.page(cursor="nonsense")


def test_old_events_are_deleted(events: PartnerEvents) -> None:
    """Whatever their status; a deleted event is new if it comes again."""
    for number in range(3):
        events.add(an_event(number))
    settle(events, 0, EventStatus.HANDLED)
    newest = an_event(2)

    old = events.expired(newest.received_at, 10)
    for event in (*old, *old):
        events.delete(event)

    assert sorted(ids_of(old)) == ["evt_0", "evt_1"]
    assert len(events.expired(newest.received_at, 1)) == 0
    assert ids_of(events.page().events) == ["evt_2"]
    assert ids_of(events.pending(NOON + timedelta(days=1), 10)) == ["evt_2"]
    assert events.add(an_event(1))


def test_unavailable_file_raises(tmp_path: Path) -> None:
    """Every method does."""
    (tmp_path / "file").write_text("in the way")
    events = SqlitePartnerEvents(tmp_path / "file" / "orders.sqlite3")

    for call in (
        lambda: events.add(an_event()),
        lambda: events.find(Partner.PAYMENTS, "evt_1"),
        lambda: events.update(Partner.PAYMENTS, "evt_1", lambda event: event),
        lambda: events.pending(NOON, 1),
        events.page,
        lambda: events.expired(NOON, 1),
        lambda: events.delete(an_event()),
    ):
        with pytest.raises(StoreUnavailableError):
            call()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"partner": "bank"}', "[" * 100_000])
def test_unreadable_event_is_left_out(text: str) -> None:
    """The others are shown."""
    assert text_to_event(text) is None
    assert texts_to_events([text, event_to_text(an_event())]) == (an_event(),)


def test_unreadable_row_stops_no_other(backend: Backend) -> None:
    """It is neither found nor changed."""
    backend.events.add(an_event(1))
    backend.events.add(an_event(2))
    backend.damage_event("evt_1")

    assert ids_of(backend.events.page().events) == ["evt_2"]
    assert backend.events.find(Partner.PAYMENTS, "evt_1") is None
    assert settle(backend.events, 1, EventStatus.HANDLED) is None
