"""What does a person's decision change in the book?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.desk import Action, Attention, Decision
from domain.outcome import OrderStatus
from domain.record import OrderRecord
from domain.refund import OrderRefund
from domain.refund_ruling import decide_refunds


class Answer(StrEnum):
    """What becomes of a decision."""

    #: It counts.
    TAKEN = "taken"
    #: It was taken before, word for word, and changes nothing now.
    REPEATED = "repeated"
    #: The order needs nobody.
    NOT_ON_DESK = "notOnDesk"
    #: It is not known which step could be left out: the order can only be tried again.
    ONLY_RETRY = "onlyRetry"
    #: It names steps that did not fail, or are decided already.
    UNKNOWN_STEPS = "unknownSteps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The answer to a decision, and the order's page as it stands then."""

    answer: Answer
    record: OrderRecord

    @property
    def is_taken(self) -> bool:
        """Whether the decision counts, now or since before."""
        return self.answer in {Answer.TAKEN, Answer.REPEATED}

    @property
    def is_to_be_run(self) -> bool:
        """Whether the order's orchestration has to go on."""
        is_decided = self.record.attention is None and self.record.outcome is None
        return is_decided and self.is_taken

    @property
    def refunds_to_be_run(self) -> tuple[OrderRefund, ...]:
        """The refunds that were decided to be tried again, and are not paid yet."""
        if not self.is_taken:
            return ()
        retries = (one for one in self.record.decisions if one.action is Action.RETRY)
        again = {refund_id for one in retries for refund_id in one.refunds}
        return tuple(one for one in self.record.open_refunds if one.refund_id in again)


def rule(record: OrderRecord, decision: Decision) -> Ruling:
    """Take the decision, if there is something to decide.

    It is about the steps that it names, or about all that failed. The others stay on the desk, and
    the order goes on once all of them are decided.
    """
    attention = record.attention
    if attention is None or not set(decision.steps) <= set(attention.failed_steps):
        repeated = any(_is_same(one, decision) for one in record.decisions)
        refusal = Answer.UNKNOWN_STEPS if attention else Answer.NOT_ON_DESK
        return Ruling(answer=Answer.REPEATED if repeated else refusal, record=record)
    if decision.action is not Action.RETRY and not attention.failed_steps:
        return Ruling(answer=Answer.ONLY_RETRY, record=record)
    return Ruling(answer=Answer.TAKEN, record=_decided(record, attention, decision))


def _decided(record: OrderRecord, attention: Attention, decision: Decision) -> OrderRecord:
    steps = decision.steps or attention.failed_steps
    left = tuple(step for step in attention.failed_steps if step not in steps)
    decided = replace(
        decide_refunds(record, steps, decision.action, decision.at),
        decisions=(*record.decisions, *_taken(record, decision, steps)),
        attention=replace(attention, failed_steps=left) if left else None,
    )
    return _reopened(decided) if not left and _goes_on(decided, attention.since) else decided


def _taken(record: OrderRecord, decision: Decision, steps: tuple[str, ...]) -> Iterator[Decision]:
    """The decision as it is written down: apart for what is the order's own and for its refunds."""
    failed = [refund for refund in record.refunds if refund.failed_step in steps]
    theirs = {refund.failed_step for refund in failed}
    own = tuple(step for step in steps if step not in theirs)
    if own or not failed:
        yield replace(decision, steps=own)
    if failed:
        yield replace(
            decision,
            steps=tuple(step for step in steps if step in theirs),
            refunds=tuple(refund.refund_id for refund in failed),
        )


def _goes_on(record: OrderRecord, since: datetime) -> bool:
    """Whether anything is left to be done, now that all is decided that lay there since then."""
    if record.outcome is None or record.status is OrderStatus.NEEDS_ATTENTION:
        return True
    if record.erased_at is not None:
        return False  # only mails are left, and nobody to write to
    own = (one for one in record.decisions if one.at >= since and not one.refunds)
    return any(one.action is Action.RETRY for one in own)


def _reopened(record: OrderRecord) -> OrderRecord:
    end = record.outcome
    undoing = record.undoing
    if undoing is None and end is not None and end.is_to_be_undone:
        # What ended undone stays undone: it is only the rest that is tried again.
        undoing = replace(end, failed_steps=(), notes=())
    return replace(
        record,
        undoing=undoing,
        outcome=None,
        ended_at=None,
        rescues=0,
        rescue_after=None,
    )


def _is_same(one: Decision, again: Decision) -> bool:
    same_steps = not again.steps or set(one.steps) <= set(again.steps)
    return same_steps and (one.action, one.note, one.by) == (again.action, again.note, again.by)
