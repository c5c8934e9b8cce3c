"""What does a person's decision change in the book?"""

from dataclasses import dataclass, replace
from enum import StrEnum

from domain.desk import Action, Decision
from domain.outcome import OrderStatus
from domain.record import OrderRecord


class Answer(StrEnum):
    """What becomes of a decision."""

    #: It counts.
    TAKEN = "taken"
    #: It was taken before, word for word.
    REPEATED = "repeated"
    #: The order needs nobody.
    NOT_ON_DESK = "notOnDesk"
    #: It is not known which step could be left out: the order can only be tried again.
    ONLY_RETRY = "onlyRetry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The answer to a decision, and the order's page as it stands then."""

    answer: Answer
    record: OrderRecord

    @property
    def is_to_be_run(self) -> bool:
        """Whether the order's orchestration has to go on."""
        return self.answer in {Answer.TAKEN, Answer.REPEATED} and self.record.outcome is None


def rule(record: OrderRecord, decision: Decision) -> Ruling:
    """Take the decision, if there is something to decide."""
    attention = record.attention
    if attention is None:
        repeated = bool(record.decisions) and _is_same(record.decisions[-1], decision)
        return Ruling(answer=Answer.REPEATED if repeated else Answer.NOT_ON_DESK, record=record)
    if decision.action is not Action.RETRY and not attention.failed_steps:
        return Ruling(answer=Answer.ONLY_RETRY, record=record)
    taken = replace(decision, steps=attention.failed_steps)
    decided = replace(record, decisions=(*record.decisions, taken), attention=None)
    ended = record.outcome is not None and record.status is not OrderStatus.NEEDS_ATTENTION
    if not ended or decision.action is Action.RETRY:
        decided = _reopened(decided)
    return Ruling(answer=Answer.TAKEN, record=decided)


def _reopened(record: OrderRecord) -> OrderRecord:
    end = record.outcome
    # What ended undone stays undone: it is only the rest that is tried again.
    undoing = end if end is not None and end.is_to_be_undone else None
    return replace(
        record,
        undoing=record.undoing
        or (replace(undoing, failed_steps=(), notes=()) if undoing else None),
        outcome=None,
        ended_at=None,
        rescues=0,
        rescue_after=None,
    )


def _is_same(one: Decision, other: Decision) -> bool:
    return (one.action, one.note, one.by) == (other.action, other.note, other.by)
