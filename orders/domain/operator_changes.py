"""Changes to an order's record by operators: refunds and resolutions.

They have the shape of the methods of `OrderRecord`: the next record and an answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from orders.domain.attention import (
    MAX_RESOLUTIONS,
    TASKS,
    Attention,
    AttentionReason,
    Resolution,
    ResolutionAction,
    ResolutionStatus,
)
from orders.domain.erasure import EMAIL_STEPS
from orders.domain.money import Money
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome
from orders.domain.refund import (
    MAX_REFUNDS,
    Refund,
    RefundOutcome,
    RefundRequest,
    RefundRequestStatus,
    RefundStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequestResult:
    """The answer to a refund request, and the record after it."""

    status: RefundRequestStatus
    record: OrderRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionResult:
    """The answer to a resolution, and the record after it."""

    status: ResolutionStatus
    record: OrderRecord

    @property
    def is_accepted(self) -> bool:
        """Whether the resolution is recorded, now or before."""
        return self.status in {ResolutionStatus.ACCEPTED, ResolutionStatus.REPEATED}

    @property
    def continues_order(self) -> bool:
        """Whether the order's orchestration has to continue."""
        is_resolved = self.record.attention is None and self.record.outcome is None
        return is_resolved and self.is_accepted

    @property
    def refunds_to_start(self) -> tuple[Refund, ...]:
        """The refunds that are retried and not closed yet."""
        if not self.is_accepted:
            return ()
        retries = (r for r in self.record.resolutions if r.action is ResolutionAction.RETRY)
        retried = {refund_id for retry in retries for refund_id in retry.refunds}
        return tuple(r for r in self.record.open_refunds if r.refund_id in retried)


def request_refund(
    record: OrderRecord, request: RefundRequest
) -> tuple[OrderRecord, RefundRequestResult]:
    """Add a refund, if the amount can be refunded."""
    status = _check_refund(record, request)
    is_recorded = record.find_refund(request.refund_id) is not None
    if status is RefundRequestStatus.ACCEPTED and not is_recorded:
        amount = request.amount or record.refundable
        refund = Refund(
            refund_id=request.refund_id,
            amount=amount,
            note=request.note,
            operator=request.operator,
            requested_at=request.at,
            fingerprint=request.fingerprint,
            status=_first_status(record, request, amount),
        )
        record = replace(record, refunds=(*record.refunds, refund))
    return record, RefundRequestResult(status=status, record=record)


def close_refund(
    record: OrderRecord, refund_id: str, outcome: RefundOutcome, now: datetime
) -> tuple[OrderRecord, OrderRecord]:
    """Record a refund's outcome, unless it is closed; a failed step needs attention."""
    refund = _find_open_refund(record, refund_id)
    if refund is None:
        return record, record
    attention = record.attention
    if outcome.failed_step is not None:
        attention = attention or Attention(reason=AttentionReason.STEP_FAILED, since=now)
        attention = attention.with_step(outcome.failed_step)
    after = replace(_replace_refund(record, refund.close(outcome, now)), attention=attention)
    return after, after


def record_refund_recovery(
    record: OrderRecord, refund_id: str, attempt: int, next_at: datetime
) -> tuple[OrderRecord, None]:
    """Record a recovery attempt of a refund, and when the order's next one may be made."""
    refund = _find_open_refund(record, refund_id)
    if refund is None:
        return record, None
    after = _replace_refund(record, replace(refund, recovery_attempts=attempt))
    return replace(after, next_recovery_at=next_at), None


def record_refund_termination(
    record: OrderRecord, refund_id: str, attempt: int, now: datetime
) -> tuple[OrderRecord, None]:
    """Record that recovery terminates a refund's orchestration; it counts as an attempt."""
    refund = _find_open_refund(record, refund_id)
    if refund is None:
        return record, None
    terminated = replace(refund, recovery_attempts=attempt, terminated_at=now)
    return _replace_refund(record, terminated), None


def resolve_attention(
    record: OrderRecord, resolution: Resolution
) -> tuple[OrderRecord, ResolutionResult]:
    """Record the resolution of the steps that it names, or of all failed steps.

    The other steps remain in the queue. The order continues when all of them are resolved.
    """
    if any(item.resolution_id == resolution.resolution_id for item in record.resolutions):
        return record, ResolutionResult(status=ResolutionStatus.ACCEPTED, record=record)
    status = _check_resolution(record, resolution)
    if status is ResolutionStatus.ACCEPTED and record.attention is not None:
        record = _apply_resolution(record, record.attention, resolution)
    return record, ResolutionResult(status=status, record=record)


def _first_status(record: OrderRecord, request: RefundRequest, amount: Money) -> RefundStatus:
    """Return whether the refund awaits an approval. Small refunds of one order add up."""
    alone = sum(
        refund.amount.minor
        for refund in record.refunds
        if refund.reduces_refundable and refund.approval is None
    )
    limit = request.alone_up_to
    is_large = limit is not None and alone + amount.minor > limit
    return RefundStatus.AWAITING_APPROVAL if is_large else RefundStatus.REQUESTED


def _check_refund(record: OrderRecord, request: RefundRequest) -> RefundRequestStatus:
    existing = record.find_refund(request.refund_id)
    if existing is not None:
        return _check_repeated(existing, request)
    if record.outcome is None or not record.outcome.is_completed:
        return RefundRequestStatus.NOT_COMPLETED
    status = _check_amount(record, request.amount or record.refundable)
    if status is RefundRequestStatus.ACCEPTED and len(record.refunds) >= MAX_REFUNDS:
        return RefundRequestStatus.TOO_MANY
    return status


