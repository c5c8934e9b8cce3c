"""Attention queue in the order store: entries, resolutions and recovery attempts."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from orders.domain.attention import Attention, AttentionReason, Resolution, ResolutionStatus
from orders.domain.errors import OrderNotFoundError
from orders.domain.operator_changes import ResolutionResult, resolve_attention
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome
from orders.ports.order_store import OrderQuery, OrderStore
from tests.adapters.stores import close, record_in
from tests.builders import NOON, a_resolution

RETRY = a_resolution(note="the carrier is available")
FAILED = Outcome.needs_attention("unavailable", ("dispatchOrder",))


def request_attention(store: OrderStore, reason: AttentionReason) -> None:
    """Put the order into the queue."""
    store.update("o", lambda record: record.request_attention(reason, NOON))


def resolve(store: OrderStore, resolution: Resolution) -> ResolutionResult:
    """Resolve the failed steps."""
    return store.update("o", lambda record: resolve_attention(record, resolution))


def record_recovery(store: OrderStore, next_at: datetime) -> None:
    """Record the first recovery attempt."""
    store.update("o", lambda record: record.record_recovery(1, next_at))


def record_termination(store: OrderStore) -> None:
    """Record a second attempt, which terminates the orchestration."""
    store.update("o", lambda record: record.record_termination(2, NOON))


def attention_queue(store: OrderStore) -> list[OrderRecord]:
    """Return the orders that need attention."""
    return list(store.page(OrderQuery(needs_attention=True)).orders)


def test_open_order_enters_the_queue_once(placed: OrderStore) -> None:
    """The first reason counts."""
    request_attention(placed, AttentionReason.RECOVERY_FAILED)
    request_attention(placed, AttentionReason.SUSPENDED)

    attention = record_in(placed).attention
    assert attention is not None
    assert attention.reason is AttentionReason.RECOVERY_FAILED
    assert attention_queue(placed) == [record_in(placed)]


def test_ended_order_does_not_enter_the_queue(placed: OrderStore) -> None:
    """Recovery has nothing to do for it."""
    close(placed, Outcome.completed("T1"))

    request_attention(placed, AttentionReason.RECOVERY_FAILED)

    assert attention_queue(placed) == []


def test_failed_step_puts_the_order_into_the_queue(placed: OrderStore) -> None:
    """The entry names the step."""
    close(placed, FAILED)

    ended_at = record_in(placed).ended_at
    assert ended_at is not None
    assert record_in(placed).attention == Attention(
        reason=AttentionReason.STEP_FAILED, since=ended_at, failed_steps=("dispatchOrder",)
    )


def test_resolution_is_recorded_once_and_reopens_the_order(placed: OrderStore) -> None:
    """A repeat is recognized."""
    close(placed, FAILED)

    repeated = replace(RETRY, resolution_id="res_2")
    statuses = [resolve(placed, resolution).status for resolution in (RETRY, repeated)]

    assert statuses == [ResolutionStatus.ACCEPTED, ResolutionStatus.REPEATED]
    assert [resolution.note for resolution in record_in(placed).resolutions] == [RETRY.note]
    assert record_in(placed).outcome is None
    assert attention_queue(placed) == []


def test_completed_order_whose_email_is_retried_is_found_by_recovery(placed: OrderStore) -> None:
    """It still has the status completed, and its orchestration may be lost again."""
    close(placed, Outcome.completed("T1").with_failed_step("sendConfirmation", "not sent"))

    resolve(placed, RETRY)

    assert record_in(placed).status is OrderStatus.COMPLETED
    assert placed.page(OrderQuery(is_open=True)).orders == (record_in(placed),)


def test_recovery_attempts_and_terminations_are_counted(placed: OrderStore) -> None:
    """The time of the next attempt is recorded too."""
    record_recovery(placed, NOON + timedelta(minutes=1))
    record_termination(placed)

    assert record_in(placed).recovery_attempts == 2
    assert record_in(placed).next_recovery_at == NOON + timedelta(minutes=1)
    assert record_in(placed).terminated_at == NOON


def test_order_is_due_for_recovery_at_its_time(placed: OrderStore) -> None:
    """Until that time the query does not return it."""
    record_recovery(placed, NOON)

    for time, count in ((NOON, 0), (NOON + timedelta(microseconds=1), 1)):
        assert len(placed.page(OrderQuery(recovery_due_before=time)).orders) == count


def test_unknown_order_cannot_be_changed(store: OrderStore) -> None:
    """Every change raises OrderNotFoundError."""
    for call in (
        lambda: request_attention(store, AttentionReason.RECOVERY_FAILED),
        lambda: resolve(store, RETRY),
        lambda: record_recovery(store, NOON),
        lambda: record_termination(store),
    ):
        with pytest.raises(OrderNotFoundError):
            call()
