"""Audit: compare what every record says of an order with its outcome.

An open order may hold whatever it needs, once. An ended order may keep only what its outcome
says. An order that needs attention is not compared with an outcome.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orders.domain.audit_findings import AuditReport, CheckedCounts, Finding, FindingKind
from orders.domain.audit_rules import Rule, rules_for, rules_for_older
from orders.domain.holdings import Holdings
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.domain.partner_events import PartnerEvent
from orders.domain.settlement import ordered_units
from orders.domain.stock import Stock


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditInput:
    """Everything that an audit compares."""

    #: By order ID, read before all else: what had ended then does not change later.
    orders: Mapping[str, OrderRecord]
    #: Orders placed before the audit's window: only their stock is compared.
    older: Mapping[str, OrderRecord]
    #: Orders placed while the audit reads: their holdings may be incomplete.
    others: frozenset[str]
    holdings: Mapping[str, Holdings]
    stocks: Mapping[str, Stock]
    #: The sum of the stored stock changes of each product, None if changes were stored meanwhile.
    changed: Mapping[str, int | None] = field(default_factory=dict)
    #: Orders whose records cannot be decoded. Nothing else is said of them.
    unreadable: frozenset[str] = frozenset()
    #: The open events of partners.
    events: tuple[PartnerEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPolicy:
    """How far an audit looks back, and how long an order may take."""

    #: Of orders placed earlier, only the stock is compared.
    window: timedelta = timedelta(days=30)
    overdue: timedelta = timedelta(hours=1)


def audit(records: AuditInput, now: datetime, overdue: timedelta) -> AuditReport:
    """Compare all records."""
    findings = [*_order_findings(records.older, rules_for_older, records, now - overdue)]
    findings += _order_findings(records.orders, rules_for, records, now - overdue)
    findings += _orphans(records)
    findings += [
        Finding(
            kind=FindingKind.UNREADABLE_RECORD,
            orders=(order_id,),
            detail="the record cannot be decoded",
        )
        for order_id in sorted(records.unreadable)
    ]
    findings += _event_findings(records.events, now)
    every_order = (*records.older.items(), *records.orders.items())
    findings += _stock_findings(records, _sold_units(record for _, record in every_order))
    return AuditReport(
        findings=tuple(findings),
        open=tuple(order_id for order_id, record in every_order if _is_open(record)),
        checked=_counts(records),
    )


def _order_findings(
    orders: Mapping[str, OrderRecord],
    rules: Callable[[OrderRecord], tuple[Rule, ...]],
    records: AuditInput,
    due: datetime,
) -> Iterator[Finding]:
    for order_id, record in orders.items():
        holdings = records.holdings.get(order_id, Holdings())
        violations = [found for rule in rules(record) for found in rule(record, holdings)]
        violations += [(FindingKind.OVERDUE, detail) for detail in _overdue(record, due)]
        for kind, detail in violations:
            yield Finding(kind=kind, orders=(order_id,), detail=detail)


def _overdue(record: OrderRecord, due: datetime) -> Iterator[str]:
    # Waiting and being resolved are no delays.
    is_expected = record.waiting is not None and record.is_waiting and record.waiting.until >= due
    is_in_attention = record.attention is not None and not record.is_waiting
    is_open = record.outcome is None and not is_in_attention
    if is_open and not is_expected and record.active_since < due:
        yield f"placed {record.order.placed_at.isoformat()}"
    for refund in record.refunds:
        if refund.is_unsettled and refund.active_since < due:
            verb = "requested" if refund.is_open else "awaits approval since"
            yield f"{refund.refund_id}, {verb} {refund.requested_at.isoformat()}"


def _orphans(records: AuditInput) -> Iterator[Finding]:
    existing = records.orders.keys() | records.older.keys() | records.others | records.unreadable
    for order_id, holdings in records.holdings.items():
        if order_id in existing:
            continue
        money = holdings.held + holdings.kept
        amounts = {
            FindingKind.ORPHANED_PAYMENT: (money, f"{money} authorized or captured"),
            FindingKind.ORPHANED_SHIPMENT: (
                holdings.live_shipments,
                f"{holdings.live_shipments} shipments",
            ),
            FindingKind.ORPHANED_RESERVATION: (holdings.reserved, f"{holdings.reserved} units"),
        }
        for kind, (amount, detail) in amounts.items():
            if amount > 0:
                yield Finding(kind=kind, orders=(order_id,), detail=detail)


def _event_findings(events: Iterable[PartnerEvent], now: datetime) -> Iterator[Finding]:
    for event in events:
        if event.is_overdue(now):
            orders = (event.order_id,) if event.order_id else ()
            detail = f"{event.key} ({event.type}), {event.status}"
            yield Finding(kind=FindingKind.EVENT_OVERDUE, orders=orders, detail=detail)


def _sold_units(orders: Iterable[OrderRecord]) -> Counter[str]:
    """Count the units of each product that the stock has sold to these orders."""
    sold: Counter[str] = Counter()
    for record in orders:
        if record.sales:
            sold.update(ordered_units(record))
    return sold


def _stock_findings(records: AuditInput, sold: Counter[str]) -> Iterator[Finding]:
    for sku in sorted({*records.stocks, *sold, *records.changed}):
        stock = records.stocks.get(sku, Stock.opened(0))
        for detail in _inconsistencies(stock, sold[sku], records.changed.get(sku, 0)):
            yield Finding(kind=FindingKind.STOCK_INCONSISTENT, orders=(), detail=f"{sku}: {detail}")


def _inconsistencies(stock: Stock, sold: int, changed: int | None) -> Iterator[str]:
    if stock.available < 0:
        yield f"{stock.available} available"
    for name, counted, recorded in stock.balances():
        if counted != recorded:
            yield f"{name} is {recorded}, the entries add up to {counted}"
    if stock.sold < sold:
        yield f"sold is {stock.sold}, the orders of the audit have {sold}"
    # While a change is being applied, only one of the two has it.
    if changed is not None and not stock.changes and stock.adjusted != changed:
        yield f"adjusted is {stock.adjusted}, the stored changes add up to {changed}"


def _counts(records: AuditInput) -> CheckedCounts:
    orders = [*records.older.values(), *records.orders.values()]
    return CheckedCounts(
        orders=len(orders),
        in_attention=sum(record.attention is not None for record in orders),
        payments=sum(len(holdings.payments) for holdings in records.holdings.values()),
        shipments=sum(len(holdings.shipments) for holdings in records.holdings.values()),
        emails=sum(len(holdings.emails) for holdings in records.holdings.values()),
        products=len(records.stocks),
    )


def _is_open(record: OrderRecord) -> bool:
    return record.status in {OrderStatus.PLACED, OrderStatus.PROCESSING, OrderStatus.WAITING}