def _check_amount(record: OrderRecord, amount: Money) -> RefundRequestStatus:
    refundable = record.refundable
    if record.reported.is_disputed:
        return RefundRequestStatus.DISPUTED
    if amount.currency != refundable.currency:
        return RefundRequestStatus.OTHER_CURRENCY
    if not 0 < amount.minor <= refundable.minor:
        return RefundRequestStatus.EXCEEDS_REFUNDABLE
    is_payable = amount.minor % record.order.terms.payment.step == 0
    return RefundRequestStatus.ACCEPTED if is_payable else RefundRequestStatus.NOT_PAYABLE


def _check_repeated(existing: Refund, request: RefundRequest) -> RefundRequestStatus:
    if existing.fingerprint != request.fingerprint:
        return RefundRequestStatus.KEY_REUSED
    # The same time: the update was applied twice, and is answered as the first time.
    is_same_update = existing.requested_at == request.at
    return RefundRequestStatus.ACCEPTED if is_same_update else RefundRequestStatus.REPEATED


def _check_resolution(record: OrderRecord, resolution: Resolution) -> ResolutionStatus:
    attention = record.attention
    if attention is None or not set(resolution.steps) <= set(attention.failed_steps):
        if any(earlier.is_repeated_by(resolution) for earlier in record.resolutions):
            return ResolutionStatus.REPEATED
        if attention is None:
            return ResolutionStatus.NOTHING_TO_RESOLVE
        return ResolutionStatus.UNKNOWN_STEPS
    steps = resolution.steps or attention.failed_steps
    is_retry = resolution.action is ResolutionAction.RETRY
    if not (steps or is_retry) or (is_retry and set(steps) & TASKS):
        return ResolutionStatus.NO_RETRY if is_retry else ResolutionStatus.ONLY_RETRY
    entries = _entries(record, resolution, steps)
    if len(record.resolutions) + len(entries) > MAX_RESOLUTIONS:
        return ResolutionStatus.TOO_MANY
    return ResolutionStatus.ACCEPTED


def _apply_resolution(
    record: OrderRecord, attention: Attention, resolution: Resolution
) -> OrderRecord:
    steps = resolution.steps or attention.failed_steps
    resolved = record
    for refund in record.refunds:
        if refund.failed_step in steps:
            resolved = _replace_refund(resolved, refund.resolve(resolution.action, resolution.at))
    resolved = replace(
        resolved,
        resolutions=(*record.resolutions, *_entries(record, resolution, steps)),
        attention=attention.without_steps(steps),
    )
    resolved = _end_or_wake_wait(resolved, steps, resolution)
    if resolved.attention is None and _has_work_left(resolved, attention.since):
        return _reopen(resolved)
    return resolved


def _end_or_wake_wait(
    record: OrderRecord, steps: tuple[str, ...], resolution: Resolution
) -> OrderRecord:
    """Let a waiting order try its step at once, or end the wait for a step that is resolved."""
    waiting = record.waiting
    if waiting is None or (steps and waiting.step not in steps):
        return record
    if resolution.action is ResolutionAction.RETRY:
        return replace(record, waiting=waiting.wake(resolution.at))
    return replace(record.without_wait(), waiting=waiting.resolve(resolution.at))


def _entries(
    record: OrderRecord, resolution: Resolution, steps: tuple[str, ...]
) -> tuple[Resolution, ...]:
    """Split the resolution into the order's own steps and those of its refunds."""
    refunds = tuple(refund for refund in record.refunds if refund.failed_step in steps)
    refund_steps = {refund.failed_step for refund in refunds}
    own = replace(resolution, steps=tuple(step for step in steps if step not in refund_steps))
    of_refunds = replace(
        resolution,
        steps=tuple(step for step in steps if step in refund_steps),
        refunds=tuple(refund.refund_id for refund in refunds),
    )
    if not refunds:
        return (own,)
    return (own, of_refunds) if own.steps else (of_refunds,)


def _has_work_left(record: OrderRecord, since: datetime) -> bool:
    """Whether the order has to continue after everything queued since then is resolved."""
    if record.outcome is None or record.status is OrderStatus.NEEDS_ATTENTION:
        return True
    recent = (item for item in record.resolutions if item.at >= since)
    retries = (item for item in recent if item.action is ResolutionAction.RETRY)
    retried = {step for item in retries for step in item.own_steps}
    if record.erased_at is not None:
        retried -= EMAIL_STEPS  # they have no recipient
    return bool(retried)


def _reopen(record: OrderRecord) -> OrderRecord:
    outcome = record.outcome
    undoing = record.undoing
    if undoing is None and outcome is not None and outcome.requires_undo:
        # What was undone stays undone; only the failed steps are retried.
        undoing = replace(outcome, failed_steps=(), notes=())
    return replace(
        record,
        undoing=undoing,
        outcome=None,
        ended_at=None,
        reopened_from=_ended_status(outcome),
        recovery_attempts=0,
        next_recovery_at=None,
    )


def _ended_status(outcome: Outcome | None) -> OrderStatus | None:
    """Return the status that remains while failed steps are retried."""
    if outcome is None or outcome.status is OrderStatus.NEEDS_ATTENTION:
        return None
    return outcome.status


def _find_open_refund(record: OrderRecord, refund_id: str) -> Refund | None:
    return next((refund for refund in record.open_refunds if refund.refund_id == refund_id), None)


def _replace_refund(record: OrderRecord, changed: Refund) -> OrderRecord:
    refunds = (changed if r.refund_id == changed.refund_id else r for r in record.refunds)
    return replace(record, refunds=tuple(refunds))
