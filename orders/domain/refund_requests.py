"""Transitions of an order's record for refunds: request, close, resolve."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from orders.domain.attention import Attention, AttentionReason, ResolutionAction
from orders.domain.money import Money
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund, RefundOutcome, RefundStatus


class RefundRequestStatus(StrEnum):
    """Answer to a refund request."""

    #: The refund will be paid.
    ACCEPTED = "accepted"
    #: The same refund was requested before.
    REPEATED = "repeated"
    #: The idempotency key was used for another refund.
    KEY_REUSED = "keyReused"
    #: The order is not completed.
    NOT_COMPLETED = "notCompleted"
    #: The order was paid in another currency.
    OTHER_CURRENCY = "otherCurrency"
    #: The amount exceeds what can be refunded.
    EXCEEDS_REFUNDABLE = "exceedsRefundable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """An operator's request for a refund."""

    refund_id: str
    #: None: everything that can be refunded.
    amount: Money | None
    note: str
    operator: str
    at: datetime
    #: Keyed hash of the request: detects a repeated request.
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequestResult:
    """The answer to a refund request, and the record after it."""

    status: RefundRequestStatus
    record: OrderRecord


def request_refund(record: OrderRecord, request: RefundRequest) -> RefundRequestResult:
    """Add the refund to the record, if the amount can be refunded."""
    status = _check(record, request)
    if status is RefundRequestStatus.ACCEPTED:
        refund = Refund(
            refund_id=request.refund_id,
            amount=request.amount or record.refundable,
            note=request.note,
            operator=request.operator,
            requested_at=request.at,
            fingerprint=request.fingerprint,
        )
        record = replace(record, refunds=(*record.refunds, refund))
    return RefundRequestResult(status=status, record=record)


def close_refund(
    record: OrderRecord, refund_id: str, outcome: RefundOutcome, now: datetime
) -> OrderRecord:
    """Record a refund's outcome, unless it is closed; a failed step needs attention."""
    refund = record.refund(refund_id)
    if refund is None or not refund.is_open:
        return record
    is_paid = outcome.is_paid or refund.status is RefundStatus.PAID
    closed = replace(
        refund,
        status=RefundStatus.PAID if is_paid else RefundStatus.FAILED,
        ended_at=now,
        failed_step=outcome.failed_step,
        reason=outcome.reason,
    )
    record = _replace_refund(record, closed)
    if outcome.failed_step is None:
        return record
    return replace(record, attention=_add_step(record.attention, outcome.failed_step, now))


def resolve_refunds(
    record: OrderRecord, steps: tuple[str, ...], action: ResolutionAction, now: datetime
) -> OrderRecord:
    """Apply an operator's action to every refund that failed at one of these steps."""
    for refund in record.refunds:
        if refund.failed_step in steps:
            record = _replace_refund(record, _resolve(refund, action, now))
    return record


def _check(record: OrderRecord, request: RefundRequest) -> RefundRequestStatus:
    existing = record.refund(request.refund_id)
    if existing is not None:
        is_same = existing.fingerprint == request.fingerprint
        return RefundRequestStatus.REPEATED if is_same else RefundRequestStatus.KEY_REUSED
    if record.outcome is None or not record.outcome.is_completed:
        return RefundRequestStatus.NOT_COMPLETED
    refundable = record.refundable
    if request.amount is not None and request.amount.currency != refundable.currency:
        return RefundRequestStatus.OTHER_CURRENCY
    minor = request.amount.minor if request.amount else refundable.minor
    if 0 < minor <= refundable.minor:
        return RefundRequestStatus.ACCEPTED
    return RefundRequestStatus.EXCEEDS_REFUNDABLE


def _resolve(refund: Refund, action: ResolutionAction, now: datetime) -> Refund:
    is_paid = refund.status is RefundStatus.PAID
    if action is ResolutionAction.RETRY:
        # A paid refund stays paid; only its email is sent again.
        status = RefundStatus.PAID if is_paid else RefundStatus.REQUESTED
        return replace(refund, status=status, ended_at=None, failed_step=None, reason=None)
    if is_paid:
        return replace(refund, failed_step=None)
    settled = action is ResolutionAction.SETTLED_ELSEWHERE
    status = RefundStatus.SETTLED_ELSEWHERE if settled else RefundStatus.SKIPPED
    return replace(refund, status=status, ended_at=now, failed_step=None)


def _add_step(attention: Attention | None, step: str, now: datetime) -> Attention:
    if attention is None:
        return Attention(reason=AttentionReason.STEP_FAILED, since=now, failed_steps=(step,))
    return replace(attention, failed_steps=tuple(dict.fromkeys((*attention.failed_steps, step))))


def _replace_refund(record: OrderRecord, changed: Refund) -> OrderRecord:
    refunds = (changed if r.refund_id == changed.refund_id else r for r in record.refunds)
    return replace(record, refunds=tuple(refunds))
