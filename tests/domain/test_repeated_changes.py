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

from orders.domain import (
    erasure,
    operator_changes,
    reconciliation,
    refund_approvals,
    wait_changes,
)
from orders.domain.attention import AttentionReason, ResolutionAction
from orders.domain.erasure import erase, finish_erasure
from orders.domain.operator_changes import (
    close_refund,
    record_refund_recovery,
    record_refund_termination,
    request_refund,
    resolve_attention,
)
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.provider_records import PaymentState
from orders.domain.reconciliation import reconcile_payment, reconcile_shipment
from orders.domain.refund_approvals import approve_refund
from orders.domain.results import ShipmentStatus
from orders.domain.waits import WaitPolicy, WakePosition
from tests.builders import (
    ACCEPTED,
    INVALID,
    OPERATOR,
    a_record,
    a_refund_request,
    a_resolution,
    a_round,
    an_approval,
)
from tests.domain.record_stages import (
    COMPLETED,
    DISPUTED,
    EMAIL_FAILED,
    FAILED,
    IN_QUEUE,
    LAPSED,
    LATER,
    LOST,
    PAID,
    RECORDS,
    REJECTED,
    SENT_BACK,
    UNPAID,
    WON,
)

Change: TypeAlias = Callable[[OrderRecord], tuple[OrderRecord, object]]

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
    "finish_erasure": [finish_erasure],
    "erase": [lambda record: erase(record, LATER)],
    "request_refund": [
        lambda record: request_refund(record, a_refund_request(10, "rfd_2")),
        lambda record: request_refund(record, a_refund_request(None, "rfd_2")),
        lambda record: request_refund(record, a_refund_request(10**9, "rfd_2")),
        lambda record: request_refund(record, replace(a_refund_request(10), at=LATER)),
        lambda record: request_refund(record, replace(a_refund_request(), fingerprint="other")),
    ],
    "approve_refund": [
        lambda record: approve_refund(record, "rfd_1", an_approval("apr_2")),
        lambda record: approve_refund(record, "rfd_1", an_approval("apr_3", is_approved=False)),
        lambda record: approve_refund(record, "rfd_1", an_approval("apr_4", operator=OPERATOR)),
        lambda record: approve_refund(record, "rfd_2", an_approval("apr_5")),
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
    owners = (
        *(OrderRecord, erasure, operator_changes, reconciliation),
        *(refund_approvals, wait_changes),
    )
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
