"""Every change of the record, applied once and twice.

An answer may be lost, and a concurrent update makes a store apply a change again.
"""

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeAlias, get_args, get_type_hints

import pytest

from orders.domain import erasure, operator_changes, reconciliation, wait_changes
from orders.domain.attention import Attention, AttentionReason, ResolutionAction
from orders.domain.disputes import DisputeStatus
from orders.domain.erasure import erase
from orders.domain.operator_changes import (
    close_refund,
    record_refund_recovery,
    record_refund_termination,
    request_refund,
    resolve_attention,
)
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.provider_records import PaymentState, RefundProgress
from orders.domain.reconciliation import reconcile_payment, reconcile_shipment
from orders.domain.refund import RefundOutcome
from orders.domain.results import Shipment, ShipmentStatus
from orders.domain.waits import WaitPolicy, WakePosition
from tests.builders import (
    ACCEPTED,
    INVALID,
    NOON,
    a_dispute,
    a_record,
    a_refund_request,
    a_resolution,
    a_round,
)

Change: TypeAlias = Callable[[OrderRecord], tuple[OrderRecord, object]]

LATER = NOON + timedelta(hours=1)
COMPLETED, REJECTED = Outcome.completed("T1"), Outcome.rejected("cardDeclined")
FAILED = Outcome.needs_attention("unavailable", ("reversePayment", "cancelShipment"))
PAID = RefundOutcome(is_paid=True)
UNPAID = RefundOutcome(is_paid=False, failed_step="refundPayment", reason="refundRefused")
EMAIL_FAILED = RefundOutcome(is_paid=True, failed_step="sendRefundEmail")
CLOSED = a_record(runs=1, dispatched_at=NOON).close(COMPLETED, NOON)[0]
REFUNDING = request_refund(CLOSED, a_refund_request(10))[0]
REFUND_FAILED = close_refund(REFUNDING, "rfd_1", UNPAID, NOON)[0]
EMAIL_MISSING = close_refund(REFUNDING, "rfd_1", EMAIL_FAILED, NOON)[0]
IN_QUEUE = a_record(runs=1).close(FAILED, NOON)[0]
RESOLVED = resolve_attention(IN_QUEUE, a_resolution(resolution_id="res_0"))[0]
BOTH_FAILED: Final = replace(
    REFUND_FAILED,
    outcome=COMPLETED.with_failed_step("sendConfirmation", "not sent"),
    attention=Attention(
        reason=AttentionReason.STEP_FAILED,
        since=NOON,
        failed_steps=("sendConfirmation", "refundPayment"),
    ),
)
REFUND_PAID = close_refund(REFUNDING, "rfd_1", PAID, NOON)[0]
UNDONE = a_record(runs=1, undoing=REJECTED).close(REJECTED, NOON)[0]
SENT_BACK = PaymentState(captured=3480, refunds={"rfd_1": RefundProgress.FAILED})
DISPUTED = PaymentState(captured=3480, disputes=(a_dispute(),))
WON = PaymentState(captured=3480, disputes=(a_dispute(DisputeStatus.WON),))
LAPSED = PaymentState(is_lapsed=True)
LOST = Shipment(status=ShipmentStatus.LOST, tracking_number="T1")
WAITING = wait_changes.check_wait(a_record(runs=1), a_round(), WaitPolicy(), NOON)[0]
#: A record in each stage of an order's life.
RECORDS: Final = {
    "placed": a_record(),
    "validated": a_record(runs=1, validation=ACCEPTED),
    "cancellation requested": a_record(runs=1, cancel_requested_at=NOON),
    "being undone": a_record(runs=1, undoing=REJECTED),
    "dispatched": a_record(runs=1, dispatched_at=NOON),
    "suspended": a_record(
        runs=1, attention=Attention(reason=AttentionReason.SUSPENDED, since=NOON)
    ),
    "terminated": a_record(runs=1, recovery_attempts=1, terminated_at=NOON),
    "waiting": WAITING,
    "woken": wait_changes.request_retry(WAITING, NOON)[0],
    "waiting and canceled": WAITING.request_cancel(NOON)[0],
    "waiting for its undo": wait_changes.check_wait(
        a_record(runs=1, undoing=REJECTED), a_round(step="reversePayment"), WaitPolicy(), NOON
    )[0],
    "waiting in the queue": WAITING.request_attention(
        AttentionReason.WAITING, NOON, ("processPayment",)
    )[0],
    "completed": CLOSED,
    "refunding": REFUNDING,
    "refund paid": REFUND_PAID,
    "refund sent back": reconcile_payment(REFUND_PAID, SENT_BACK, NOON)[0],
    "undone": UNDONE,
    "reversal sent back": reconcile_payment(UNDONE, SENT_BACK, NOON)[0],
    "disputed": reconcile_payment(CLOSED, DISPUTED, NOON)[0],
    "waiting with a lapsed authorization": reconcile_payment(WAITING, LAPSED, NOON)[0],
    "lost": reconcile_shipment(CLOSED, LOST, NOON)[0],
    "refund failed": REFUND_FAILED,
    "refund email failed": EMAIL_MISSING,
    "refund and email failed": BOTH_FAILED,
    "in the queue": IN_QUEUE,
    "resolved": RESOLVED,
    "erased": erase(REFUND_FAILED, NOON)[0],
    "purged": replace(CLOSED, purged_at=NOON),
}
#: Each change with every kind of argument, by the name of its method or function.
CHANGES: Final[dict[str, list[Change]]] = {
    "record_validation": [
        lambda record: record.record_validation(ACCEPTED),
        lambda record: record.record_validation(INVALID),
    ],
    "request_cancel": [lambda record: record.request_cancel(LATER)],
    "dispatch": [lambda record: record.dispatch(LATER)],
    "begin_undo": [
        lambda record: record.begin_undo(REJECTED),
        lambda record: record.begin_undo(Outcome.canceled()),
    ],
    "close": [
        lambda record: record.close(COMPLETED, LATER),
        lambda record: record.close(REJECTED, LATER),
        lambda record: record.close(FAILED, LATER),
    ],
    "request_attention": [
        lambda record: record.request_attention(AttentionReason.RECOVERY_FAILED, LATER)
    ],
    "record_recovery": [lambda record: record.record_recovery(2, LATER)],
    "record_termination": [lambda record: record.record_termination(2, LATER)],
    "record_purge": [lambda record: record.record_purge(LATER)],
    "erase": [lambda record: erase(record, LATER)],
    "request_refund": [
        lambda record: request_refund(record, a_refund_request(10, "rfd_2")),
        lambda record: request_refund(record, a_refund_request(None, "rfd_2")),
        lambda record: request_refund(record, a_refund_request(10**9, "rfd_2")),
        lambda record: request_refund(record, replace(a_refund_request(10), at=LATER)),
        lambda record: request_refund(record, replace(a_refund_request(), fingerprint="other")),
    ],
    "close_refund": [
        lambda record: close_refund(record, "rfd_1", PAID, LATER),
        lambda record: close_refund(record, "rfd_1", UNPAID, LATER),
        lambda record: close_refund(record, "rfd_1", EMAIL_FAILED, LATER),
        lambda record: close_refund(record, "rfd_2", PAID, LATER),
    ],
    "record_refund_recovery": [
        lambda record: record_refund_recovery(record, "rfd_1", 2, LATER),
        lambda record: record_refund_recovery(record, "rfd_2", 2, LATER),
    ],
    "record_refund_termination": [
        lambda record: record_refund_termination(record, "rfd_1", 2, LATER),
        lambda record: record_refund_termination(record, "rfd_2", 2, LATER),
    ],
    "check_wait": [
        partial(wait_changes.check_wait, this=this, policy=WaitPolicy(), now=now)
        for this in (
            a_round(),
            a_round(1, is_first=False),
            a_round(1, step="shipOrder"),
            a_round(1, step="capturePayment", is_switched_off=True),
        )
        for now in (LATER, LATER + timedelta(days=2))
    ],
    "end_wait": [
        lambda record: wait_changes.end_wait(record, "processPayment", WakePosition(1, 0), LATER)
    ],
    "request_retry": [lambda record: wait_changes.request_retry(record, LATER)],
    "record_customer_informed": [
        lambda record: wait_changes.record_customer_informed(record, LATER)
    ],
    "reconcile_payment": [
        partial(reconcile_payment, state=state, now=LATER)
        for state in (PaymentState(captured=3480), LAPSED, SENT_BACK, DISPUTED, WON)
    ],
    "reconcile_shipment": [
        partial(reconcile_shipment, shipment=shipment, now=LATER)
        for shipment in (None, LOST, replace(LOST, status=ShipmentStatus.DELIVERED))
    ],
    "resolve_attention": [
        *(
            lambda record, action=action: resolve_attention(record, a_resolution(action, at=LATER))
            for action in ResolutionAction
        ),
        lambda record: resolve_attention(
            record, a_resolution(ResolutionAction.RETRY, "reversePayment", at=LATER)
        ),
        lambda record: resolve_attention(
            record, a_resolution(ResolutionAction.SKIP, "refundPayment", at=LATER)
        ),
        lambda record: resolve_attention(
            record, a_resolution(ResolutionAction.SKIP, "unknownStep", at=LATER)
        ),
    ],
}
#: `open` counts orchestrations. One too many is harmless: the orchestration looks for steps that
#: were done, as after any restart.
COUNTING: Final = frozenset({"open"})


