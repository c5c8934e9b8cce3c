"""Audit: every difference between the records is a finding, and nothing else is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from orders.domain.attention import Resolution, ResolutionAction
from orders.domain.audit import AuditInput, audit
from orders.domain.audit_findings import AuditReport, FindingKind
from orders.domain.holdings import Holdings, collect_holdings
from orders.domain.money import Money
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.provider_records import EmailRecord, PaymentRecord, ShipmentRecord
from orders.domain.refund import Refund, RefundStatus
from orders.domain.results import ShipmentStatus, StockLine, ValidationResult
from orders.domain.stock import Stock, StockAdjustment
from tests.builders import NOON, OPERATOR, a_record

TOTAL = 2980
ORDER = "ord_1"
HOUR = timedelta(hours=1)
VALIDATION = ValidationResult(
    accepted=True,
    amount=Money(TOTAL, "EUR"),
    stock_lines=(StockLine(sku="MUG", quantity=2, opening_balance=10),),
)
COMPLETED, REJECTED = Outcome.completed("T1"), Outcome.rejected("cardDeclined")
CANCELED = Outcome.canceled()
NEEDS_ATTENTION = Outcome.needs_attention("unavailable", ("reversePayment",))
CAPTURED = PaymentRecord(order_id=ORDER, captured=TOTAL)
HELD = PaymentRecord(order_id=ORDER, held=TOTAL)
REFUNDED = PaymentRecord(order_id=ORDER, captured=TOTAL, refunded=TOTAL)
PARTLY_REFUNDED = PaymentRecord(order_id=ORDER, captured=TOTAL, refunded=980)
BOOKED = ShipmentRecord(order_id=ORDER, status=ShipmentStatus.BOOKED)
DISPATCHED = ShipmentRecord(order_id=ORDER, status=ShipmentStatus.DISPATCHED)
CONFIRMATION_EMAIL = EmailRecord(order_id=ORDER, email_id="confirmation")
REJECTED_EMAIL = EmailRecord(order_id=ORDER, email_id="rejected")
CANCELED_EMAIL = EmailRecord(order_id=ORDER, email_id="canceled")
REFUNDED_EMAIL = EmailRecord(order_id=ORDER, email_id="refunded")
REFUND_EMAIL = EmailRecord(order_id=ORDER, email_id="rfd_1")
#: What a completed order has, apart from its payment.
FULFILLED = (DISPATCHED, CONFIRMATION_EMAIL)
REFUND = Refund(
    refund_id="rfd_1",
    amount=Money(980, "EUR"),
    note="a broken cup",
    operator=OPERATOR,
    requested_at=NOON,
    fingerprint="f",
    status=RefundStatus.PAID,
)
OPEN_REFUND = replace(REFUND, status=RefundStatus.REQUESTED)
FAILED_REFUND = replace(REFUND, status=RefundStatus.FAILED, failed_step="refundPayment")
FAILED_FULL_REFUND = replace(FAILED_REFUND, amount=Money(TOTAL, "EUR"))
REFUND_WITHOUT_EMAIL = replace(REFUND, failed_step="sendRefundEmail")
RESERVED = {"MUG": Stock.opened(10).reserve(ORDER, 2)[0]}
SOLD = {"MUG": RESERVED["MUG"].commit(ORDER)[0]}
RELEASED = {"MUG": RESERVED["MUG"].release(ORDER)}
UNTOUCHED = {"MUG": Stock.opened(10)}


def report_on_record(
    record: OrderRecord | None,
    *provider_records: PaymentRecord | ShipmentRecord | EmailRecord,
    stocks: Mapping[str, Stock] = UNTOUCHED,
    after: timedelta = HOUR,
) -> AuditReport:
    """Audit one order, or what partners have of an order that the store does not have."""
    records = AuditInput(
        orders={ORDER: record} if record else {},
        older={},
        others=frozenset(),
        holdings=collect_holdings(
            [item for item in provider_records if isinstance(item, PaymentRecord)],
            [item for item in provider_records if isinstance(item, ShipmentRecord)],
            [item for item in provider_records if isinstance(item, EmailRecord)],
            stocks,
        ),
        stocks=stocks,
    )
    return audit(records, NOON + after, HOUR)


def report_on(
    outcome: Outcome | None,
    *provider_records: PaymentRecord | ShipmentRecord | EmailRecord,
    refund: Refund | None = None,
    stocks: Mapping[str, Stock] = UNTOUCHED,
    after: timedelta = HOUR,
) -> AuditReport:
    """Audit an order with this outcome."""
    refunds = (refund,) if refund else ()
    record = a_record(validation=VALIDATION, outcome=outcome, refunds=refunds)
    return report_on_record(record, *provider_records, stocks=stocks, after=after)


def report_on_older(record: OrderRecord, stocks: Mapping[str, Stock]) -> AuditReport:
    """Audit an order placed before the audit's window, with a payment that does not count."""
    records = AuditInput(
        orders={},
        older={ORDER: record},
        others=frozenset(),
        holdings=collect_holdings([CAPTURED], [], [], stocks),
        stocks=stocks,
    )
    return audit(records, NOON + 2 * HOUR, HOUR)


