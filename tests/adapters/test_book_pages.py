"""Can the order book be read a page at a time?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.domain.errors import InvalidCursorError
from orders.domain.outcome import OrderStatus, Outcome
from orders.ports.order_store import OrderQuery, OrderStore
from tests.adapters.books import Shelf
from tests.builders import NOON, a_booked_order, a_line, a_person


@pytest.fixture
def book(shelf: Shelf) -> OrderStore:
    """Seven orders, one a day; of the even ones each is for tea."""
    book = shelf.book
    for day in range(7):
        line = a_line("MUG-BLUE" if day % 2 else "TEA-ASSAM")
        order = replace(a_booked_order(f"o{day}", line, line), placed_at=NOON + timedelta(days=day))
        book.place(order, a_person(), "f")
    return book


def ids(book: OrderStore, query: OrderQuery) -> list[str]:
    """The orders on one page."""
    return [record.order.order_id for record in book.page(query).orders]


def all_pages(book: OrderStore, query: OrderQuery) -> list[list[str]]:
    """The orders on every page."""
    pages = [book.page(query)]
    while pages[-1].after:
        pages.append(book.page(replace(query, after=pages[-1].after)))
    return [[record.order.order_id for record in page.orders] for page in pages]


def test_the_pages_hold_every_order_once(book: OrderStore) -> None:
    """Oldest first, as they were placed."""
    assert all_pages(book, OrderQuery(limit=3)) == [["o0", "o1", "o2"], ["o3", "o4", "o5"], ["o6"]]


def test_the_newest_can_come_first(book: OrderStore) -> None:
    """The pages run the other way."""
    pages = all_pages(book, OrderQuery(limit=4, newest_first=True))

    assert pages == [["o6", "o5", "o4", "o3"], ["o2", "o1", "o0"]]


def test_a_last_page_that_is_full_has_no_next(book: OrderStore) -> None:
    """Nobody is sent to an empty page."""
    assert len(all_pages(book, OrderQuery(limit=7))) == 1


def test_orders_of_one_moment_are_told_apart(shelf: Shelf) -> None:
    """A page that ends between them shifts nothing."""
    book = shelf.book
    for name in "abcde":
        book.place(a_booked_order(name), a_person(), "f")

    assert all_pages(book, OrderQuery(limit=2)) == [["a", "b"], ["c", "d"], ["e"]]


def test_an_order_that_comes_meanwhile_shifts_nothing(book: OrderStore) -> None:
    """The next page begins where the last one ended."""
    first = book.page(OrderQuery(limit=3, newest_first=True))
    book.place(replace(a_booked_order("new"), placed_at=NOON + timedelta(days=9)), a_person(), "f")

    assert ids(book, OrderQuery(limit=1, newest_first=True, after=first.after)) == ["o3"]


def test_orders_of_an_product_are_found(book: OrderStore) -> None:
    """Each once, also where two lines are for it, over several pages."""
    assert all_pages(book, OrderQuery(sku="TEA-ASSAM", limit=3)) == [["o0", "o2", "o4"], ["o6"]]
    assert ids(book, OrderQuery(sku="LAMP-OAK")) == []


def test_orders_of_a_time_are_found(book: OrderStore) -> None:
    """From a moment on, up to another one, which does not belong to it."""
    first, last = NOON + timedelta(days=2), NOON + timedelta(days=4)

    assert ids(book, OrderQuery(placed_from=first, placed_before=last)) == ["o2", "o3"]


def test_orders_are_found_by_where_they_stand(book: OrderStore) -> None:
    """What the page says of an order is what it is found by."""
    book.open("o1")
    book.open("o2")
    book.close("o2", Outcome.rejected("r"))

    assert ids(book, OrderQuery(status=OrderStatus.PROCESSING)) == ["o1"]
    assert ids(book, OrderQuery(status=OrderStatus.REJECTED, sku="TEA-ASSAM")) == ["o2"]
    assert ids(book, OrderQuery(status=OrderStatus.PLACED)) == ["o0", "o3", "o4", "o5", "o6"]
    assert ids(book, OrderQuery(is_open=False)) == ["o2"]
    assert len(ids(book, OrderQuery(is_open=True))) == 6
    for status in OrderStatus:
        assert {one.status for one in book.page(OrderQuery(status=status)).orders} <= {status}


def test_orders_that_were_left_alone_are_found(shelf: Shelf) -> None:
    """Since when nothing was written of them."""
    book, clock = shelf.book, shelf.clock
    for name in "ab":
        book.place(replace(a_booked_order(name), placed_at=clock.now()), a_person(), "f")
    later = clock.now() + timedelta(hours=1)
    clock.advance(later)
    book.open("b")

    assert ids(book, OrderQuery(updated_before=later)) == ["a"]


def test_orders_that_ended_long_ago_are_found(shelf: Shelf) -> None:
    """Those that wait to be cleared away, the oldest first."""
    book, clock = shelf.book, shelf.clock
    for name in "abc":
        book.place(replace(a_booked_order(name), placed_at=clock.now()), a_person(), "f")
    book.close("a", Outcome.canceled())
    book.close("b", Outcome.canceled())
    later = clock.now() + timedelta(hours=1)
    clock.advance(later)
    book.close("c", Outcome.canceled())

    assert ids(book, OrderQuery(ended_before=later, is_purged=False)) == ["a", "b"]
    assert ids(book, OrderQuery(ended_before=later, newest_first=True)) == ["b", "a"]
    assert ids(book, OrderQuery(placed_before=later, is_open=False, limit=2)) == ["a", "b"]


def test_open_orders_can_come_newest_first(book: OrderStore) -> None:
    """Over several pages."""
    wanted = OrderQuery(status=OrderStatus.PLACED, newest_first=True, limit=3)

    assert all_pages(book, wanted) == [["o6", "o5", "o4"], ["o3", "o2", "o1"], ["o0"]]


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_time_may_begin_between_two_orders(shelf: Shelf, *, newest_first: bool) -> None:
    """To the microsecond, and it may end there."""
    moments = [NOON + timedelta(microseconds=number) for number in range(4)]
    for moment in moments:
        order = replace(a_booked_order(f"o{moment.microsecond}"), placed_at=moment)
        shelf.book.place(order, a_person(), "f")
    wanted = OrderQuery(placed_from=moments[1], placed_before=moments[3], newest_first=newest_first)

    assert sorted(ids(shelf.book, wanted)) == ["o1", "o2"]


@pytest.mark.parametrize("cursor", ["", "x", "!", "bnVsbA", "WzEsMl0", "é", "WyJ4IiwiYSJd"])
def test_a_cursor_that_is_none_is_refused(book: OrderStore, cursor: str) -> None:
    """Whatever stands in it."""
    with pytest.raises(InvalidCursorError):
        book.page(OrderQuery(after=cursor))


@pytest.mark.parametrize(("limit", "shown"), [(0, 1), (-5, 1), (5000, 7)])
def test_a_page_has_one_to_a_hundred_orders(book: OrderStore, limit: int, shown: int) -> None:
    """Whatever was asked for."""
    assert len(ids(book, OrderQuery(limit=limit))) == shown
