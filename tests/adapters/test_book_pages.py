"""Can the order book be read a page at a time?"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.sqlite_order_book import SqliteOrderBook
from domain.errors import CursorInvalid
from domain.outcome import OrderStatus, Outcome
from local_host.clock import VirtualClock
from ports.book_pages import BookQuery
from tests.builders import NOON, a_booked_order, a_line, a_person


@pytest.fixture
def book(tmp_path: Path) -> SqliteOrderBook:
    """Seven orders, one a day; of the even ones each is for tea."""
    book = SqliteOrderBook(tmp_path / "orders.sqlite3", VirtualClock())
    for day in range(7):
        line = a_line("MUG-BLUE" if day % 2 else "TEA-ASSAM")
        order = replace(a_booked_order(f"o{day}", line, line), placed_at=NOON + timedelta(days=day))
        book.place(order, a_person(), "f")
    return book


def ids(book: SqliteOrderBook, query: BookQuery) -> list[str]:
    """The orders on one page."""
    return [record.order.order_id for record in book.page(query).orders]


def all_pages(book: SqliteOrderBook, query: BookQuery) -> list[list[str]]:
    """The orders on every page."""
    pages = [book.page(query)]
    while pages[-1].after:
        pages.append(book.page(replace(query, after=pages[-1].after)))
    return [[record.order.order_id for record in page.orders] for page in pages]


def test_the_pages_hold_every_order_once(book: SqliteOrderBook) -> None:
    """Oldest first, as they were placed."""
    assert all_pages(book, BookQuery(limit=3)) == [["o0", "o1", "o2"], ["o3", "o4", "o5"], ["o6"]]


def test_the_newest_can_come_first(book: SqliteOrderBook) -> None:
    """The pages run the other way."""
    pages = all_pages(book, BookQuery(limit=4, newest_first=True))

    assert pages == [["o6", "o5", "o4", "o3"], ["o2", "o1", "o0"]]


def test_a_last_page_that_is_full_has_no_next(book: SqliteOrderBook) -> None:
    """Nobody is sent to an empty page."""
    assert len(all_pages(book, BookQuery(limit=7))) == 1


def test_orders_of_one_moment_are_told_apart(tmp_path: Path) -> None:
    """A page that ends between them shifts nothing."""
    book = SqliteOrderBook(tmp_path / "orders.sqlite3", VirtualClock())
    for name in "abcde":
        book.place(a_booked_order(name), a_person(), "f")

    assert all_pages(book, BookQuery(limit=2)) == [["a", "b"], ["c", "d"], ["e"]]


def test_an_order_that_comes_meanwhile_shifts_nothing(book: SqliteOrderBook) -> None:
    """The next page begins where the last one ended."""
    first = book.page(BookQuery(limit=3, newest_first=True))
    book.place(replace(a_booked_order("new"), placed_at=NOON + timedelta(days=9)), a_person(), "f")

    assert ids(book, BookQuery(limit=1, newest_first=True, after=first.after)) == ["o3"]


def test_orders_of_an_article_are_found(book: SqliteOrderBook) -> None:
    """Each once, also where two lines are for it, over several pages."""
    assert all_pages(book, BookQuery(sku="TEA-ASSAM", limit=3)) == [["o0", "o2", "o4"], ["o6"]]
    assert ids(book, BookQuery(sku="LAMP-OAK")) == []


def test_orders_of_a_time_are_found(book: SqliteOrderBook) -> None:
    """From a moment on, up to another one, which does not belong to it."""
    first, last = NOON + timedelta(days=2), NOON + timedelta(days=4)

    assert ids(book, BookQuery(placed_from=first, placed_before=last)) == ["o2", "o3"]


def test_orders_are_found_by_where_they_stand(book: SqliteOrderBook) -> None:
    """What the page says of an order is what it is found by."""
    book.open("o1")
    book.open("o2")
    book.close("o2", Outcome.rejected("r"))

    assert ids(book, BookQuery(status=OrderStatus.PROCESSING)) == ["o1"]
    assert ids(book, BookQuery(status=OrderStatus.REJECTED, sku="TEA-ASSAM")) == ["o2"]
    assert ids(book, BookQuery(status=OrderStatus.PLACED)) == ["o0", "o3", "o4", "o5", "o6"]
    assert ids(book, BookQuery(is_open=False)) == ["o2"]
    assert len(ids(book, BookQuery(is_open=True))) == 6
    for status in OrderStatus:
        assert {one.status for one in book.page(BookQuery(status=status)).orders} <= {status}


def test_orders_that_were_left_alone_are_found(tmp_path: Path) -> None:
    """Since when nothing was written of them."""
    clock = VirtualClock()
    book = SqliteOrderBook(tmp_path / "orders.sqlite3", clock)
    for name in "ab":
        book.place(replace(a_booked_order(name), placed_at=clock.now()), a_person(), "f")
    later = clock.now() + timedelta(hours=1)
    clock.advance(later)
    book.open("b")

    assert ids(book, BookQuery(updated_before=later)) == ["a"]


@pytest.mark.parametrize("cursor", ["", "x", "!", "bnVsbA", "WzEsMl0", "é", "WyJ4IiwiYSJd"])
def test_a_cursor_that_is_none_is_refused(book: SqliteOrderBook, cursor: str) -> None:
    """Whatever stands in it."""
    with pytest.raises(CursorInvalid):
        book.page(BookQuery(after=cursor))


@pytest.mark.parametrize(("limit", "shown"), [(0, 1), (-5, 1), (5000, 7)])
def test_a_page_has_one_to_a_hundred_orders(book: SqliteOrderBook, limit: int, shown: int) -> None:
    """Whatever was asked for."""
    assert len(ids(book, BookQuery(limit=limit))) == shown
