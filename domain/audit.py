"""Do money and goods add up? What every record says of an order is held against its end.

Orders that are under way may hold anything that they need, once; orders that ended may keep only
what their end says; an order that is left to a person is judged by no end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.account import Account
from domain.desk import Action
from domain.facts import CONFIRMATION
from domain.findings import Checked, Finding, FindingKind, Report
from domain.outcome import OrderStatus
from domain.record import OrderRecord
from domain.stock import Share, Stock

#: What one rule says of one order.
Faults = Iterator[tuple[FindingKind, str]]
Rule = Callable[[OrderRecord, Account], Faults]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything that is compared."""

    #: By order id: the page as it was read before all else, so that what had ended has ended.
    orders: Mapping[str, OrderRecord]
    #: Orders of which something is known, but not their whole account: older, or only just placed.
    others: frozenset[str]
    accounts: Mapping[str, Account]
    stocks: Mapping[str, Stock]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTerms:
    """How far an audit looks back, and how long an order may take."""

    #: Orders that were placed before are not compared any more.
    window: timedelta = timedelta(days=30)
    overdue: timedelta = timedelta(hours=1)


def audit(books: Books, now: datetime, overdue: timedelta) -> Report:
    """Compare all records."""
    findings: list[Finding] = []
    for order_id, record in books.orders.items():
        account = books.accounts.get(order_id, Account())
        faults = [fault for rule in _rules(record) for fault in rule(record, account)]
        if _is_under_way(record) and now - record.order.placed_at > overdue:
            faults.append((FindingKind.OVERDUE, f"placed {record.order.placed_at.isoformat()}"))
        findings += [Finding(kind=k, orders=(order_id,), detail=detail) for k, detail in faults]
    findings += _strays(books)
    findings += [finding for sku, stock in books.stocks.items() for finding in _stock(sku, stock)]
    return Report(
        findings=tuple(findings),
        open=tuple(o for o, record in books.orders.items() if _is_under_way(record)),
        checked=_checked(books),
    )


def _rules(record: OrderRecord) -> tuple[Rule, ...]:
    if any(decision.action is not Action.RETRY for decision in record.decisions):
        return (_nothing_twice,)  # a person settled by hand what no record of ours shows
    match record.status:
        case OrderStatus.COMPLETED:
            return (_nothing_twice, _paid, _shipped, _told, _sold)
        case OrderStatus.REJECTED | OrderStatus.CANCELED:
            return (_nothing_twice, _nothing_kept, _not_told)
        case _:
            return (_nothing_twice,)


def _nothing_twice(record: OrderRecord, account: Account) -> Faults:
    total = _total(record)
    if account.held + account.captured > total:
        detail = f"{account.held} held and {account.captured} taken of {total}"
        yield FindingKind.CHARGED_TWICE, detail
    if account.refunded > account.captured:
        yield (
            FindingKind.REFUNDED_TWICE,
            f"{account.refunded} paid back of {account.captured} taken",
        )
    if account.live_parcels > 1:
        yield FindingKind.SHIPPED_TWICE, f"{account.live_parcels} parcels"
    if account.released_parcels and account.kept < total:
        yield FindingKind.RELEASED_UNPAID, f"let go with {account.kept} paid of {total}"
    for kind in sorted(set(account.mails)):
        if account.mails.count(kind) > 1:
            yield FindingKind.MAILED_TWICE, f"{account.mails.count(kind)} mails of {kind!r}"


def _paid(record: OrderRecord, account: Account) -> Faults:
    if account.held:
        yield FindingKind.MONEY_HELD, f"{account.held} held"
    if account.kept < _total(record):
        yield FindingKind.MONEY_MISSING, f"{account.kept} paid of {_total(record)}"


def _shipped(record: OrderRecord, account: Account) -> Faults:  # noqa: ARG001 - a rule's shape
    if not account.released_parcels:
        yield FindingKind.PARCEL_MISSING, f"{account.live_parcels} parcels, none of them let go"


def _told(record: OrderRecord, account: Account) -> Faults:
    noted = record.outcome is not None and record.outcome.notes
    if CONFIRMATION not in account.mails and not noted:
        yield FindingKind.MAIL_MISSING, "no mail, and no note about it"
    for kind in sorted(set(account.mails) - {CONFIRMATION}):
        yield FindingKind.MAIL_WRONG, f"completed, and told {kind!r}"


def _sold(record: OrderRecord, account: Account) -> Faults:
    if record.purged_at is not None:
        return  # folded into the article's totals
    for need in record.verdict.needs if record.verdict else ():
        entry = account.goods.get(need.sku)
        if entry is None or entry.share is not Share.SOLD or entry.quantity != need.quantity:
            found = f"{entry.quantity} {entry.share}" if entry else "nothing"
            yield FindingKind.GOODS_MISSING, f"{need.sku}: {found} of {need.quantity}"


def _nothing_kept(record: OrderRecord, account: Account) -> Faults:  # noqa: ARG001 - a rule's shape
    if account.held:
        yield FindingKind.MONEY_HELD, f"{account.held} held"
    if account.kept > 0:
        yield FindingKind.MONEY_KEPT, f"{account.kept} not paid back"
    if account.live_parcels:
        yield FindingKind.PARCEL_KEPT, f"{account.live_parcels} parcels"
    for sku, entry in account.goods.items():
        if entry.share is not Share.RELEASED:
            yield FindingKind.GOODS_KEPT, f"{sku}: {entry.quantity} {entry.share}"


def _not_told(record: OrderRecord, account: Account) -> Faults:  # noqa: ARG001 - a rule's shape
    if CONFIRMATION in account.mails:
        yield FindingKind.MAIL_WRONG, "told that the parcel is on its way"


def _strays(books: Books) -> Iterator[Finding]:
    known = books.orders.keys() | books.others
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
    statuses = [record.status for record in books.orders.values()]
    return Checked(
        orders=len(books.orders),
        on_desk=statuses.count(OrderStatus.NEEDS_ATTENTION),
        payments=sum(len(account.payments) for account in books.accounts.values()),
        parcels=sum(len(account.parcels) for account in books.accounts.values()),
        mails=sum(len(account.mails) for account in books.accounts.values()),
        articles=len(books.stocks),
    )


def _is_under_way(record: OrderRecord) -> bool:
    return record.status in {OrderStatus.PLACED, OrderStatus.PROCESSING}


def _total(record: OrderRecord) -> int:
    return record.verdict.amount.minor if record.verdict and record.verdict.amount else 0
