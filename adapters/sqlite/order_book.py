"""The order book in one SQLite file: for one machine, shared by its processes."""

from pathlib import Path
from typing import Final

from adapters.book.cursors import cursor_after, page_size
from adapters.book.progress import BookProgress
from adapters.book.rows import (
    moment_to_text,
    order_to_row,
    person_to_text,
    row_to_record,
    text_to_person,
)
from adapters.sqlite.pages import SqlitePages, find_order, get_order
from adapters.sqlite.queries import select
from domain.order import Order, Person
from domain.record import OrderRecord
from ports.book_pages import BookPage, BookQuery
from ports.clock import Clock
from ports.order_book import Placed

_INSERT_ORDER: Final = """
INSERT INTO orders (order_id, placed_at, updated_at, fingerprint, quote, terms, country,
    payment_method, reference)
VALUES (:order_id, :placed_at, :placed_at, :fingerprint, :quote, :terms, :country,
    :payment_method, :reference)
"""


class SqliteOrderBook(BookProgress):
    """The app's own record of orders."""

    def __init__(self, path: Path, clock: Clock) -> None:
        pages = SqlitePages(path, clock)
        super().__init__(pages, clock)
        self._database = pages.database

    def place(self, order: Order, person: Person, fingerprint: str) -> Placed:
        """Write a new order in one write, or find the one that already has its id."""
        with self._database.writing() as book:
            known = find_order(book, order.order_id)
            if known is not None:
                return Placed(record=known, is_new=False)
            book.execute(_INSERT_ORDER, order_to_row(order, fingerprint))
            book.execute(
                "INSERT INTO people (order_id, person) VALUES (?, ?)",
                (order.order_id, person_to_text(person)),
            )
            placed_at = moment_to_text(order.placed_at)
            book.executemany(
                "INSERT INTO articles (sku, placed_at, order_id) VALUES (?, ?, ?)",
                [(sku, placed_at, order.order_id) for sku in {line.sku for line in order.lines}],
            )
            return Placed(record=get_order(book, order.order_id), is_new=True)

    def find(self, order_id: str) -> OrderRecord | None:
        """The order's page."""
        with self._database.reading() as book:
            return find_order(book, order_id)

    def is_forgotten(self, order_id: str) -> bool:
        """Whether an order of this id was here."""
        query = "SELECT 1 FROM forgotten WHERE order_id = ?"
        with self._database.reading() as book:
            return book.execute(query, (order_id,)).fetchone() is not None

    def person(self, order_id: str) -> Person | None:
        """The order's personal part."""
        with self._database.reading() as book:
            row = book.execute(
                "SELECT person FROM people WHERE order_id = ?", (order_id,)
            ).fetchone()
        return text_to_person(row["person"]) if row else None

    def page(self, query: BookQuery) -> BookPage:
        """Some of the orders that are looked for."""
        statement, values = select(query)
        with self._database.reading() as book:
            found = [row_to_record(row) for row in book.execute(statement, values)]
        shown = tuple(found[: page_size(query)])
        return BookPage(
            orders=shown, after=cursor_after(shown[-1]) if len(found) > len(shown) else None
        )
