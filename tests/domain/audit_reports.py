"""Records of one order, consistent or not, and the audit's report on them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from orders.domain.audit import AuditInput, audit
from orders.domain.audit_findings import AuditReport
from orders.domain.holdings import collect_holdings
from orders.domain.money import Money
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome, StockSale
from orders.domain.partner_events import PartnerEvent
from orders.domain.provider_records import EmailRecord, PaymentRecord, ShipmentRecord
from orders.domain.refund import Refund, RefundStatus
from orders.domain.results import Accepted, ShipmentStatus, StockLine
from orders.domain.stock import ExpectedUnits, ReservationStatus, Stock
from tests.builders import NOON, OPERATOR, a_record

TOTAL = 2980
ORDER = "ord_1"
HOUR = timedelta(hours=1)
VALIDATION = Accepted(
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
#: The order is settled.
SETTLED = {
    "MUG": SOLD["MUG"].settle(
        ORDER, ExpectedUnits(status=ReservationStatus.SOLD, quantity=2, number=1)
    )
}
#: A late call has reserved units again.
LATE = {"MUG": SETTLED["MUG"].reserve(ORDER, 2)[0]}
UNTOUCHED = {"MUG": Stock.opened(10)}


def report_on_record(  # noqa: PLR0913 - everything that an audit compares
    record: OrderRecord | None,
    *provider_records: PaymentRecord | ShipmentRecord | EmailRecord,
    stocks: Mapping[str, Stock] = UNTOUCHED,
    after: timedelta = HOUR,
    unreadable: frozenset[str] = frozenset(),
    changed: Mapping[str, int | None] | None = None,
    events: tuple[PartnerEvent, ...] = (),
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
        changed=changed or {},
        unreadable=unreadable,
        events=events,
    )
    return audit(records, NOON + after, HOUR)


def sales_of(outcome: Outcome | None) -> tuple[StockSale, ...]:
    """Return what the stock has sold to an order with this outcome."""
    is_completed = outcome is not None and outcome.is_completed
    return (StockSale(sku="MUG", reservation=1),) if is_completed else ()


def report_on(
    outcome: Outcome | None,
    *provider_records: PaymentRecord | ShipmentRecord | EmailRecord,
    refund: Refund | None = None,
    stocks: Mapping[str, Stock] = UNTOUCHED,
    after: timedelta = HOUR,
) -> AuditReport:
    """Audit an order with this outcome."""
    refunds = (refund,) if refund else ()
    record = a_record(
        validation=VALIDATION, outcome=outcome, sales=sales_of(outcome), refunds=refunds
    )
    return report_on_record(record, *provider_records, stocks=stocks, after=after)


def report_on_unsold(stocks: Mapping[str, Stock]) -> AuditReport:
    """Audit a completed order of which the stock has not said that its units are sold."""
    record = a_record(validation=VALIDATION, outcome=COMPLETED)
    return report_on_record(record, CAPTURED, *FULFILLED, stocks=stocks)


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
