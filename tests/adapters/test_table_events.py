"""The inbox in Azure Tables: faults, lost responses and concurrent changes."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from azure.data.tables import TableServiceClient

from orders.adapters.order_store.tables.events import TABLE, TablePartnerEvents
from orders.adapters.order_store.tables.service import Tables
from orders.domain.errors import StoreUnavailableError
from orders.domain.partner_events import EventStatus, Partner, PartnerEvent
from orders.ports.partner_events import PartnerEvents
from tests import tables_server
from tests.builders import NOON, an_event
from tests.tables_server import TableService
from tests.wire import Fault


def an_inbox(service: TableService, retries: int = 0) -> PartnerEvents:
    """Return the inbox in the service's tables, with few retries of the client."""
    account = TableServiceClient.from_connection_string(
        service.connection_string, retry_total=retries, retry_backoff_factor=0.01
    )
    return TablePartnerEvents(Tables(account))


@pytest.fixture
def service() -> Iterator[TableService]:
    """A simulated Table service with one event."""
    with tables_server.serving() as service:
        an_inbox(service).add(an_event())
        yield service


def settle(events: PartnerEvents, status: EventStatus = EventStatus.HANDLED) -> PartnerEvent | None:
    """Record the result of an attempt to handle the event."""
    return events.update(Partner.PAYMENTS, "evt_1", lambda event: event.settle(status, "ord_1"))


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.ERROR_AFTER, Fault.BUSY, Fault.GARBLED])
@pytest.mark.parametrize(
    ("step", "call"),
    [
        ("transact", lambda events: events.add(an_event(2))),
        ("get", lambda events: events.find(Partner.PAYMENTS, "evt_1")),
        ("transact", settle),
        ("query", lambda events: events.pending(NOON, 1)),
        ("query", lambda events: events.page()),
        ("query", lambda events: events.expired(NOON, 1)),
        ("transact", lambda events: events.delete(an_event())),
    ],
)
def test_fault_is_translated(
    service: TableService, step: str, call: Callable[[PartnerEvents], object], fault: Fault
) -> None:
    """The partner, or the next run, tries again."""
    service.plan.fail(f"{step} {TABLE}", fault)

    with pytest.raises(StoreUnavailableError):
        call(an_inbox(service))


def test_event_whose_answer_is_lost_is_stored_once(service: TableService) -> None:
    """The client repeats the request, which is refused because of its own write."""
    events = an_inbox(service, retries=1)
    service.plan.fail(f"transact {TABLE}", Fault.ERROR_AFTER)

    assert events.add(an_event(2))
    assert not events.add(an_event(2))


def test_change_whose_answer_is_lost_is_applied_once(service: TableService) -> None:
    """Here too."""
    events = an_inbox(service, retries=1)
    service.plan.fail(f"transact {TABLE}", Fault.ERROR_AFTER)

    assert settle(events) == events.find(Partner.PAYMENTS, "evt_1")


@pytest.mark.parametrize(
    ("first", "status"),
    [
        (EventStatus.UNMATCHED, EventStatus.HANDLED),
        (EventStatus.IGNORED, EventStatus.IGNORED),
    ],
)
def test_concurrent_change_is_not_lost(
    service: TableService, first: EventStatus, status: EventStatus
) -> None:
    """The event is read again."""
    events, other = an_inbox(service), an_inbox(service)
    service.plan.concurrent_calls[f"transact {TABLE}"] = lambda: settle(other, first)

    settled = settle(events)

    assert settled is not None
    assert settled.status is status


def test_deletion_gives_way_to_a_concurrent_change(service: TableService) -> None:
    """The next night deletes the event."""
    events, other = an_inbox(service), an_inbox(service)
    service.plan.concurrent_calls[f"transact {TABLE}"] = lambda: settle(other)

    events.delete(an_event())

    assert events.find(Partner.PAYMENTS, "evt_1") is not None


def test_rows_of_an_event_are_written_together(service: TableService) -> None:
    """One transaction stores it, another one settles it; then it is no longer open."""
    events = an_inbox(service)
    assert len(service.rows(TABLE)) == 3
    service.requests.clear()

    settle(events)

    assert service.requests.count(f"transact {TABLE}") == 1
    assert len(service.rows(TABLE)) == 2
    events.delete(an_event())
    assert service.rows(TABLE) == []
    assert events.pending(NOON + timedelta(days=1), 1) == ()
