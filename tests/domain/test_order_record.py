"""Changes of the order's record: the first decision counts."""

from datetime import timedelta

import pytest

from orders.domain.attention import Attention, AttentionReason
from orders.domain.operator_changes import request_refund
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Opening, OrderStatus, Outcome, Reason
from orders.domain.policies import RecoveryPolicy
from orders.domain.results import Dispatched, Refused
from tests.builders import ACCEPTED, INVALID, NOON, TERMS, a_record, a_refund_request

COMPLETED = Outcome.completed("T1")
REJECTED = Outcome.rejected("unavailable")
DECLINED = Outcome.rejected("cardDeclined")
NEEDS_ATTENTION = Outcome.needs_attention("unavailable", ("reversePayment",))

LATER = NOON + timedelta(hours=1)
#: The order has ended, and an operator must decide on it.
FAILED = a_record().close(NEEDS_ATTENTION, NOON)[0]
REFUNDING = request_refund(a_record(outcome=COMPLETED), a_refund_request(1))[0]


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (a_record(), OrderStatus.PLACED),
        (a_record(runs=1), OrderStatus.PROCESSING),
        (a_record(runs=1, attention=FAILED.attention), OrderStatus.NEEDS_ATTENTION),
        (a_record(runs=1, outcome=COMPLETED), OrderStatus.COMPLETED),
    ],
)
def test_status_follows_from_record(record: OrderRecord, status: OrderStatus) -> None:
    """An outcome decides, then attention, then whether an orchestration has started."""
    assert record.status is status


def test_record_is_named_by_its_order() -> None:
    """Its ID is that of the order."""
    assert a_record().order_id == a_record().order.order_id == "ord_1"


def test_first_validation_counts() -> None:
    """Rules that changed since do not reject an accepted order."""
    first, answer = a_record().record_validation(ACCEPTED)

    assert (first, answer) == (a_record(validation=ACCEPTED), ACCEPTED)
    assert first.record_validation(INVALID) == (first, ACCEPTED)


def test_first_undo_goal_counts() -> None:
    """A later goal changes nothing."""
    undoing = a_record(undoing=REJECTED)

    assert a_record().begin_undo(REJECTED) == (undoing, REJECTED)
    assert undoing.begin_undo(DECLINED) == (undoing, REJECTED)


def test_ended_order_is_not_undone() -> None:
    """An undo of an ended order gets the recorded outcome."""
    record = a_record(outcome=COMPLETED)

    assert record.begin_undo(REJECTED) == (record, COMPLETED)


def test_dispatched_order_is_not_undone() -> None:
    """An undo after the dispatch needs an operator."""
    record = a_record(dispatched_at=NOON)

    assert record.begin_undo(REJECTED) == (record, Outcome.needs_attention("unavailable", ()))


def test_first_outcome_counts() -> None:
    """A later outcome changes nothing."""
    closed, answer = a_record().close(COMPLETED, NOON)

    assert (closed, answer) == (a_record(outcome=COMPLETED, ended_at=NOON), COMPLETED)
    assert closed.close(REJECTED, LATER) == (closed, COMPLETED)


def test_order_that_is_being_undone_cannot_be_completed() -> None:
    """A late completion by an orchestration that was believed lost is not recorded."""
    record = a_record(undoing=REJECTED)

    assert record.close(COMPLETED, NOON) == (record, REJECTED)


def test_order_that_is_being_undone_may_need_attention() -> None:
    """The undo decides the outcome."""
    closed, answer = a_record(undoing=REJECTED).close(NEEDS_ATTENTION, NOON)

    assert (closed.outcome, answer) == (NEEDS_ATTENTION, NEEDS_ATTENTION)
    assert closed.undoing == REJECTED


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (a_record(), None),
        (a_record(dispatched_at=NOON, cancel_requested_at=NOON), None),
        (a_record(cancel_requested_at=NOON), Reason.CANCELED),
        (a_record(undoing=REJECTED), Reason.ALREADY_UNDONE),
        (a_record(outcome=REJECTED), Reason.ALREADY_UNDONE),
    ],
    ids=["open", "dispatched before", "canceled", "being undone", "ended"],
)
def test_dispatch_is_refused_after_cancellation_or_undo(
    record: OrderRecord, reason: Reason | None
) -> None:
    """A cancellation or an undo that came first wins; a repeat of the dispatch is accepted."""
    after, answer = record.dispatch(LATER)

    assert answer == (Refused(reason=reason) if reason else Dispatched())
    if reason is not None or record.dispatched_at is not None:
        assert after is record
    else:
        assert after.dispatched_at == LATER