def names_of_changes() -> set[str]:
    """Return the names of all methods and functions that return the next record."""
    owners = (OrderRecord, erasure, operator_changes, reconciliation, wait_changes)
    members = (member for owner in owners for member in vars(owner).items())
    return {
        name
        for name, item in members
        if inspect.isfunction(item)
        and not name.startswith("_")
        and get_args(get_type_hints(item).get("return"))[:1] == (OrderRecord,)
    }


def name_of(value: Any) -> str | None:  # noqa: ANN401 - any parameter
    """Return the name of a case's record or change."""
    return value if isinstance(value, str) else None


def test_every_change_is_tested() -> None:
    """A new change needs a case, or a reason for which it counts."""
    assert names_of_changes() == CHANGES.keys() | COUNTING


@pytest.mark.parametrize("stage", RECORDS)
@pytest.mark.parametrize(
    ("name", "change"),
    [(name, change) for name, changes in CHANGES.items() for change in changes],
    ids=name_of,
)
def test_change_applied_twice_has_the_effect_and_the_answer_of_once(
    name: str, change: Change, stage: str
) -> None:
    """The second answer is the first one, whatever the order's stage is."""
    once = change(RECORDS[stage])

    twice = change(once[0])

    assert twice == once, name


@pytest.mark.parametrize("name", CHANGES)
def test_cases_of_a_change_have_an_effect(name: str) -> None:
    """A case that never changes a record would prove nothing."""
    effects = [
        change(record)[0] != record for change in CHANGES[name] for record in RECORDS.values()
    ]

    assert any(effects)


