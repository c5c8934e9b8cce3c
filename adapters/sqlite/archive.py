"""What the order book lets go of, in its file."""

from pathlib import Path

from adapters.book import changes
from adapters.sqlite.pages import SqlitePages, find_order
from adapters.sqlite.references import forget_references
from ports.clock import Clock


class SqliteArchive:
    """The part of the order book that forgets."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._pages = SqlitePages(path, clock)
        self._clock = clock

    def erase(self, order_id: str) -> None:
        """Erase the personal part, and all words that people wrote."""
        now = self._clock.now()
        with self._pages.database.writing() as book:
            book.execute("DELETE FROM people WHERE order_id = ?", (order_id,))
            self._pages.change_in(book, order_id, lambda record: changes.erase(record, now))
        self._pages.database.scrub()

    def note_purged(self, order_id: str) -> None:
        """Note that the engine and the stock know nothing of the order any more."""
        now = self._clock.now()
        self._pages.change(order_id, lambda record: changes.note_purged(record, now))

    def forget(self, order_id: str) -> None:
        """Drop the order's page and all that hangs on it, unless something is left to be done."""
        with self._pages.database.writing() as book:
            record = find_order(book, order_id)
            if record is not None and not record.can_be_forgotten:
                return
            book.execute("INSERT OR IGNORE INTO forgotten VALUES (?)", (order_id,))
            forget_references(book, order_id)
            book.execute("DELETE FROM orders WHERE order_id = ?", (order_id,))
