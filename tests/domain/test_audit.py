"""Does the audit find what does not add up, and nothing else?"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from orders.domain.holdings import Holdings, collect_holdings
from orders.domain.results import ShipmentStatus, StockLine, ValidationResult
from orders.domain.audit import AuditInput, audit
from orders.domain.attention import ResolutionAction, Resolution
from orders.domain.provider_records import EmailRecord, ShipmentRecord, PaymentRecord
from orders.domain.audit_findings import FindingKind, AuditReport
from orders.domain.money import Money
from orders.domain.outcome import Outcome
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund, RefundStatus
from orders.domain.stock import Change, Stock
from tests.builders import NOON, a_record

TOTAL = 2980
ORDER = "ord_1"
HOUR = timedelta(hours=1)
VERDICT = ValidationResult(
    accepted=True,
    amount=Money(TOTAL, "EUR"),
    stock_lines=(StockLine(sku="MUG", quantity=2, opening_balance=10),),
)
COMPLETED, REJECTED = Outcome.completed("T1"), Outcome.rejected("cardDeclined")
CANCELED = Outcome.canceled()
DESK = Outcome.needs_attention("unavailable", ("voidPayment",))
CAPTURED = PaymentRecord(order_id=ORDER, captured=TOTAL)
HELD = PaymentRecord(order_id=ORDER, held=TOTAL)
REFUNDED = PaymentRecord(order_id=ORDER, captured=TOTAL, refunded=TOTAL)
BOOKED = ShipmentRecord(order_id=ORDER, status=ShipmentStatus.BOOKED)
RELEASED = ShipmentRecord(order_id=ORDER, status=ShipmentStatus.RELEASED)
TOLD = EmailRecord(order_id=ORDER, kind="confirm")
REFUSED = EmailRecord(order_id=ORDER, kind="rejected")
AS_WISHED = EmailRecord(order_id=ORDER, kind="canceled")
PAID_BACK = EmailRecord(order_id=ORDER, kind="refunded")
REFUND = Refund(
    refund_id="rfd_1",
    amount=Money(980, "EUR"),
    note="a broken cup",
    by="Grace",
    requested_at=NOON,
    fingerprint="f",
    status=RefundStatus.PAID,
)
OPEN_REFUND = replace(REFUND, status=RefundStatus.REQUESTED)
FAILED_REFUND = replace(REFUND, status=RefundStatus.FAILED, failed_step="refundPayment")
ALL_OF_IT = replace(FAILED_REFUND, amount=Money(TOTAL, "EUR"))
UNTOLD_REFUND = replace(REFUND, failed_step="sendRefundNotice")
PARTLY = PaymentRecord(order_id=ORDER, captured=TOTAL, refunded=980)
TOLD_OF_REFUND = EmailRecord(order_id=ORDER, kind="rfd_1")
SOLD = {"MUG": Stock.opened(10).reserve(ORDER, 2)[0].commit(ORDER)[0]}
RESERVED = {"MUG": Stock.opened(10).reserve(ORDER, 2)[0]}
NOT_SOLD = {"MUG": Stock.opened(10)}


def report_on(
    record: OrderRecord | None,
    *facts: PaymentRecord | ShipmentRecord | EmailRecord,
    stocks: Mapping[str, Stock] = NOT_SOLD,
    after: timedelta = HOUR,
) -> AuditReport:
    """The audit of one order, or of what partners know of one that is not in the book."""
    books = AuditInput(
        orders={ORDER: record} if record else {},
        older={},
        others=frozenset(),
        collect_holdings=collect_holdings(
            [fact for fact in facts if isinstance(fact, PaymentRecord)],
            [fact for fact in facts if isinstance(fact, ShipmentRecord)],
            [fact for fact in facts if isinstance(fact, EmailRecord)],
            stocks,
        ),
        stocks=stocks,
    )
    return audit(books, NOON + after, HOUR)


def a_report(
    outcome: Outcome | None,
    *facts: PaymentRecord | ShipmentRecord | EmailRecord,
    refund: Refund | None = None,
    stocks: Mapping[str, Stock] = NOT_SOLD,
    after: timedelta = HOUR,
) -> AuditReport:
    """The audit of an order that ended like this."""
    refunds = (refund,) if refund else ()
    record = a_record(validation=VERDICT, outcome=outcome, refunds=refunds)
    return report_on(record, *facts, stocks=stocks, after=after)


def an_older_report(record: OrderRecord, stocks: Mapping[str, Stock]) -> AuditReport:
    """The audit of one order that was placed before its window, with money that does not count."""
    known = collect_holdings([CAPTURED], [], [], stocks)
    books = AuditInput(
        orders={}, older={ORDER: record}, others=frozenset(), collect_holdings=known, stocks=stocks
    )
    return audit(books, NOON + 2 * HOUR, HOUR)


def kinds(report: AuditReport) -> list[str]:
    """What was found."""
    return [finding.kind.value for finding in report.findings]


@pytest.mark.parametrize(
    "report",
    [
        a_report(COMPLETED, CAPTURED, RELEASED, TOLD, stocks=SOLD),
        a_report(COMPLETED.with_note("no mail"), CAPTURED, RELEASED, stocks=SOLD),
        a_report(REJECTED, REFUSED),
        a_report(REJECTED.with_note("no mail")),
        a_report(REJECTED, REFUNDED, PAID_BACK),
        a_report(CANCELED, AS_WISHED),
        a_report(CANCELED, REFUNDED, PAID_BACK),
        a_report(None, HELD, BOOKED, stocks=RESERVED),
        a_report(DESK, HELD, BOOKED, stocks=RESERVED, after=100 * HOUR),
    ],
    ids=[
        "completed",
        "a note",
        "rejected",
        "a note of the rejected",
        "rejected and refunded",
        "canceled",
        "canceled and refunded",
        "under way",
        "on the desk",
    ],
)
def test_what_adds_up_is_clean(report: AuditReport) -> None:
    """Each end with what it may keep; an order under way with all that it needs."""
    assert report.clean, report.findings


@pytest.mark.parametrize(
    ("report", "found"),
    [
        (a_report(None, after=2 * HOUR), ["overdue"]),
        (
            a_report(COMPLETED, HELD, RELEASED, TOLD, stocks=SOLD),
            ["releasedUnpaid", "moneyHeld", "moneyMissing"],
        ),
        (a_report(COMPLETED, RELEASED, TOLD, stocks=SOLD), ["releasedUnpaid", "moneyMissing"]),
        (a_report(COMPLETED, CAPTURED, CAPTURED, RELEASED, TOLD, stocks=SOLD), ["chargedTwice"]),
        (a_report(COMPLETED, CAPTURED, TOLD, stocks=SOLD), ["parcelMissing"]),
        (a_report(COMPLETED, CAPTURED, RELEASED, BOOKED, TOLD, stocks=SOLD), ["shippedTwice"]),
        (a_report(COMPLETED, CAPTURED, RELEASED, stocks=SOLD), ["mailMissing"]),
        (a_report(COMPLETED, CAPTURED, RELEASED, TOLD, TOLD, stocks=SOLD), ["mailedTwice"]),
        (a_report(COMPLETED, CAPTURED, RELEASED, TOLD), ["goodsMissing"]),
        (a_report(COMPLETED, CAPTURED, RELEASED, TOLD, stocks=RESERVED), ["goodsMissing"]),
        (a_report(REJECTED, REFUSED, HELD), ["moneyHeld"]),
        (a_report(REJECTED, REFUSED, CAPTURED), ["moneyKept"]),
        (
            a_report(REJECTED, PAID_BACK, PaymentRecord(order_id=ORDER, captured=1, refunded=2)),
            ["refundedTwice"],
        ),
        (a_report(REJECTED, REFUSED, BOOKED), ["parcelKept"]),
        (a_report(REJECTED), ["mailMissing"]),
        (a_report(CANCELED), ["mailMissing"]),
        (a_report(REJECTED, TOLD), ["mailMissing", "mailWrong"]),
        (a_report(REJECTED, AS_WISHED), ["mailMissing", "mailWrong"]),
        (a_report(REJECTED, PAID_BACK), ["mailMissing", "mailWrong"]),
        (a_report(CANCELED, AS_WISHED, REFUSED), ["mailWrong"]),
        (a_report(CANCELED, REFUNDED, AS_WISHED), ["mailMissing", "mailWrong"]),
        (a_report(CANCELED.with_note("no mail"), REFUSED), ["mailWrong"]),
        (
            a_report(COMPLETED, CAPTURED, RELEASED, TOLD, REFUSED, stocks=SOLD),
            ["mailWrong"],
        ),
        (a_report(REJECTED, REFUSED, stocks=RESERVED), ["goodsKept"]),
        (a_report(None, HELD, RELEASED), ["releasedUnpaid"]),
        (a_report(DESK, HELD, CAPTURED), ["chargedTwice"]),
        (
            a_report(COMPLETED, PARTLY, RELEASED, TOLD, stocks=SOLD),
            ["releasedUnpaid", "moneyMissing"],
        ),
        (
            a_report(COMPLETED, REFUNDED, RELEASED, TOLD, stocks=SOLD, refund=OPEN_REFUND),
            ["releasedUnpaid", "moneyMissing"],
        ),
        (
            a_report(COMPLETED, RELEASED, TOLD, stocks=SOLD, refund=ALL_OF_IT),
            ["releasedUnpaid", "moneyMissing"],
        ),
        (
            a_report(COMPLETED, CAPTURED, RELEASED, TOLD, stocks=SOLD, refund=UNTOLD_REFUND),
            ["refundMissing"],
        ),
        (
            a_report(COMPLETED, PARTLY, RELEASED, TOLD, stocks=SOLD, refund=REFUND),
            ["mailMissing"],
        ),
        (
            a_report(COMPLETED, CAPTURED, RELEASED, TOLD, TOLD_OF_REFUND, stocks=SOLD),
            ["mailWrong"],
        ),
        (
            a_report(
                *(COMPLETED, CAPTURED, RELEASED, TOLD),
                stocks=SOLD,
                refund=OPEN_REFUND,
                after=2 * HOUR,
            ),
            ["overdue"],
        ),
        (
            report_on(None, HELD, BOOKED, stocks=RESERVED),
            ["strayMoney", "strayParcel", "strayGoods"],
        ),
        (
            a_report(REJECTED, REFUSED, stocks={"MUG": Stock(available=9, opening=10)}),
            ["stockWrong"],
        ),
        (
            a_report(REJECTED, REFUSED, stocks={"MUG": Stock(available=-1, opening=-1)}),
            ["stockWrong"],
        ),
        (
            a_report(REJECTED, REFUSED, stocks={"MUG": Stock(available=8, reserved=2, opening=10)}),
            ["stockWrong"],
        ),
    ],
)
def test_what_does_not_add_up_is_found(report: AuditReport, found: list[str]) -> None:
    """Each planted fault is found, and nothing else."""
    assert kinds(report) == found


def test_every_kind_of_finding_has_been_found() -> None:
    """No rule is here that no test has seen at work."""
    (parameters,) = [
        mark.args[1]
        for mark in test_what_does_not_add_up_is_found.pytestmark  # type: ignore[attr-defined]
    ]

    assert {kind for _, found in parameters for kind in found} == set(FindingKind)


def test_what_is_open_is_told() -> None:
    """Orders under way are no findings, and not hidden either."""
    report = a_report(None, HELD)

    assert report.open == (ORDER,)
    assert (report.checked.orders, report.checked.payments, report.checked.products) == (1, 1, 1)


def test_what_a_purged_order_bought_still_counts() -> None:
    """Its entry is folded into the totals, so the article adds up without it."""
    stock = SOLD["MUG"].forget(ORDER)

    assert a_report(REJECTED, REFUSED, stocks={"MUG": stock}).clean
    assert stock.sold_before == 2


@pytest.mark.parametrize(("action", "clean"), [("settled", True), ("skip", True), ("retry", False)])
def test_what_a_person_settled_is_not_judged_by_its_end(action: str, clean: bool) -> None:  # noqa: FBT001
    """No record of ours shows what was done by hand; a retry leaves nothing to a person."""
    resolution = Resolution(
        action=ResolutionAction(action), note="by bank transfer", by="ada", at=NOON
    )
    record = a_record(validation=VERDICT, outcome=REJECTED, resolutions=(resolution,))

    assert report_on(record, CAPTURED, REFUSED).clean is clean


def test_what_is_said_to_be_paid_back_must_be_paid_back_whatever_a_person_settled() -> None:
    """Somebody gave up the order's own mail, which says nothing about the money."""
    skipped_steps = Resolution(action=ResolutionAction.SKIP, note="no mailbox", by="ada", at=NOON)
    record = a_record(
        validation=VERDICT,
        outcome=COMPLETED,
        resolutions=(skipped_steps,),
        refunds=(UNTOLD_REFUND,),
    )

    assert kinds(report_on(record, CAPTURED, RELEASED, stocks=SOLD)) == ["refundMissing"]