def test_change_without_an_effect_returns_the_record_itself() -> None:
    """Stores write nothing then."""
    for change in (
        CHANGES["record_validation"][0],
        CHANGES["request_cancel"][0],
        CHANGES["dispatch"][0],
        CHANGES["begin_undo"][0],
        CHANGES["close"][0],
        CHANGES["request_attention"][0],
        CHANGES["request_refund"][0],
        CHANGES["close_refund"][0],
        *(CHANGES["resolve_attention"][0], *CHANGES["reconcile_payment"]),
        *CHANGES["reconcile_shipment"],
    ):
        for record in RECORDS.values():
            once, _ = change(record)

            assert change(once)[0] is once


def test_orchestrations_are_counted_each_time() -> None:
    """The second opening says that the order is resumed, which costs look-ups only."""
    once, first = a_record().open()
    twice, second = once.open()

    assert (once.runs, twice.runs) == (1, 2)
    assert second == replace(first, resumed=True, run=2)
    assert replace(twice, runs=1) == once


@pytest.mark.parametrize("action", ResolutionAction)
def test_repeated_resolution_is_found_after_its_steps_failed_again(
    action: ResolutionAction,
) -> None:
    """Its ID decides, before the failed steps are compared: it does not resolve the new failure."""
    resolution = a_resolution(action)
    resolved, first = resolve_attention(IN_QUEUE, resolution)
    failed_again, _ = resolved.close(FAILED, LATER)

    after, answer = resolve_attention(failed_again, resolution)

    assert after is failed_again
    assert answer.status is first.status
    assert after.resolutions == resolved.resolutions
