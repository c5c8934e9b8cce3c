"""Rules of the order's record: the first decision counts."""

from datetime import timedelta

import pytest

from orders.domain.attention import AttentionReason, Resolution, ResolutionAction
from orders.domain.order_record import OrderRecord, attention_for
from orders.domain.outcome import Opening, OrderStatus, Outcome, Reason
from orders.domain.policies import RecoveryPolicy
from orders.domain.refund_requests import request_refund
from orders.domain.results import Dispatch, StockLine, ValidationResult
from tests.builders import NOON, OPERATOR, TERMS, a_record, a_refund_request

COMPLETED = Outcome.completed("T1")
REJECTED = Outcome.rejected("unavailable")
DECLINED = Outcome.rejected("cardDeclined")
NEEDS_ATTENTION = Outcome.needs_attention("unavailable", ("reversePayment",))


def a_resolution(
    action: ResolutionAction, *steps: str, refunds: tuple[str, ...] = ()
) -> Resolution:
    """Return a recorded resolution of these steps."""
    return Resolution(
        action=action, note="n", operator=OPERATOR, at=NOON, steps=steps, refunds=refunds
    )


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (a_record(), OrderStatus.PLACED),
        (a_record(runs=1), OrderStatus.PROCESSING),
        (
            a_record(runs=1, attention=attention_for(a_record(), NEEDS_ATTENTION, NOON)),
            OrderStatus.NEEDS_ATTENTION,
        ),
        (a_record(runs=1, outcome=COMPLETED), OrderStatus.COMPLETED),
    ],
)
def test_status_follows_from_record(record: OrderRecord, status: OrderStatus) -> None:
    """An outcome decides, then attention, then whether an orchestration has started."""
    assert record.status is status


def test_opening_of_first_orchestration_is_empty() -> None:
    """Nothing has happened before it."""
    assert a_record().opening() == Opening()


def test_opening_of_later_orchestration_states_what_is_recorded() -> None:
    """Any step may have been done, and undoing may have begun."""
    line = StockLine(sku="MUG-BLUE", quantity=2, opening_balance=1)
    record = a_record(
        runs=1,
        undoing=REJECTED,
        validation=ValidationResult(accepted=True, stock_lines=(line,)),
        resolutions=(
            a_resolution(ResolutionAction.SKIP, "shipOrder"),
            a_resolution(ResolutionAction.SETTLED_ELSEWHERE, "capturePayment"),
            a_resolution(ResolutionAction.SKIP, "refundPayment", refunds=("rfd_1",)),
        ),
    )

    assert record.opening() == Opening(
        undoing=REJECTED,
        resumed=True,
        stock_lines=(line,),
        resolved_steps=("shipOrder", "capturePayment"),
        skipped_steps=("shipOrder",),
    )
    assert record.steps_settled_elsewhere == ("capturePayment",)


def test_first_validation_counts() -> None:
    """Rules that changed since do not reject an accepted order."""
    accepted = ValidationResult(accepted=True)
    rejected = ValidationResult(accepted=False, reason="discontinued")

    assert a_record().effective_validation(rejected) is rejected
    assert a_record(validation=accepted).effective_validation(rejected) is accepted


def test_first_undo_goal_counts() -> None:
    """A later goal changes nothing."""
    assert a_record().effective_undo(DECLINED) is DECLINED
    assert a_record(undoing=REJECTED).effective_undo(DECLINED) is REJECTED


def test_ended_order_is_not_undone() -> None:
    """An undo of an ended order gets the recorded outcome."""
    assert a_record(outcome=COMPLETED).effective_undo(REJECTED) is COMPLETED


def test_dispatched_order_is_not_undone() -> None:
    """An undo after the dispatch needs an operator."""
    outcome = a_record(dispatched_at=NOON).effective_undo(REJECTED)

    assert outcome == Outcome.needs_attention("unavailable", ())


def test_first_outcome_counts() -> None:
    """A later outcome changes nothing."""
    assert a_record().effective_outcome(COMPLETED) is COMPLETED
    assert a_record(outcome=COMPLETED).effective_outcome(REJECTED) is COMPLETED


def test_order_that_is_being_undone_cannot_be_completed() -> None:
    """A late completion by an orchestration that was believed lost is not recorded."""
    assert a_record(undoing=REJECTED).effective_outcome(COMPLETED) is REJECTED


def test_order_that_is_being_undone_may_need_attention() -> None:
    """The undo decides the outcome."""
    assert a_record(undoing=REJECTED).effective_outcome(NEEDS_ATTENTION) is NEEDS_ATTENTION


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
    assert record.dispatch() == Dispatch(dispatched=reason is None, reason=reason)


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
        (request_refund(a_record(outcome=COMPLETED), a_refund_request(1)).record, False, False),
        (
            a_record(
                outcome=NEEDS_ATTENTION, attention=attention_for(a_record(), NEEDS_ATTENTION, NOON)
            ),
            False,
            False,
        ),
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
    attention = attention_for(a_record(), failed, NOON)

    assert attention_for(a_record(), COMPLETED, NOON) is None
    assert attention is not None
    assert attention.reason is AttentionReason.STEP_FAILED
    assert attention.failed_steps == ("sendConfirmation",)


def test_refused_outcome_distinguishes_cancellation() -> None:
    """A step refused by request cancels the order, any other refusal rejects it."""
    assert Outcome.refused(Reason.CANCELED) == Outcome.canceled()
    assert Outcome.refused("outOfStock") == Outcome.rejected("outOfStock")


def test_terms_without_a_country_keep_the_others() -> None:
    """The other limits stay as they are."""
    assert TERMS.without("FR").countries == {"DE"}
    assert TERMS.without("FR").max_quantity == TERMS.max_quantity


def test_recovery_pause_doubles_up_to_six_hours() -> None:
    """However many attempts there were."""
    policy = RecoveryPolicy(recover_after=timedelta(minutes=2))

    pauses = [policy.pause_after(attempts) for attempts in (0, 1, 2, 1000)]

    assert pauses == [*(timedelta(minutes=minutes) for minutes in (2, 4, 8)), timedelta(hours=6)]
