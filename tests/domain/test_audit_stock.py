"""Audit of the stock: entries of orders that are not settled, and totals."""

from collections.abc import Mapping

import pytest

from orders.domain.attention import ResolutionAction
from orders.domain.audit_findings import FindingKind
from orders.domain.outcome import Outcome
from orders.domain.stock import Stock
from tests.builders import a_record, a_resolution
from tests.domain.audit_reports import (
    CANCELED,
    CAPTURED,
    COMPLETED,
    FULFILLED,
    LATE,
    NEEDS_ATTENTION,
    ORDER,
    REJECTED,
    REJECTED_EMAIL,
    RESERVED,
    SETTLED,
    SOLD,
    UNTOUCHED,
    VALIDATION,
    kinds,
    report_on,
    report_on_older,
    report_on_record,
    sales_of,
)


def test_audit_counts_units_of_settled_orders() -> None:
    """A settled reservation is folded into the totals, which still add up."""
    assert report_on(REJECTED, REJECTED_EMAIL, stocks=SETTLED).is_clean
    assert report_on(COMPLETED, CAPTURED, *FULFILLED, stocks=SETTLED).is_clean


def test_units_sold_to_the_orders_are_at_least_in_the_total() -> None:
    """A stock entity whose state was lost has sold fewer units than the orders have."""
    report = report_on(COMPLETED, CAPTURED, *FULFILLED, stocks={})

    (finding,) = report.findings
    assert finding.kind is FindingKind.STOCK_INCONSISTENT
    assert finding.detail == "MUG: sold is 0, the orders of the audit have 2"


@pytest.mark.parametrize(
    ("resolved", "expected"),
    [("commitStock", []), ("sendConfirmation", ["stockNotSold"])],
)
def test_sale_by_an_operator_is_not_compared(resolved: str, expected: list[str]) -> None:
    """Only if it was the sale that the operator resolved."""
    resolution = a_resolution(ResolutionAction.SETTLED_ELSEWHERE, resolved, note="counted")
    record = a_record(validation=VALIDATION, outcome=COMPLETED, resolutions=(resolution,))

    report = report_on_record(record, CAPTURED, *FULFILLED, stocks=RESERVED)

    assert kinds(report) == expected


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        (LATE["MUG"], ["stockNotReleased"]),
        (LATE["MUG"].release(ORDER), []),
        (LATE["MUG"].commit(ORDER)[0], ["stockNotReleased"]),
        (SETTLED["MUG"].release(ORDER), []),
    ],
    ids=["reserved", "reserved and released", "reserved and sold", "released"],
)
def test_later_entry_of_a_settled_order(stock: Stock, expected: list[str]) -> None:
    """Its number is not that of the sale. A tombstone has no effect."""
    report = report_on(COMPLETED, CAPTURED, *FULFILLED, stocks={"MUG": stock})

    assert kinds(report) == expected


def test_units_of_a_product_that_was_not_ordered_are_found() -> None:
    """Sold or reserved."""
    other = Stock.opened(10).reserve(ORDER, 1)[0]
    for stock in (other, other.commit(ORDER)[0]):
        report = report_on(COMPLETED, CAPTURED, *FULFILLED, stocks={**SETTLED, "BOWL": stock})

        assert kinds(report) == ["stockNotReleased"]


@pytest.mark.parametrize(
    ("outcome", "stocks", "expected"),
    [
        (None, RESERVED, ["overdue"]),
        (COMPLETED, SOLD, []),
        (COMPLETED, SETTLED, []),
        (COMPLETED, LATE, ["stockNotReleased"]),
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
    record = a_record(validation=VALIDATION, outcome=outcome, sales=sales_of(outcome))
    report = report_on_older(record, stocks)

    assert kinds(report) == expected


@pytest.mark.parametrize(
    ("resolved", "expected"), [("releaseStock", []), ("reversePayment", ["stockNotReleased"])]
)
def test_units_that_an_operator_released_are_not_compared(
    resolved: str, expected: list[str]
) -> None:
    """An operator may have adjusted them; another step says nothing of the units."""
    settled = a_resolution(ResolutionAction.SETTLED_ELSEWHERE, resolved, note="counted")
    record = a_record(validation=VALIDATION, outcome=REJECTED, resolutions=(settled,))

    assert kinds(report_on_older(record, RESERVED)) == expected


@pytest.mark.parametrize(
    ("is_answered", "changed", "expected"),
    [
        (True, -3, []),
        (True, -6, ["stockInconsistent"]),
        (True, None, []),
        (False, 0, []),
    ],
    ids=["same", "another sum", "changed meanwhile", "not answered"],
)
def test_adjustments_add_up_to_the_stored_changes(
    is_answered: bool,  # noqa: FBT001 - a parameter of the table
    changed: int | None,
    expected: list[str],
) -> None:
    """Units that an operator took are not missing; a change that is not stored was lost."""
    stock, _ = Stock.opened(10).adjust("stk_1", -3)
    stocks = {"MUG": stock.settle_change("stk_1") if is_answered else stock}

    report = report_on_record(None, stocks=stocks, changed={"MUG": changed})

    assert kinds(report) == expected


def test_changes_of_a_stock_that_was_lost_are_found() -> None:
    """The entity has had no operation."""
    assert kinds(report_on_record(None, stocks={}, changed={"MUG": 5})) == ["stockInconsistent"]
