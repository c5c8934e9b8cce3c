"""What may be paid back of an order, and what changes in the book when it is, or is not?"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.desk import Action, Attention, Concern
from domain.money import Money
from domain.record import OrderRecord
from domain.refund import OrderRefund, RefundEnd, RefundStatus


class RefundAnswer(StrEnum):
    """What becomes of a request for a refund."""

    #: It is going to be paid.
    TAKEN = "taken"
    #: It was asked for before.
    REPEATED = "repeated"
    #: Its key was used for another refund.
    KEY_REUSED = "keyReused"
    #: Only of an order that was completed anything can be paid back.
    NOT_COMPLETED = "notCompleted"
    #: The order was paid in another currency.
    OTHER_CURRENCY = "otherCurrency"
    #: It is more than is left of what was taken.
    TOO_MUCH = "tooMuch"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWish:
    """A person's wish to pay something back."""

    refund_id: str
    #: None: all that is left.
    amount: Money | None
    note: str
    by: str
    at: datetime
    #: Tells whether a repeated request is the same request.
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRuling:
    """The answer to a wish, and the order's page as it stands then."""

    answer: RefundAnswer
    record: OrderRecord


def rule_refund(record: OrderRecord, wish: RefundWish) -> RefundRuling:
    """Take the wish down, if there is enough to pay back."""
    answer = _answer(record, wish)
    if answer is RefundAnswer.TAKEN:
        refund = OrderRefund(
            refund_id=wish.refund_id,
            amount=wish.amount or record.left_to_refund,
            note=wish.note,
            by=wish.by,
            requested_at=wish.at,
            fingerprint=wish.fingerprint,
        )
        record = replace(record, refunds=(*record.refunds, refund))
    return RefundRuling(answer=answer, record=record)


def end_refund(record: OrderRecord, refund_id: str, end: RefundEnd, now: datetime) -> OrderRecord:
    """Note what became of a refund; what failed lies on the desk. What stands there, stays."""
    refund = record.refund(refund_id)
    if refund is None or not refund.is_open:
        return record
    is_paid = end.is_paid or refund.status is RefundStatus.PAID
    ended = replace(
        refund,
        status=RefundStatus.PAID if is_paid else RefundStatus.FAILED,
        ended_at=now,
        failed_step=end.failed_step,
        reason=end.reason,
    )
    record = _with_refund(record, ended)
    if end.failed_step is None:
        return record
    return replace(record, attention=_attention(record.attention, end.failed_step, now))


def decide_refunds(
    record: OrderRecord, steps: tuple[str, ...], action: Action, now: datetime
) -> OrderRecord:
    """Let a person's decision count for every refund that failed at one of these steps."""
    for refund in record.refunds:
        if refund.failed_step in steps:
            record = _with_refund(record, _decided(refund, action, now))
    return record


def _answer(record: OrderRecord, wish: RefundWish) -> RefundAnswer:
    known = record.refund(wish.refund_id)
    if known is not None:
        same = known.fingerprint == wish.fingerprint
        return RefundAnswer.REPEATED if same else RefundAnswer.KEY_REUSED
    if record.outcome is None or not record.outcome.is_success:
        return RefundAnswer.NOT_COMPLETED
    left = record.left_to_refund
    if wish.amount is not None and wish.amount.currency != left.currency:
        return RefundAnswer.OTHER_CURRENCY
    minor = wish.amount.minor if wish.amount else left.minor
    return RefundAnswer.TAKEN if 0 < minor <= left.minor else RefundAnswer.TOO_MUCH


def _decided(refund: OrderRefund, action: Action, now: datetime) -> OrderRefund:
    is_paid = refund.status is RefundStatus.PAID
    if action is Action.RETRY:
        # One that is paid stays paid, and is only told.
        status = RefundStatus.PAID if is_paid else RefundStatus.REQUESTED
        return replace(refund, status=status, ended_at=None, failed_step=None, reason=None)
    if is_paid:
        return replace(refund, failed_step=None)
    by_hand = action is Action.SETTLED
    status = RefundStatus.SETTLED if by_hand else RefundStatus.SKIPPED
    return replace(refund, status=status, ended_at=now, failed_step=None)


def _attention(known: Attention | None, step: str, now: datetime) -> Attention:
    if known is None:
        return Attention(concern=Concern.STEP_FAILED, since=now, failed_steps=(step,))
    return replace(known, failed_steps=tuple(dict.fromkeys((*known.failed_steps, step))))


def _with_refund(record: OrderRecord, changed: OrderRefund) -> OrderRecord:
    refunds = (changed if one.refund_id == changed.refund_id else one for one in record.refunds)
    return replace(record, refunds=tuple(refunds))
