"""Attention queue in the order store: entries, resolutions and recovery attempts."""

from datetime import timedelta

import pytest

from orders.domain.attention import Attention, AttentionReason, Resolution, ResolutionAction
from orders.domain.attention_resolution import ResolutionStatus
from orders.domain.errors import OrderNotFoundError
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.ports.order_store import OrderQuery, OrderStore
from tests.builders import NOON, OPERATOR, a_customer, a_stored_order

RETRY = Resolution(
    action=ResolutionAction.RETRY, note="the carrier is available", operator=OPERATOR, at=NOON
)
FAILED = Outcome.needs_attention("unavailable", ("dispatchOrder",))


@pytest.fixture
def placed(store: OrderStore) -> OrderStore:
    """An order store with one order."""
    store.place(a_stored_order("o"), a_customer(), "f")
    return store


def record_in(store: OrderStore) -> OrderRecord:
    """Return the order's record."""
    record = store.find("o")
    assert record is not None
    return record


def attention_queue(store: OrderStore) -> list[OrderRecord]:
    """Return the orders that need attention."""
    return list(store.page(OrderQuery(needs_attention=True)).orders)


def test_open_order_enters_the_queue_once(placed: OrderStore) -> None:
    """The first reason counts."""
    placed.request_attention("o", AttentionReason.RECOVERY_FAILED)
    placed.request_attention("o", AttentionReason.SUSPENDED)

    attention = record_in(placed).attention
    assert attention is not None
    assert attention.reason is AttentionReason.RECOVERY_FAILED
    assert attention_queue(placed) == [record_in(placed)]


def test_ended_order_does_not_enter_the_queue(placed: OrderStore) -> None:
    """Recovery has nothing to do for it."""
    placed.close("o", Outcome.completed("T1"))

    placed.request_attention("o", AttentionReason.RECOVERY_FAILED)

    assert attention_queue(placed) == []


def test_failed_step_puts_the_order_into_the_queue(placed: OrderStore) -> None:
    """The entry names the step."""
    placed.close("o", FAILED)

    ended_at = record_in(placed).ended_at
    assert ended_at is not None
    assert record_in(placed).attention == Attention(
        reason=AttentionReason.STEP_FAILED, since=ended_at, failed_steps=("dispatchOrder",)
    )


def test_resolution_is_recorded_once_and_reopens_the_order(placed: OrderStore) -> None:
    """A repeat is recognized."""
    placed.close("o", FAILED)

    statuses = [placed.resolve_attention("o", RETRY).status for _ in range(2)]

    assert statuses == [ResolutionStatus.ACCEPTED, ResolutionStatus.REPEATED]
    assert [resolution.note for resolution in record_in(placed).resolutions] == [RETRY.note]
    assert record_in(placed).outcome is None
    assert attention_queue(placed) == []


def test_recovery_attempts_and_terminations_are_counted(placed: OrderStore) -> None:
    """The time of the next attempt is recorded too."""
    placed.record_recovery("o", NOON + timedelta(minutes=1))
    placed.record_termination("o")

    assert record_in(placed).recovery_attempts == 2
    assert record_in(placed).next_recovery_at == NOON + timedelta(minutes=1)
    assert record_in(placed).terminated_at is not None


def test_order_is_due_for_recovery_at_its_time(placed: OrderStore) -> None:
    """Before that time the query does not return it."""
    placed.record_recovery("o", NOON)

    for time, count in ((NOON - timedelta(seconds=1), 0), (NOON, 1)):
        assert len(placed.page(OrderQuery(recovery_due_before=time)).orders) == count


def test_unknown_order_cannot_be_changed(store: OrderStore) -> None:
    """Every method raises OrderNotFoundError."""
    for call in (
        lambda: store.request_attention("o", AttentionReason.RECOVERY_FAILED),
        lambda: store.resolve_attention("o", RETRY),
        lambda: store.record_recovery("o", NOON),
        lambda: store.record_termination("o"),
    ):
        with pytest.raises(OrderNotFoundError):
            call()
