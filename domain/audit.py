"""Do money and goods add up? What every record says of an order is held against its end.

Orders that are under way may hold anything that they need, once; orders that ended may keep only
what their end says; an order that is left to a person is judged by no end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.account import Account
from domain.audit_rules import Rule, rules_for, rules_for_older
from domain.findings import Checked, Finding, FindingKind, Report
from domain.outcome import OrderStatus
from domain.record import OrderRecord
from domain.stock import Stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything that is compared."""

    #: By order id: the page as it was read before all else, so that what had ended has ended.
    orders: Mapping[str, OrderRecord]
    #: Likewise, placed before the audit's window: only the stock still tells all of them.
    older: Mapping[str, OrderRecord]
    #: Orders of which something is known, but not their whole account: they were only just placed.
    others: frozenset[str]
    accounts: Mapping[str, Account]
    stocks: Mapping[str, Stock]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTerms:
    """How far an audit looks back, and how long an order may take."""

    #: Of orders that were placed before, only the goods are compared.
    window: timedelta = timedelta(days=30)
    overdue: timedelta = timedelta(hours=1)


def audit(books: Books, now: datetime, overdue: timedelta) -> Report:
    """Compare all records."""
    findings = [*_judged(books.older, rules_for_older, books, now - overdue)]
    findings += _judged(books.orders, rules_for, books, now - overdue)
    findings += _strays(books)
    findings += [finding for sku, stock in books.stocks.items() for finding in _stock(sku, stock)]
    pages = (*books.older.items(), *books.orders.items())
    return Report(
        findings=tuple(findings),
        open=tuple(order_id for order_id, record in pages if _is_under_way(record)),
        checked=_checked(books),
    )


def _judged(
    pages: Mapping[str, OrderRecord],
    rules: Callable[[OrderRecord], tuple[Rule, ...]],
    books: Books,
    late: datetime,
) -> Iterator[Finding]:
    for order_id, record in pages.items():
        account = books.accounts.get(order_id, Account())
        faults = [fault for rule in rules(record) for fault in rule(record, account)]
        faults += [(FindingKind.OVERDUE, detail) for detail in _overdue(record, late)]
        for kind, detail in faults:
            yield Finding(kind=kind, orders=(order_id,), detail=detail)


def _overdue(record: OrderRecord, late: datetime) -> Iterator[str]:
    if _is_under_way(record) and record.order.placed_at < late:
        yield f"placed {record.order.placed_at.isoformat()}"
    for refund in record.open_refunds:
        if refund.requested_at < late:
            yield f"{refund.refund_id}, asked for {refund.requested_at.isoformat()}"


def _strays(books: Books) -> Iterator[Finding]:
    known = books.orders.keys() | books.older.keys() | books.others
    for order_id, account in books.accounts.items():
        if order_id in known:
            continue
        money = account.held + account.kept
        wrong = {
            FindingKind.STRAY_MONEY: (money > 0, f"{money} held or taken"),
            FindingKind.STRAY_PARCEL: (account.live_parcels > 0, f"{account.live_parcels} parcels"),
            FindingKind.STRAY_GOODS: (account.reserved > 0, f"{account.reserved} units"),
        }
        for kind, (found, detail) in wrong.items():
            if found:
                yield Finding(kind=kind, orders=(order_id,), detail=detail)


def _stock(sku: str, stock: Stock) -> Iterator[Finding]:
    if stock.available < 0:
        detail = f"{sku}: {stock.available} available"
        yield Finding(kind=FindingKind.STOCK_WRONG, orders=(), detail=detail)
    for name, counted, said in stock.sums():
        if counted != said:
            detail = f"{sku}: {name} is {said}, and {counted} by the records"
            yield Finding(kind=FindingKind.STOCK_WRONG, orders=(), detail=detail)


def _checked(books: Books) -> Checked:
    statuses = [r.status for pages in (books.older, books.orders) for r in pages.values()]
    return Checked(
        orders=len(statuses),
        on_desk=statuses.count(OrderStatus.NEEDS_ATTENTION),
        payments=sum(len(account.payments) for account in books.accounts.values()),
        parcels=sum(len(account.parcels) for account in books.accounts.values()),
        mails=sum(len(account.mails) for account in books.accounts.values()),
        articles=len(books.stocks),
    )


def _is_under_way(record: OrderRecord) -> bool:
    return record.status in {OrderStatus.PLACED, OrderStatus.PROCESSING}