@pytest.mark.parametrize(
    "record",
    [
        a_record(cancel_requested_at=NOON),
        a_record(dispatched_at=NOON),
        a_record(outcome=COMPLETED),
    ],
    ids=["requested", "dispatched", "ended"],
)
def test_only_the_first_cancellation_in_time_is_recorded(record: OrderRecord) -> None:
    """The answer is the record."""
    requested = a_record(cancel_requested_at=LATER, cancel_reason=Reason.CANCELED)

    assert a_record().request_cancel(LATER) == (requested, requested)
    assert record.request_cancel(LATER) == (record, record)


def test_each_orchestration_is_counted() -> None:
    """The answer says what the earlier ones did; the restart ends recovery's termination."""
    record, opening = a_record(runs=1, terminated_at=NOON).open()

    assert record == a_record(runs=2)
    assert opening == Opening(resumed=True, run=2)


def test_closed_order_starts_without_recovery_attempts() -> None:
    """They count again if an operator reopens the order."""
    record = a_record(recovery_attempts=3, next_recovery_at=LATER)

    assert record.close(COMPLETED, NOON)[0] == a_record(outcome=COMPLETED, ended_at=NOON)


@pytest.mark.parametrize(
    "record",
    [a_record(outcome=COMPLETED), FAILED, a_record(attention=FAILED.attention)],
    ids=["ended", "ended in the queue", "in the queue"],
)
def test_only_an_open_order_enters_the_queue_once(record: OrderRecord) -> None:
    """The first reason counts."""
    queued, _ = a_record().request_attention(AttentionReason.SUSPENDED, LATER)

    assert queued.attention == Attention(reason=AttentionReason.SUSPENDED, since=LATER)
    assert record.request_attention(AttentionReason.SUSPENDED, LATER) == (record, None)


def test_recovery_and_purge_are_recorded() -> None:
    """Recovery has its number and time; a termination has the time of recovery's own call."""
    attempt, _ = a_record().record_recovery(2, LATER)
    termination, _ = a_record().record_termination(3, LATER)

    assert attempt == a_record(recovery_attempts=2, next_recovery_at=LATER)
    assert termination == a_record(recovery_attempts=3, terminated_at=LATER)
    assert a_record().record_purge(LATER) == (a_record(purged_at=LATER), None)


@pytest.mark.parametrize(
    ("record", "can_be_canceled", "is_being_canceled"),
    [
        (a_record(), True, False),
        (a_record(cancel_requested_at=NOON), True, True),
        (a_record(cancel_requested_at=NOON, dispatched_at=NOON), False, False),
        (a_record(outcome=COMPLETED), False, False),
    ],
    ids=["open", "requested", "dispatched", "ended"],
)
def test_cancellation_is_possible_until_dispatch(
    record: OrderRecord,
    can_be_canceled: bool,  # noqa: FBT001 - a parameter of the table
    is_being_canceled: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    """A request after the dispatch, or after the outcome, has no effect."""
    assert (record.can_be_canceled, record.is_being_canceled) == (
        can_be_canceled,
        is_being_canceled,
    )


@pytest.mark.parametrize(
    ("record", "erasable", "deletable"),
    [
        (a_record(), False, False),
        (a_record(outcome=COMPLETED), True, True),
        (REFUNDING, False, False),
        (FAILED, False, False),
    ],
    ids=["open", "ended", "refund is open", "needs attention"],
)
def test_data_is_kept_while_work_remains(
    record: OrderRecord,
    erasable: bool,  # noqa: FBT001 - a parameter of the table
    deletable: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    """An ended order without open work may be erased and deleted."""
    assert (record.can_be_erased, record.can_be_deleted) == (erasable, deletable)


def test_attention_names_failed_steps_once() -> None:
    """A completed order without a failed step needs no attention."""
    failed = COMPLETED.with_failed_step("sendConfirmation", "not sent")
    twice = failed.with_failed_step("sendConfirmation", "not sent")
    record, _ = a_record().close(twice, NOON)

    assert a_record().close(COMPLETED, NOON)[0].attention is None
    assert record.attention == Attention(
        reason=AttentionReason.STEP_FAILED, since=NOON, failed_steps=("sendConfirmation",)
    )


def test_refused_outcome_distinguishes_cancellation() -> None:
    """A step refused by request cancels the order, any other refusal rejects it."""
    assert Outcome.refused(Reason.CANCELED) == Outcome.canceled()
    assert Outcome.refused("outOfStock") == Outcome.rejected("outOfStock")


def test_terms_without_a_country_keep_the_others() -> None:
    """The other limits stay as they are."""
    assert TERMS.without("FR").countries == {"DE"}
    assert TERMS.without("FR").max_quantity == TERMS.max_quantity


def test_recovery_pause_doubles_up_to_an_hour() -> None:
    """However many attempts there were."""
    policy = RecoveryPolicy(recover_after=timedelta(minutes=2))

    pauses = [policy.pause_after(attempts) for attempts in (0, 1, 2, 1000)]

    assert pauses == [*(timedelta(minutes=minutes) for minutes in (2, 4, 8)), timedelta(hours=1)]
