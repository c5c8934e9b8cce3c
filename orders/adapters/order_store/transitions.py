"""Transitions of an order's record, as answers and changed columns.

A transition reads the record and returns the answer and the columns to write, if any. The store
reads, applies the transition and writes in one atomic step.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

from orders.adapters.order_store.columns import (
    Columns,
    attention_to_text,
    outcome_to_text,
    refund_columns,
    resolutions_to_text,
    time_to_text,
    validation_to_text,
)
from orders.domain import attention_resolution, refund_requests
from orders.domain.attention import Attention, AttentionReason, Resolution
from orders.domain.attention_resolution import ResolutionResult, ResolutionStatus
from orders.domain.order_record import OrderRecord, attention_for, erase_personal_data
from orders.domain.outcome import Opening, Outcome
from orders.domain.refund import RefundOutcome
from orders.domain.refund_requests import RefundRequest, RefundRequestResult, RefundRequestStatus
from orders.domain.results import Dispatch, ValidationResult

T = TypeVar("T")
Transition: TypeAlias = Callable[[OrderRecord], tuple[T, Columns]]


class Records(Protocol):
    """The records of all orders."""

    def update(self, order_id: str, transition: Transition[T]) -> T:
        """Apply a transition atomically and return its answer.

        Raises:
            OrderNotFoundError: there is no such order.
        """
        ...


def open_order(record: OrderRecord) -> tuple[Opening, Columns]:
    """Count one more orchestration."""
    return record.opening(), {"runs": record.runs + 1, "terminated_at": None}


def record_validation(
    record: OrderRecord, validation: ValidationResult
) -> tuple[ValidationResult, Columns]:
    """Record the first validation."""
    effective = record.effective_validation(validation)
    is_first = effective is validation
    return effective, {"validation": validation_to_text(validation)} if is_first else {}


def request_cancel(record: OrderRecord, now: datetime) -> tuple[OrderRecord, Columns]:
    """Record the first cancellation request, unless it is too late."""
    if not record.can_be_canceled or record.cancel_requested_at is not None:
        return record, {}
    return replace(record, cancel_requested_at=now), {"cancel_requested_at": time_to_text(now)}


def dispatch(record: OrderRecord, now: datetime) -> tuple[Dispatch, Columns]:
    """Record the dispatch, unless a cancellation or an undo came first."""
    result = record.dispatch()
    is_first = result.dispatched and record.dispatched_at is None
    return result, {"dispatched_at": time_to_text(now)} if is_first else {}


def begin_undo(record: OrderRecord, goal: Outcome) -> tuple[Outcome, Columns]:
    """Record that undoing begins, unless an undo or an outcome came first."""
    effective = record.effective_undo(goal)
    return effective, {"undoing": outcome_to_text(goal)} if effective is goal else {}


def close(record: OrderRecord, outcome: Outcome, now: datetime) -> tuple[Outcome, Columns]:
    """Record the outcome, unless another one or an undo came first."""
    effective = record.effective_outcome(outcome)
    if effective is not outcome:
        return effective, {}
    return effective, {
        "outcome": outcome_to_text(outcome),
        "ended_at": time_to_text(now),
        "attention": _optional(attention_to_text, attention_for(record, outcome, now)),
        "recovery_attempts": 0,
        "next_recovery_at": None,
    }


def request_attention(
    record: OrderRecord, reason: AttentionReason, now: datetime
) -> tuple[None, Columns]:
    """Put an open order into the attention queue, unless it is there."""
    if record.outcome is not None or record.attention is not None:
        return None, {}
    return None, {"attention": attention_to_text(Attention(reason=reason, since=now))}


def resolve_attention(
    record: OrderRecord, resolution: Resolution
) -> tuple[ResolutionResult, Columns]:
    """Record an operator's resolution."""
    result = attention_resolution.resolve_attention(record, resolution)
    if result.status is not ResolutionStatus.ACCEPTED:
        return result, {}
    resolved = result.record
    return result, {
        "resolutions": resolutions_to_text(resolved.resolutions),
        **refund_columns(resolved),
        "attention": _optional(attention_to_text, resolved.attention),
        "outcome": _optional(outcome_to_text, resolved.outcome),
        "undoing": _optional(outcome_to_text, resolved.undoing),
        "ended_at": _optional(time_to_text, resolved.ended_at),
        "recovery_attempts": resolved.recovery_attempts,
        "next_recovery_at": _optional(time_to_text, resolved.next_recovery_at),
    }


def record_recovery(record: OrderRecord, next_at: datetime) -> tuple[None, Columns]:
    """Count a recovery attempt."""
    return None, {
        "recovery_attempts": record.recovery_attempts + 1,
        "next_recovery_at": time_to_text(next_at),
    }


def record_termination(record: OrderRecord, now: datetime) -> tuple[None, Columns]:
    """Count a recovery attempt that terminates the orchestration first."""
    return None, {
        "recovery_attempts": record.recovery_attempts + 1,
        "terminated_at": time_to_text(now),
    }


def request_refund(
    record: OrderRecord, request: RefundRequest
) -> tuple[RefundRequestResult, Columns]:
    """Record a refund, if the amount can be refunded."""
    result = refund_requests.request_refund(record, request)
    is_accepted = result.status is RefundRequestStatus.ACCEPTED
    return result, refund_columns(result.record) if is_accepted else {}


def close_refund(
    record: OrderRecord, refund_id: str, outcome: RefundOutcome, now: datetime
) -> tuple[OrderRecord, Columns]:
    """Record a refund's outcome, unless it is closed."""
    closed = refund_requests.close_refund(record, refund_id, outcome, now)
    if closed is record:
        return record, {}
    return closed, {
        **refund_columns(closed),
        "attention": _optional(attention_to_text, closed.attention),
        "recovery_attempts": 0,
        "next_recovery_at": None,
        "terminated_at": None,
    }


def erase(record: OrderRecord, now: datetime) -> tuple[None, Columns]:
    """Erase the personal data in the record."""
    erased = erase_personal_data(record, now)
    return None, {
        "payment_method": erased.order.payment_method,
        "reference": erased.order.reference,
        "resolutions": resolutions_to_text(erased.resolutions),
        **refund_columns(erased),
        "attention": _optional(attention_to_text, erased.attention),
        "erased_at": _optional(time_to_text, erased.erased_at),
    }


def record_purge(_record: OrderRecord, now: datetime) -> tuple[None, Columns]:
    """Record that the history and the stock entries are purged."""
    return None, {"purged_at": time_to_text(now)}


def _optional(to_text: Callable[[T], str], value: T | None) -> str | None:
    return None if value is None else to_text(value)
