"""Transition of an order's record when an operator resolves failed steps."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from orders.domain.attention import Attention, Resolution, ResolutionAction
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.domain.refund import Refund
from orders.domain.refund_requests import resolve_refunds


class ResolutionStatus(StrEnum):
    """Answer to a resolution."""

    #: The resolution is recorded.
    ACCEPTED = "accepted"
    #: The same resolution was recorded before; nothing changes.
    REPEATED = "repeated"
    #: The order does not need attention.
    NOTHING_TO_RESOLVE = "nothingToResolve"
    #: No failed step is known, so the order can only be retried.
    ONLY_RETRY = "onlyRetry"
    #: The resolution names steps that did not fail or are resolved.
    UNKNOWN_STEPS = "unknownSteps"


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


def resolve_attention(record: OrderRecord, resolution: Resolution) -> ResolutionResult:
    """Record the resolution of the steps that it names, or of all failed steps.

    The other steps remain in the queue. The order continues when all of them are resolved.
    """
    attention = record.attention
    if attention is None or not set(resolution.steps) <= set(attention.failed_steps):
        is_repeated = any(_is_repeated(earlier, resolution) for earlier in record.resolutions)
        refusal = (
            ResolutionStatus.UNKNOWN_STEPS if attention else ResolutionStatus.NOTHING_TO_RESOLVE
        )
        status = ResolutionStatus.REPEATED if is_repeated else refusal
        return ResolutionResult(status=status, record=record)
    if resolution.action is not ResolutionAction.RETRY and not attention.failed_steps:
        return ResolutionResult(status=ResolutionStatus.ONLY_RETRY, record=record)
    resolved = _apply(record, attention, resolution)
    return ResolutionResult(status=ResolutionStatus.ACCEPTED, record=resolved)


def _apply(record: OrderRecord, attention: Attention, resolution: Resolution) -> OrderRecord:
    steps = resolution.steps or attention.failed_steps
    remaining = tuple(step for step in attention.failed_steps if step not in steps)
    resolved = replace(
        resolve_refunds(record, steps, resolution.action, resolution.at),
        resolutions=(*record.resolutions, *_entries(record, resolution, steps)),
        attention=replace(attention, failed_steps=remaining) if remaining else None,
    )
    if not remaining and _has_work_left(resolved, attention.since):
        return _reopen(resolved)
    return resolved


def _entries(
    record: OrderRecord, resolution: Resolution, steps: tuple[str, ...]
) -> Iterator[Resolution]:
    """Split the resolution into the order's own steps and those of its refunds."""
    failed_refunds = [refund for refund in record.refunds if refund.failed_step in steps]
    refund_steps = {refund.failed_step for refund in failed_refunds}
    order_steps = tuple(step for step in steps if step not in refund_steps)
    if order_steps or not failed_refunds:
        yield replace(resolution, steps=order_steps)
    if failed_refunds:
        yield replace(
            resolution,
            steps=tuple(step for step in steps if step in refund_steps),
            refunds=tuple(refund.refund_id for refund in failed_refunds),
        )


def _has_work_left(record: OrderRecord, since: datetime) -> bool:
    """Whether the order has to continue after everything queued since then is resolved."""
    if record.outcome is None or record.status is OrderStatus.NEEDS_ATTENTION:
        return True
    if record.erased_at is not None:
        return False  # only emails are left, and they have no recipient
    recent = (r for r in record.resolutions if r.at >= since and not r.refunds)
    return any(resolution.action is ResolutionAction.RETRY for resolution in recent)


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
        recovery_attempts=0,
        next_recovery_at=None,
    )


def _is_repeated(earlier: Resolution, later: Resolution) -> bool:
    same_steps = not later.steps or set(earlier.steps) <= set(later.steps)
    return same_steps and (earlier.action, earlier.note, earlier.operator) == (
        later.action,
        later.note,
        later.operator,
    )
