"""The order book in Azure Tables: for many machines."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final

from adapters.book.cursors import cursor_after, cursor_at, page_size
from adapters.book.progress import BookProgress
from adapters.book.rows import text_to_person
from adapters.tables.lists import Listed
from adapters.tables.orders import MARK, PERSON, TABLE, TableOrders, mark_of
from adapters.tables.queries import meets
from adapters.tables.rows import key_of
from adapters.tables.service import Tables
from domain.order import Order, Person
from domain.record import OrderRecord
from ports.book_pages import BookPage, BookQuery
from ports.clock import Clock
from ports.order_book import Placed

#: How many orders are looked at for one page, however few of them belong there.
MOST_LOOKED_AT: Final = 2000

_LEAST_LOOKED_AT: Final = 25
#: Pages are read one by one, since no query spans partitions at a bearable price.
_AT_ONCE: Final = 8


class TableOrderBook(BookProgress):
    """The app's own record of orders."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._orders = TableOrders(tables, clock)
        super().__init__(self._orders, clock)

    def place(self, order: Order, person: Person, fingerprint: str) -> Placed:
        """Write a new order in one write, or find the one that already has its id."""
        return self._orders.place(order, person, fingerprint)

    def find(self, order_id: str) -> OrderRecord | None:
        """The order's page."""
        return self._orders.find(order_id)

    def is_forgotten(self, order_id: str) -> bool:
        """Whether an order of this id was here."""
        return self._tables.get(TABLE, mark_of(order_id), MARK) is not None

    def person(self, order_id: str) -> Person | None:
        """The order's personal part."""
        row = self._tables.get(TABLE, key_of(order_id), PERSON)
        return text_to_person(str(row.columns["person"])) if row else None

    def page(self, query: BookQuery) -> BookPage:
        """Some of the orders that are looked for. Where most are others, the page may be short."""
        size = page_size(query)
        listed = self._orders.lists.find(query)
        found: list[OrderRecord] = []
        looked_at = 0
        while len(found) <= size:
            some = list(islice(listed, max(size + 1, _LEAST_LOOKED_AT)))
            if not some:
                return BookPage(orders=tuple(found))
            found += self._those_that_meet(query, some)
            looked_at += len(some)
            if looked_at >= MOST_LOOKED_AT and len(found) <= size:
                after = cursor_at(some[-1].placed_at, some[-1].order_id)
                return BookPage(orders=tuple(found), after=after)
        return BookPage(orders=tuple(found[:size]), after=cursor_after(found[size - 1]))

    def _those_that_meet(self, query: BookQuery, some: Sequence[Listed]) -> list[OrderRecord]:
        likely = [one for one in some if query.sku is None or query.sku in one.skus]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            records = list(pool.map(lambda one: self._orders.find(one.order_id), likely))
        return [
            record
            for one, record in zip(likely, records, strict=True)
            if self._orders.lists.confirm(one, record) and record and meets(query, record)
        ]
