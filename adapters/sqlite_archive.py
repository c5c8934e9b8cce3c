"""What the order book lets go of, in its file."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from adapters.book_queries import as_text
from adapters.book_rows import decisions_to_text
from adapters.book_schema import SCHEMA
from adapters.book_table import get_order, write_order
from adapters.sqlite import Database
from domain.errors import BookUnavailable
from ports.clock import Clock

#: Stands where something personal was.
ERASED: Final = "(erased)"


class SqliteArchive:
    """The part of the order book that forgets."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._database = Database(path, SCHEMA, BookUnavailable)
        self._clock = clock

    def erase(self, order_id: str) -> None:
        """Erase the personal part, and all words that people wrote."""
        with self._database.writing() as book:
            record = get_order(book, order_id)
            wordless = tuple(replace(d, note=ERASED, by=ERASED) for d in record.decisions)
            book.execute("DELETE FROM people WHERE order_id = ?", (order_id,))
            write_order(
                book,
                self._clock,
                order_id,
                payment_method=ERASED,
                reference=None,
                decisions=decisions_to_text(wordless),
                attention=None,  # nobody could be written to any more
                erased_at=as_text(record.erased_at or self._clock.now()),
            )
        self._database.scrub()

    def note_purged(self, order_id: str) -> None:
        """Note that the engine and the stock know nothing of the order any more."""
        with self._database.writing() as book:
            get_order(book, order_id)
            write_order(book, self._clock, order_id, purged_at=as_text(self._clock.now()))

    def forget(self, order_id: str) -> None:
        """Drop the order's page, and all that hangs on it."""
        with self._database.writing() as book:
            book.execute("DELETE FROM orders WHERE order_id = ?", (order_id,))
