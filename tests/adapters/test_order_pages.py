"""Pages of orders: conditions, order and cursors."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.domain.errors import InvalidCursorError
from orders.domain.outcome import OrderStatus, Outcome
from orders.domain.recovery import recovery_due_at
from orders.ports.order_store import OrderQuery, OrderStore
from tests.adapters.stores import Backend, close, ids_of_pages, open_order, record_in
from tests.builders import NOON, a_customer, a_line, a_stored_order


@pytest.fixture
def week(store: OrderStore) -> OrderStore:
    """An order store with seven orders, one a day; the even ones are for tea."""
    for day in range(7):
        line = a_line("MUG-BLUE" if day % 2 else "TEA-ASSAM")
        order = replace(a_stored_order(f"o{day}", line, line), placed_at=NOON + timedelta(days=day))
        store.place(order, a_customer(), "f")
    return store


def ids(store: OrderStore, query: OrderQuery) -> list[str]:
    """Return the IDs of the orders on one page."""
    return [record.order.order_id for record in store.page(query).orders]


def test_pages_hold_every_order_once(week: OrderStore) -> None:
    """The oldest order comes first."""
    assert ids_of_pages(week, OrderQuery(limit=3)) == [
        ["o0", "o1", "o2"],
        ["o3", "o4", "o5"],
        ["o6"],
    ]


def test_pages_can_begin_with_the_newest_order(week: OrderStore) -> None:
    """The pages are in reverse order."""
    pages = ids_of_pages(week, OrderQuery(limit=4, newest_first=True))

    assert pages == [["o6", "o5", "o4", "o3"], ["o2", "o1", "o0"]]


def test_full_last_page_has_no_cursor(week: OrderStore) -> None:
    """No cursor leads to an empty page."""
    assert len(ids_of_pages(week, OrderQuery(limit=7))) == 1


def test_orders_placed_at_the_same_time_are_distinguished(store: OrderStore) -> None:
    """A page may end between them."""
    for name in "abcde":
        store.place(a_stored_order(name), a_customer(), "f")

    assert ids_of_pages(store, OrderQuery(limit=2)) == [["a", "b"], ["c", "d"], ["e"]]


def test_new_order_does_not_shift_the_next_page(week: OrderStore) -> None:
    """The next page begins after the last order of the previous one."""
    first = week.page(OrderQuery(limit=3, newest_first=True))
    newest = replace(a_stored_order("new"), placed_at=NOON + timedelta(days=9))
    week.place(newest, a_customer(), "f")

    assert ids(week, OrderQuery(limit=1, newest_first=True, cursor=first.cursor)) == ["o3"]


def test_orders_are_found_by_product(week: OrderStore) -> None:
    """An order with two lines of the product is found once, over several pages."""
    assert ids_of_pages(week, OrderQuery(sku="TEA-ASSAM", limit=3)) == [["o0", "o2", "o4"], ["o6"]]
    assert ids(week, OrderQuery(sku="LAMP-OAK")) == []


def test_orders_are_found_by_time_of_placing(week: OrderStore) -> None:
    """The end of the range is exclusive."""
    first, last = NOON + timedelta(days=2), NOON + timedelta(days=4)

    assert ids(week, OrderQuery(placed_from=first, placed_before=last)) == ["o2", "o3"]


def test_orders_are_found_by_status(week: OrderStore) -> None:
    """Queries agree with the status of the record."""
    open_order(week, "o1")
    open_order(week, "o2")
    close(week, Outcome.rejected("r"), "o2")

    assert ids(week, OrderQuery(status=OrderStatus.PROCESSING)) == ["o1"]
    assert ids(week, OrderQuery(status=OrderStatus.REJECTED, sku="TEA-ASSAM")) == ["o2"]
    assert ids(week, OrderQuery(status=OrderStatus.PLACED)) == ["o0", "o3", "o4", "o5", "o6"]
    assert ids(week, OrderQuery(is_open=False)) == ["o2"]
    assert len(ids(week, OrderQuery(is_open=True))) == 6
    for status in OrderStatus:
        orders = week.page(OrderQuery(status=status)).orders
        assert {record.status for record in orders} <= {status}


def test_orders_are_found_by_last_update(backend: Backend) -> None:
    """Only orders whose record has not changed since are found."""
    store, clock = backend.store, backend.clock
    for name in "ab":
        store.place(replace(a_stored_order(name), placed_at=clock.now()), a_customer(), "f")
    later = clock.now() + timedelta(hours=1)
    clock.advance(later)
    open_order(store, "b")

    assert ids(store, OrderQuery(recovery_due_before=later)) == ["a"]


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_of_due_orders_are_selected_by_the_next_due_moment(
    backend: Backend, *, newest_first: bool
) -> None:
    """It is the last change, or the end of the pause after a recovery attempt if that is later."""
    store, clock = backend.store, backend.clock
    clock.advance(NOON)
    for number in range(8):
        order = replace(a_stored_order(f"o{number}"), placed_at=clock.now())
        store.place(order, a_customer(), "f")
    later = clock.now() + timedelta(hours=1)
    store.update("o1", lambda record: record.record_recovery(1, later))
    store.update("o2", lambda record: record.record_recovery(1, later - timedelta(minutes=30)))
    close(store, Outcome.canceled(), "o4", clock.now())
    clock.advance(later)
    open_order(store, "o6")
    query = OrderQuery(is_open=True, newest_first=newest_first, limit=2)

    due = {
        limit: ids_of_pages(store, replace(query, recovery_due_before=limit))
        for limit in (NOON, later, later + timedelta(microseconds=1), clock.now())
    }

    expected = [
        [],
        ["o0", "o2", "o3", "o5", "o7"],
        ["o0", "o1", "o2", "o3", "o5", "o7"],
        ["o0", "o1", "o2", "o3", "o5", "o6", "o7"],
    ]
    step = -1 if newest_first else 1
    assert [[name for page in pages for name in page] for pages in due.values()] == [
        names[::step] for names in expected
    ]
    assert all(len(page) == 2 for pages in due.values() for page in pages[:-1])
    for pages, limit in zip(due.values(), due, strict=True):
        records = [record_in(store, name) for page in pages for name in page]
        assert all(recovery_due_at(record) < limit for record in records)


def test_orders_are_found_by_end(backend: Backend) -> None:
    """Retention finds ended orders, the oldest first."""
    store, clock = backend.store, backend.clock
    for name in "abc":
        store.place(replace(a_stored_order(name), placed_at=clock.now()), a_customer(), "f")
    close(store, Outcome.canceled(), "a", clock.now())
    close(store, Outcome.canceled(), "b", clock.now())
    later = clock.now() + timedelta(hours=1)
    clock.advance(later)
    close(store, Outcome.canceled(), "c", clock.now())

    assert ids(store, OrderQuery(ended_before=later, is_purged=False)) == ["a", "b"]
    assert ids(store, OrderQuery(ended_before=later, newest_first=True)) == ["b", "a"]
    assert ids(store, OrderQuery(placed_before=later, is_open=False, limit=2)) == ["a", "b"]


def test_open_orders_can_begin_with_the_newest(week: OrderStore) -> None:
    """The order holds over several pages."""
    query = OrderQuery(status=OrderStatus.PLACED, newest_first=True, limit=3)

    assert ids_of_pages(week, query) == [["o6", "o5", "o4"], ["o3", "o2", "o1"], ["o0"]]


@pytest.mark.parametrize("newest_first", [False, True])
def test_range_of_time_is_exact_to_the_microsecond(
    store: OrderStore, *, newest_first: bool
) -> None:
    """It may begin and end between two orders."""
    times = [NOON + timedelta(microseconds=number) for number in range(4)]
    for time in times:
        order = replace(a_stored_order(f"o{time.microsecond}"), placed_at=time)
        store.place(order, a_customer(), "f")
    query = OrderQuery(placed_from=times[1], placed_before=times[3], newest_first=newest_first)

    assert sorted(ids(store, query)) == ["o1", "o2"]


@pytest.mark.parametrize("cursor", ["", "x", "!", "bnVsbA", "WzEsMl0", "é", "WyJ4IiwiYSJd"])
def test_invalid_cursor_is_refused(week: OrderStore, cursor: str) -> None:
    """Any text that is not a cursor raises InvalidCursorError."""
    with pytest.raises(InvalidCursorError):
        week.page(OrderQuery(cursor=cursor))


@pytest.mark.parametrize(("limit", "size"), [(0, 1), (-5, 1), (5000, 7)])
def test_page_size_is_between_one_and_a_hundred(week: OrderStore, limit: int, size: int) -> None:
    """Other limits are adjusted."""
    assert len(ids(week, OrderQuery(limit=limit))) == size
