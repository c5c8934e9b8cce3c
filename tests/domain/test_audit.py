"""Audit: which orders are compared with what, and what the report says of the others."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from orders.domain.attention import ResolutionAction
from orders.domain.audit import AuditInput, audit
from orders.domain.audit_findings import Finding, FindingKind
from orders.domain.holdings import Holdings, collect_holdings
from orders.domain.provider_records import PaymentRecord, ShipmentRecord
from orders.domain.results import Validation
from orders.domain.stock import Stock
from tests.builders import INVALID, NOON, a_record, a_resolution
from tests.domain.audit_reports import (
    BOOKED,
    CAPTURED,
    COMPLETED,
    DISPATCHED,
    FULFILLED,
    HELD,
    HOUR,
    ORDER,
    PARTLY_REFUNDED,
    REFUND,
    REFUND_WITHOUT_EMAIL,
    REJECTED,
    REJECTED_EMAIL,
    RESERVED,
    SOLD,
    VALIDATION,
    kinds,
    report_on,
    report_on_older,
    report_on_record,
)


def test_open_order_is_reported() -> None:
    """Open orders are not findings, but the report lists them."""
    report = report_on(None, HELD)

    assert report.open == (ORDER,)
    assert (report.checked.orders, report.checked.payments, report.checked.products) == (1, 1, 1)


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
    resolution = a_resolution(action, note="by bank transfer")
    record = a_record(validation=VALIDATION, outcome=REJECTED, resolutions=(resolution,))

    assert report_on_record(record, CAPTURED, REJECTED_EMAIL).is_clean is is_clean


def test_resolved_order_needs_its_refunds() -> None:
    """A skipped email of the order does not excuse a missing refund."""
    skip = a_resolution(ResolutionAction.SKIP, note="no mailbox")
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
                a_resolution(ResolutionAction.SKIP, note="no mailbox", refunds=("rfd_1",)),
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


@pytest.mark.parametrize("validation", [None, INVALID])
def test_order_without_amount_may_have_no_payment(validation: Validation | None) -> None:
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


def test_older_order_that_has_not_ended_is_open() -> None:
    """The report lists it, however long ago it was placed."""
    report = report_on_older(a_record(validation=VALIDATION), RESERVED)

    assert report.open == (ORDER,)
    assert report.checked.orders == 1


def test_unreadable_record_is_one_finding_beside_all_others() -> None:
    """The other orders, the orphans and the stock are compared as without it."""
    payments = [replace(HELD, order_id=name) for name in ("unreadable", "orphan", ORDER)]
    stocks = {"MUG": Stock(available=-1, opening=-1)}
    records = AuditInput(
        orders={ORDER: a_record(validation=VALIDATION, outcome=REJECTED)},
        older={},
        others=frozenset(),
        holdings=collect_holdings(payments, [], [REJECTED_EMAIL], stocks),
        stocks=stocks,
        unreadable=frozenset({"unreadable"}),
    )

    report = audit(records, NOON, HOUR)
    without = audit(replace(records, unreadable=frozenset()), NOON, HOUR)

    assert [(item.kind, item.orders) for item in report.findings] == [
        (FindingKind.AUTHORIZATION_OPEN, (ORDER,)),
        (FindingKind.ORPHANED_PAYMENT, ("orphan",)),
        (FindingKind.UNREADABLE_RECORD, ("unreadable",)),
        (FindingKind.STOCK_INCONSISTENT, ()),
    ]
    assert set(report.findings) - set(without.findings) == {
        Finding(
            kind=FindingKind.UNREADABLE_RECORD,
            orders=("unreadable",),
            detail="the record cannot be decoded",
        )
    }
    assert report.checked == without.checked


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
