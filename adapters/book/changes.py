"""What is written to an order's page when something happens to the order?

Each change looks at the page and answers with what the caller is told and the columns that are to
be written, if there are any. Whoever keeps the book reads the page, asks, and writes, so that
nobody else writes in between.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

from adapters.book.rows import (
    attention_to_text,
    decisions_to_text,
    moment_to_text,
    outcome_to_text,
    refund_columns,
    verdict_to_text,
)
from domain.answers import Dispatch, Verdict
from domain.desk import Attention, Concern, Decision
from domain.erasure import erased
from domain.outcome import Opening, Outcome
from domain.record import OrderRecord, attention_for
from domain.refund import RefundEnd
from domain.refund_ruling import RefundAnswer, RefundRuling, RefundWish, end_refund, rule_refund
from domain.ruling import Answer, Ruling, rule

T = TypeVar("T")
Columns: TypeAlias = dict[str, str | int | None]
Change: TypeAlias = Callable[[OrderRecord], tuple[T, Columns]]


class Pages(Protocol):
    """The pages of all orders, wherever they lie."""

    def change(self, order_id: str, change: Change[T]) -> T:
        """Change an order's page, so that nobody else writes in between; raises UnknownOrder."""
        ...


def open_again(record: OrderRecord) -> tuple[Opening, Columns]:
    """One more run begins."""
    return record.opening(), {"runs": record.runs + 1, "stopped_at": None}


def judge(record: OrderRecord, verdict: Verdict) -> tuple[Verdict, Columns]:
    """The rules have spoken, unless they had before."""
    stands = record.judged(verdict)
    return stands, {"verdict": verdict_to_text(verdict)} if stands is verdict else {}


def request_cancel(record: OrderRecord, now: datetime) -> tuple[OrderRecord, Columns]:
    """The customer wants to stop, unless it is too late."""
    if not record.can_be_canceled or record.cancel_requested_at is not None:
        return record, {}
    return replace(record, cancel_requested_at=now), {"cancel_requested_at": moment_to_text(now)}


def dispatch(record: OrderRecord, now: datetime) -> tuple[Dispatch, Columns]:
    """The parcel may leave, unless the order is to stop."""
    answer = record.dispatch()
    is_new = answer.dispatched and record.dispatched_at is None
    return answer, {"dispatched_at": moment_to_text(now)} if is_new else {}


def begin_undo(record: OrderRecord, towards: Outcome) -> tuple[Outcome, Columns]:
    """Undoing begins, unless it or an end is noted already."""
    stands = record.turned_to(towards)
    return stands, {"undoing": outcome_to_text(towards)} if stands is towards else {}


def close(record: OrderRecord, outcome: Outcome, now: datetime) -> tuple[Outcome, Columns]:
    """The order ends, unless it has ended already or is being undone."""
    stands = record.ended_as(outcome)
    if stands is not outcome:
        return stands, {}
    return stands, {
        "outcome": outcome_to_text(outcome),
        "ended_at": moment_to_text(now),
        "attention": _text(attention_to_text, attention_for(record, outcome, now)),
        "rescues": 0,
        "rescue_after": None,
    }


def put(record: OrderRecord, concern: Concern, now: datetime) -> tuple[None, Columns]:
    """The order is laid on the desk, unless it has ended or is there already."""
    if record.outcome is not None or record.attention is not None:
        return None, {}
    return None, {"attention": attention_to_text(Attention(concern=concern, since=now))}


def decide(record: OrderRecord, decision: Decision) -> tuple[Ruling, Columns]:
    """A person decides."""
    ruling = rule(record, decision)
    return ruling, _ruled(ruling.record) if ruling.answer is Answer.TAKEN else {}


def note_rescue(record: OrderRecord, next_after: datetime) -> tuple[None, Columns]:
    """The order is run again."""
    return None, {"rescues": record.rescues + 1, "rescue_after": moment_to_text(next_after)}


def note_stop(record: OrderRecord, now: datetime) -> tuple[None, Columns]:
    """The order's orchestration is ended, to be run again."""
    return None, {"rescues": record.rescues + 1, "stopped_at": moment_to_text(now)}


def request_refund(record: OrderRecord, wish: RefundWish) -> tuple[RefundRuling, Columns]:
    """A person wants some of the money to be paid back."""
    ruling = rule_refund(record, wish)
    return ruling, refund_columns(ruling.record) if ruling.answer is RefundAnswer.TAKEN else {}


def close_refund(
    record: OrderRecord, refund_id: str, end: RefundEnd, now: datetime
) -> tuple[OrderRecord, Columns]:
    """A refund was paid or given up, unless that is noted already."""
    ended = end_refund(record, refund_id, end, now)
    if ended is record:
        return record, {}
    return ended, {
        **refund_columns(ended),
        "attention": _text(attention_to_text, ended.attention),
        "rescues": 0,
        "rescue_after": None,
        "stopped_at": None,
    }


def erase(record: OrderRecord, now: datetime) -> tuple[None, Columns]:
    """All words that people wrote are blanked."""
    left = erased(record, now)
    return None, {
        "payment_method": left.order.payment_method,
        "reference": left.order.reference,
        "decisions": decisions_to_text(left.decisions),
        **refund_columns(left),
        "attention": _text(attention_to_text, left.attention),
        "erased_at": _text(moment_to_text, left.erased_at),
    }


def note_purged(_record: OrderRecord, now: datetime) -> tuple[None, Columns]:
    """The engine and the stock know nothing of the order any more."""
    return None, {"purged_at": moment_to_text(now)}


def _ruled(decided: OrderRecord) -> Columns:
    return {
        "decisions": decisions_to_text(decided.decisions),
        **refund_columns(decided),
        "attention": _text(attention_to_text, decided.attention),
        "outcome": _text(outcome_to_text, decided.outcome),
        "undoing": _text(outcome_to_text, decided.undoing),
        "ended_at": _text(moment_to_text, decided.ended_at),
        "rescues": decided.rescues,
        "rescue_after": _text(moment_to_text, decided.rescue_after),
    }


def _text(to_text: Callable[[T], str], value: T | None) -> str | None:
    return None if value is None else to_text(value)
