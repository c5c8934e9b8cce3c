"""The desk, in the order book's file."""

from datetime import datetime
from pathlib import Path

from adapters.book_queries import as_text
from adapters.book_rows import attention_to_text, decisions_to_text, outcome_to_text
from adapters.book_schema import SCHEMA
from adapters.book_table import get_order, write_order
from adapters.sqlite import Database
from domain.desk import Attention, Concern, Decision
from domain.errors import BookUnavailable
from domain.record import OrderRecord
from domain.ruling import Answer, Ruling, rule
from ports.clock import Clock


class SqliteDesk:
    """The needs-attention desk, and the guardian's notes."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._database = Database(path, SCHEMA, BookUnavailable)
        self._clock = clock

    def put(self, order_id: str, concern: Concern) -> None:
        """Lay an order that has not ended on the desk, unless it is there already."""
        with self._database.writing() as book:
            record = get_order(book, order_id)
            if record.outcome is None and record.attention is None:
                attention = Attention(concern=concern, since=self._clock.now())
                text = attention_to_text(attention)
                write_order(book, self._clock, order_id, attention=text)

    def decide(self, order_id: str, decision: Decision) -> Ruling:
        """Write a decision down, with all that it changes."""
        with self._database.writing() as book:
            ruling = rule(get_order(book, order_id), decision)
            if ruling.answer is Answer.TAKEN:
                write_order(book, self._clock, order_id, **_columns(ruling.record))
        return ruling

    def note_rescue(self, order_id: str, next_after: datetime) -> None:
        """Note that the order is run again, and when it may be run again at the earliest."""
        with self._database.writing() as book:
            rescues = get_order(book, order_id).rescues + 1
            moment = as_text(next_after)
            write_order(book, self._clock, order_id, rescues=rescues, rescue_after=moment)


def _columns(decided: OrderRecord) -> dict[str, str | int | None]:
    return {
        "decisions": decisions_to_text(decided.decisions),
        "attention": None,
        "outcome": outcome_to_text(decided.outcome) if decided.outcome else None,
        "undoing": outcome_to_text(decided.undoing) if decided.undoing else None,
        "ended_at": as_text(decided.ended_at) if decided.ended_at else None,
        "rescues": decided.rescues,
        "rescue_after": as_text(decided.rescue_after) if decided.rescue_after else None,
    }