def kinds(report: AuditReport) -> list[str]:
    """Return the kinds of all findings."""
    return [finding.kind.value for finding in report.findings]


@pytest.mark.parametrize(
    "report",
    [
        report_on(COMPLETED, CAPTURED, *FULFILLED, stocks=SOLD),
        report_on(COMPLETED.with_note("no email"), CAPTURED, DISPATCHED, stocks=SOLD),
        report_on(REJECTED, REJECTED_EMAIL),
        report_on(REJECTED, REJECTED_EMAIL, stocks=RELEASED),
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
        (report_on(COMPLETED, CAPTURED, *FULFILLED), ["stockNotSold"]),
        (report_on(COMPLETED, CAPTURED, *FULFILLED, stocks=RESERVED), ["stockNotSold"]),
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


def test_open_order_is_reported() -> None:
    """Open orders are not findings, but the report lists them."""
    report = report_on(None, HELD)

    assert report.open == (ORDER,)
    assert (report.checked.orders, report.checked.payments, report.checked.products) == (1, 1, 1)


def test_audit_counts_units_of_settled_orders() -> None:
    """A settled reservation is folded into the totals, which still add up."""
    stock = SOLD["MUG"].settle(ORDER)

    assert report_on(REJECTED, REJECTED_EMAIL, stocks={"MUG": stock}).is_clean
    assert stock.settled == 2


@pytest.mark.parametrize(
    ("action", "is_clean"),
    [
        (ResolutionAction.SETTLED_ELSEWHERE, True),
        (ResolutionAction.SKIP, True),
        (ResolutionAction.RETRY, False),
    ],
)
def test_resolved_order_is_not_compared_with_its_outcome(
    action: ResolutionAction,
    is_clean: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    """No record shows what an operator did elsewhere; a retry leaves nothing to an operator."""
    resolution = Resolution(action=action, note="by bank transfer", operator=OPERATOR, at=NOON)
    record = a_record(validation=VALIDATION, outcome=REJECTED, resolutions=(resolution,))

    assert report_on_record(record, CAPTURED, REJECTED_EMAIL).is_clean is is_clean


def test_resolved_order_needs_its_refunds() -> None:
    """A skipped email of the order does not excuse a missing refund."""
    skip = Resolution(action=ResolutionAction.SKIP, note="no mailbox", operator=OPERATOR, at=NOON)
    record = a_record(
        validation=VALIDATION,
        outcome=COMPLETED,
        resolutions=(skip,),
        refunds=(REFUND_WITHOUT_EMAIL,),
    )

    assert kinds(report_on_record(record, CAPTURED, DISPATCHED, stocks=SOLD)) == ["refundMissing"]


@pytest.mark.parametrize(
    "changes",
    [
        {
            "resolutions": (
                Resolution(
                    action=ResolutionAction.SKIP,
                    note="no mailbox",
                    operator=OPERATOR,
                    at=NOON,
                    refunds=("rfd_1",),
                ),
            )
        },
        {"erased_at": NOON},
    ],
    ids=["email skipped", "erased"],
)
def test_refund_email_is_not_missing_if_it_cannot_be_expected(changes: dict[str, object]) -> None:
    """An operator skipped the email, or it has no recipient any longer."""
    record = a_record(validation=VALIDATION, outcome=COMPLETED, refunds=(REFUND,), **changes)

    assert report_on_record(record, PARTLY_REFUNDED, *FULFILLED, stocks=SOLD).is_clean


def test_purged_order_needs_no_reservation() -> None:
    """Its stock entry is settled; its payment is still compared."""
    record = a_record(validation=VALIDATION, outcome=COMPLETED, purged_at=NOON)

    assert report_on_record(record, CAPTURED, *FULFILLED).is_clean


@pytest.mark.parametrize(
    "validation", [None, ValidationResult(accepted=False, reason="discontinued")]
)
def test_order_without_amount_may_have_no_payment(validation: ValidationResult | None) -> None:
    """An order that was never accepted must not be charged."""
    record = a_record(validation=validation, outcome=REJECTED)

    assert report_on_record(record, REJECTED_EMAIL).is_clean
    assert "chargedTwice" in kinds(report_on_record(record, HELD, REJECTED_EMAIL))


def test_order_placed_during_the_audit_is_not_compared() -> None:
    """Its holdings may be incomplete."""
    records = AuditInput(
        orders={},
        older={},
        others=frozenset({ORDER}),
        holdings=collect_holdings([HELD], [BOOKED], [], RESERVED),
        stocks=RESERVED,
    )

    assert audit(records, NOON, HOUR).is_clean


@pytest.mark.parametrize(
    ("outcome", "stocks", "expected"),
    [
        (None, RESERVED, ["overdue"]),
        (COMPLETED, SOLD, []),
        (COMPLETED, UNTOUCHED, []),
        (COMPLETED, RESERVED, ["stockNotSold"]),
        (CANCELED, UNTOUCHED, []),
        (CANCELED, RESERVED, ["stockNotReleased"]),
        (REJECTED, SOLD, ["stockNotReleased"]),
        (NEEDS_ATTENTION, RESERVED, []),
    ],
)
def test_only_the_stock_of_an_older_order_is_compared(
    outcome: Outcome | None, stocks: Mapping[str, Stock], expected: list[str]
) -> None:
    """Its other records are not read, and its stock entries may be settled."""
    report = report_on_older(a_record(validation=VALIDATION, outcome=outcome), stocks)

    assert kinds(report) == expected


def test_older_order_that_has_not_ended_is_open() -> None:
    """The report lists it, however long ago it was placed."""
    report = report_on_older(a_record(validation=VALIDATION), RESERVED)

    assert report.open == (ORDER,)
    assert report.checked.orders == 1


def test_older_order_that_was_resolved_is_not_compared() -> None:
    """An operator may have adjusted its units."""
    settled = Resolution(
        action=ResolutionAction.SETTLED_ELSEWHERE, note="counted", operator=OPERATOR, at=NOON
    )
    record = a_record(validation=VALIDATION, outcome=REJECTED, resolutions=(settled,))

    assert report_on_older(record, RESERVED).is_clean


def test_audit_counts_adjustments() -> None:
    """Units that an operator took are not missing."""
    stock, _ = Stock.opened(10).adjust(StockAdjustment(key="k", units=-3, note="broken"))

    assert report_on(REJECTED, REJECTED_EMAIL, stocks={"MUG": stock}).is_clean


def test_empty_holdings_are_zero() -> None:
    """No payment, no shipment, no reservation."""
    empty = Holdings()

    assert (empty.held, empty.kept, empty.live_shipments, empty.reserved) == (0, 0, 0, 0)
    assert not empty.are_open


@pytest.mark.parametrize(
    ("payments", "shipments", "stocks"),
    [([HELD], [], {}), ([], [BOOKED], {}), ([], [], RESERVED)],
    ids=["payment", "shipment", "reservation"],
)
def test_holdings_are_open_while_anything_is_held(
    payments: list[PaymentRecord], shipments: list[ShipmentRecord], stocks: Mapping[str, Stock]
) -> None:
    """Money, a shipment or reserved units each suffice."""
    assert collect_holdings(payments, shipments, [], stocks)[ORDER].are_open


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