def test_a_purged_order_needs_no_goods_any_more() -> None:
    """Its entry in the stock is gone, as it should be; its money is still compared."""
    record = a_record(validation=VERDICT, outcome=COMPLETED, purged_at=NOON)

    assert report_on(record, CAPTURED, RELEASED, TOLD).clean


def test_an_order_that_is_only_partly_known_is_not_judged() -> None:
    """It was placed while the audit ran."""
    books = AuditInput(
        orders={},
        older={},
        others=frozenset({ORDER}),
        collect_holdings=collect_holdings([HELD], [BOOKED], [], RESERVED),
        stocks=RESERVED,
    )

    assert audit(books, NOON, HOUR).clean


@pytest.mark.parametrize(
    ("outcome", "stocks", "found"),
    [
        (None, RESERVED, ["overdue"]),
        (COMPLETED, SOLD, []),
        (COMPLETED, NOT_SOLD, []),
        (COMPLETED, RESERVED, ["goodsMissing"]),
        (CANCELED, NOT_SOLD, []),
        (CANCELED, RESERVED, ["goodsKept"]),
        (REJECTED, SOLD, ["goodsKept"]),
        (DESK, RESERVED, []),
    ],
)
def test_of_an_older_order_only_the_goods_are_judged(
    outcome: Outcome | None, stocks: Mapping[str, Stock], found: list[str]
) -> None:
    """Its money, parcels and mails were not read; its entries in the stock may be gone."""
    report = an_older_report(a_record(validation=VERDICT, outcome=outcome), stocks)

    assert kinds(report) == found


