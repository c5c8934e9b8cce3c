"""Rules of the audit: every difference between the records is a finding, and nothing else is."""

from datetime import timedelta

import pytest

from orders.domain.audit_findings import AuditReport, FindingKind
from orders.domain.provider_records import EmailRecord, PaymentRecord
from orders.domain.refund import Refund
from orders.domain.stock import Stock
from tests.builders import an_event
from tests.domain.audit_reports import (
    BOOKED,
    CANCELED,
    CANCELED_EMAIL,
    CAPTURED,
    COMPLETED,
    CONFIRMATION_EMAIL,
    DISPATCHED,
    FAILED_FULL_REFUND,
    FAILED_REFUND,
    FULFILLED,
    HELD,
    HOUR,
    LATE,
    NEEDS_ATTENTION,
    OPEN_REFUND,
    ORDER,
    PARTLY_REFUNDED,
    REFUND,
    REFUND_EMAIL,
    REFUND_WITHOUT_EMAIL,
    REFUNDED,
    REFUNDED_EMAIL,
    REJECTED,
    REJECTED_EMAIL,
    RELEASED,
    RESERVED,
    SETTLED,
    SOLD,
    UNTOUCHED,
    kinds,
    report_on,
    report_on_record,
    report_on_unsold,
)


@pytest.mark.parametrize(
    "report",
    [
        report_on(COMPLETED, CAPTURED, *FULFILLED, stocks=SOLD),
        report_on(COMPLETED.with_note("no email"), CAPTURED, DISPATCHED, stocks=SOLD),
        report_on(REJECTED, REJECTED_EMAIL),
        report_on(REJECTED, REJECTED_EMAIL, stocks=RELEASED),
        report_on(COMPLETED, CAPTURED, *FULFILLED, stocks=SETTLED),
        report_on(REJECTED.with_note("no email")),
        report_on(REJECTED, REFUNDED, REFUNDED_EMAIL),
        report_on(CANCELED, CANCELED_EMAIL),
        report_on(CANCELED, REFUNDED, REFUNDED_EMAIL),
        report_on(None, HELD, BOOKED, stocks=RESERVED),
        report_on(NEEDS_ATTENTION, HELD, BOOKED, stocks=RESERVED, after=100 * HOUR),
    ],
    ids=[
        "completed",
        "completed with a note",
        "rejected",
        "rejected after a reservation",
        "completed and settled",
        "rejected with a note",
        "rejected and refunded",
        "canceled",
        "canceled and refunded",
        "open",
        "needs attention",
    ],
)
def test_consistent_records_give_no_findings(report: AuditReport) -> None:
    """An ended order keeps what its outcome says; an open one may hold what it needs."""
    assert report.is_clean, report.findings


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (report_on(None, after=2 * HOUR), ["overdue"]),
        (
            report_on(COMPLETED, HELD, *FULFILLED, stocks=SOLD),
            ["dispatchedUnpaid", "authorizationOpen", "paymentMissing"],
        ),
        (
            report_on(COMPLETED, *FULFILLED, stocks=SOLD),
            ["dispatchedUnpaid", "paymentMissing"],
        ),
        (report_on(COMPLETED, CAPTURED, CAPTURED, *FULFILLED, stocks=SOLD), ["chargedTwice"]),
        (report_on(COMPLETED, CAPTURED, CONFIRMATION_EMAIL, stocks=SOLD), ["shipmentMissing"]),
        (report_on(COMPLETED, CAPTURED, *FULFILLED, BOOKED, stocks=SOLD), ["shippedTwice"]),
        (report_on(COMPLETED, CAPTURED, DISPATCHED, stocks=SOLD), ["emailMissing"]),
        (
            report_on(COMPLETED, CAPTURED, *FULFILLED, CONFIRMATION_EMAIL, stocks=SOLD),
            ["emailedTwice"],
        ),
        (report_on(COMPLETED, CAPTURED, *FULFILLED), ["stockInconsistent"]),
        (report_on_unsold(UNTOUCHED), ["stockNotSold"]),
        (report_on_unsold(RESERVED), ["stockNotSold"]),
        (report_on_unsold(RELEASED), ["stockNotSold"]),
        (report_on(COMPLETED, CAPTURED, *FULFILLED, stocks=LATE), ["stockNotReleased"]),
        (report_on(REJECTED, REJECTED_EMAIL, HELD), ["authorizationOpen"]),
        (report_on(REJECTED, REJECTED_EMAIL, CAPTURED), ["paymentNotReversed"]),
        (
            report_on(
                REJECTED,
                REFUNDED_EMAIL,
                PaymentRecord(order_id=ORDER, captured=1, refunded=2),
            ),
            ["refundedTwice"],
        ),
        (report_on(REJECTED, REJECTED_EMAIL, BOOKED), ["shipmentNotCanceled"]),
        (report_on(REJECTED), ["emailMissing"]),
        (report_on(CANCELED), ["emailMissing"]),
        (report_on(REJECTED, CONFIRMATION_EMAIL), ["emailMissing", "emailWrong"]),
        (report_on(REJECTED, CANCELED_EMAIL), ["emailMissing", "emailWrong"]),
        (report_on(REJECTED, REFUNDED_EMAIL), ["emailMissing", "emailWrong"]),
        (report_on(CANCELED, CANCELED_EMAIL, REJECTED_EMAIL), ["emailWrong"]),
        (report_on(CANCELED, REFUNDED, CANCELED_EMAIL), ["emailMissing", "emailWrong"]),
        (report_on(CANCELED.with_note("no email"), REJECTED_EMAIL), ["emailWrong"]),
        (
            report_on(COMPLETED, CAPTURED, *FULFILLED, REJECTED_EMAIL, stocks=SOLD),
            ["emailWrong"],
        ),
        (report_on(REJECTED, REJECTED_EMAIL, stocks=RESERVED), ["stockNotReleased"]),
        (report_on(None, HELD, DISPATCHED), ["dispatchedUnpaid"]),
        (report_on(NEEDS_ATTENTION, HELD, CAPTURED), ["chargedTwice"]),
        (
            report_on(COMPLETED, PARTLY_REFUNDED, *FULFILLED, stocks=SOLD),
            ["dispatchedUnpaid", "paymentMissing"],
        ),
        (
            report_on(COMPLETED, REFUNDED, *FULFILLED, stocks=SOLD, refund=OPEN_REFUND),
            ["dispatchedUnpaid", "paymentMissing"],
        ),
        (
            report_on(COMPLETED, *FULFILLED, stocks=SOLD, refund=FAILED_FULL_REFUND),
            ["dispatchedUnpaid", "paymentMissing"],
        ),
        (
            report_on(COMPLETED, CAPTURED, *FULFILLED, stocks=SOLD, refund=REFUND_WITHOUT_EMAIL),
            ["refundMissing"],
        ),
        (
            report_on(COMPLETED, PARTLY_REFUNDED, *FULFILLED, stocks=SOLD, refund=REFUND),
            ["emailMissing"],
        ),
        (
            report_on(COMPLETED, CAPTURED, *FULFILLED, REFUND_EMAIL, stocks=SOLD),
            ["emailWrong"],
        ),
        (
            report_on(
                *(COMPLETED, CAPTURED, *FULFILLED),
                stocks=SOLD,
                refund=OPEN_REFUND,
                after=2 * HOUR,
            ),
            ["overdue"],
        ),
        (
            report_on_record(None, HELD, BOOKED, stocks=RESERVED),
            ["orphanedPayment", "orphanedShipment", "orphanedReservation"],
        ),
        (report_on_record(None, REFUNDED, BOOKED), ["orphanedShipment"]),
        (
            report_on_record(None, HELD, BOOKED, stocks=RESERVED, unreadable=frozenset({ORDER})),
            ["unreadableRecord"],
        ),
        (
            report_on_record(None, events=(an_event(),), after=timedelta(days=2)),
            ["eventOverdue"],
        ),
        (
            report_on(REJECTED, REJECTED_EMAIL, stocks={"MUG": Stock(available=9, opening=10)}),
            ["stockInconsistent"],
        ),
        (
            report_on(REJECTED, REJECTED_EMAIL, stocks={"MUG": Stock(available=-1, opening=-1)}),
            ["stockInconsistent"],
        ),
        (
            report_on(
                REJECTED,
                REJECTED_EMAIL,
                stocks={"MUG": Stock(available=8, reserved=2, opening=10)},
            ),
            ["stockInconsistent"],
        ),
    ],
)
def test_difference_between_records_is_a_finding(report: AuditReport, expected: list[str]) -> None:
    """Each planted fault is found, and nothing else."""
    assert kinds(report) == expected


def test_every_kind_of_finding_is_tested() -> None:
    """The cases above produce each kind at least once."""
    (cases,) = [
        mark.args[1]
        for mark in test_difference_between_records_is_a_finding.pytestmark  # type: ignore[attr-defined]
    ]

    assert {kind for _, expected in cases for kind in expected} == set(FindingKind)


@pytest.mark.parametrize(
    ("refund", "provider_records"),
    [
        (REFUND, (PARTLY_REFUNDED, REFUND_EMAIL)),
        (REFUND_WITHOUT_EMAIL, (PARTLY_REFUNDED,)),
        (OPEN_REFUND, (CAPTURED,)),
        (OPEN_REFUND, (PARTLY_REFUNDED, REFUND_EMAIL)),
        (FAILED_REFUND, (CAPTURED,)),
        (FAILED_REFUND, (PARTLY_REFUNDED,)),
    ],
)
def test_refunds_add_up(
    refund: Refund, provider_records: tuple[PaymentRecord | EmailRecord, ...]
) -> None:
    """A refund that is open or failed may have been paid or not."""
    report = report_on(COMPLETED, *FULFILLED, *provider_records, stocks=SOLD, refund=refund)

    assert report.is_clean, report.findings