def test_an_older_order_that_has_not_ended_is_open() -> None:
    """However long ago it was placed."""
    report = an_older_report(a_record(validation=VERDICT), RESERVED)

    assert report.open == (ORDER,)
    assert report.checked.orders == 1


def test_an_older_order_that_a_person_settled_is_not_judged() -> None:
    """Also its units may have been counted by hand."""
    settled = Resolution(
        action=ResolutionAction.SETTLED_ELSEWHERE, note="counted", by="ada", at=NOON
    )
    record = a_record(validation=VERDICT, outcome=REJECTED, resolutions=(settled,))

    assert an_older_report(record, RESERVED).clean


def test_changes_by_hand_count() -> None:
    """What came in and what broke."""
    stock, _ = Stock.opened(10).change(Change(key="k", units=-3, note="broken"))

    assert a_report(REJECTED, REFUSED, stocks={"MUG": stock}).clean


def test_an_order_of_which_nothing_is_known_has_an_empty_account() -> None:
    """Nothing held, nothing taken, nothing under way."""
    account = Holdings()

    assert (account.held, account.kept, account.live_shipments, account.reserved) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("refund", "facts"),
    [
        (REFUND, (PARTLY, TOLD_OF_REFUND)),
        (UNTOLD_REFUND, (PARTLY,)),
        (OPEN_REFUND, (CAPTURED,)),
        (OPEN_REFUND, (PARTLY, TOLD_OF_REFUND)),
        (FAILED_REFUND, (CAPTURED,)),
        (FAILED_REFUND, (PARTLY,)),
    ],
)
def test_what_was_paid_back_adds_up(
    refund: Refund, facts: tuple[PaymentRecord | EmailRecord, ...]
) -> None:
    """While a refund is under way or on the desk, nobody knows yet whether it was paid."""
    report = a_report(COMPLETED, RELEASED, TOLD, *facts, stocks=SOLD, refund=refund)

    assert report.clean, report.findings
