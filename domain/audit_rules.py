"""What may an order have, and what must it have, by its end?"""

from collections.abc import Callable, Iterator

from domain.account import Account
from domain.answers import StockNeed
from domain.desk import Action
from domain.facts import CONFIRMATION
from domain.findings import FindingKind
from domain.notice import notice_of
from domain.outcome import OrderStatus, Outcome
from domain.record import OrderRecord
from domain.refund import OrderRefund, RefundStatus
from domain.stock import Share

#: What one rule says of one order.
Faults = Iterator[tuple[FindingKind, str]]
Rule = Callable[[OrderRecord, Account], Faults]


def rules_for(record: OrderRecord) -> tuple[Rule, ...]:
    """The rules that this order's end brings with it."""
    if _was_settled(record):
        return (_nothing_twice, _paid_back)
    match record.status:
        case OrderStatus.COMPLETED:
            return (_nothing_twice, _paid, _paid_back, _shipped, _told, _sold)
        case OrderStatus.REJECTED | OrderStatus.CANCELED:
            return (_nothing_twice, _nothing_kept, _no_goods_kept, _told)
        case _:
            return (_nothing_twice,)


def rules_for_older(record: OrderRecord) -> tuple[Rule, ...]:
    """The rules for an order that only the stock is still asked about.

    Its entries may be dropped at any moment, so only what is there is compared.
    """
    if _was_settled(record):
        return ()
    match record.status:
        case OrderStatus.COMPLETED:
            return (_nothing_unsold,)
        case OrderStatus.REJECTED | OrderStatus.CANCELED:
            return (_no_goods_kept,)
        case _:
            return ()


def _was_settled(record: OrderRecord) -> bool:
    """Whether a person settled by hand what no record of ours shows."""
    own = (decision for decision in record.decisions if not decision.refunds)
    return any(decision.action is not Action.RETRY for decision in own)


def _nothing_twice(record: OrderRecord, account: Account) -> Faults:
    total = _total(record)
    if account.held + account.captured > total:
        detail = f"{account.held} held and {account.captured} taken of {total}"
        yield FindingKind.CHARGED_TWICE, detail
    if account.refunded > account.captured:
        detail = f"{account.refunded} paid back of {account.captured} taken"
        yield FindingKind.REFUNDED_TWICE, detail
    if account.live_parcels > 1:
        yield FindingKind.SHIPPED_TWICE, f"{account.live_parcels} parcels"
    if account.released_parcels and account.kept + _rightly_back(record, account) < total:
        yield FindingKind.RELEASED_UNPAID, f"let go with {account.kept} paid of {total}"
    for kind in sorted(set(account.mails)):
        if account.mails.count(kind) > 1:
            yield FindingKind.MAILED_TWICE, f"{account.mails.count(kind)} mails of {kind!r}"


def _paid(record: OrderRecord, account: Account) -> Faults:
    if account.held:
        yield FindingKind.MONEY_HELD, f"{account.held} held"
    rightly_back = _rightly_back(record, account)
    if account.kept + rightly_back < _total(record):
        detail = f"{account.kept} paid of {_total(record)}, {rightly_back} rightly paid back"
        yield FindingKind.MONEY_MISSING, detail


def _paid_back(record: OrderRecord, account: Account) -> Faults:
    paid = sum(one.amount.minor for one in record.refunds if one.status is RefundStatus.PAID)
    if account.refunded < paid:
        yield FindingKind.REFUND_MISSING, f"{account.refunded} paid back of {paid}"


def _shipped(record: OrderRecord, account: Account) -> Faults:  # noqa: ARG001 - a rule's shape
    if not account.released_parcels:
        yield FindingKind.PARCEL_MISSING, f"{account.live_parcels} parcels, none of them let go"


def _told(record: OrderRecord, account: Account) -> Faults:
    right = _letter(record.outcome, account)
    noted = record.outcome is not None and record.outcome.notes
    if right not in account.mails and not noted:
        yield FindingKind.MAIL_MISSING, f"no {right!r}, and no note about it"
    for refund in record.refunds:
        if refund.refund_id not in account.mails and _is_to_be_told(record, refund):
            detail = f"no {refund.refund_id!r}, and nothing on the desk about it"
            yield FindingKind.MAIL_MISSING, detail
    of_refunds = {refund.refund_id for refund in record.refunds}
    for kind in sorted(set(account.mails) - {right} - of_refunds):
        yield FindingKind.MAIL_WRONG, f"{record.status}, and told {kind!r} instead of {right!r}"


def _is_to_be_told(record: OrderRecord, refund: OrderRefund) -> bool:
    """Whether the customer must have heard of the refund, as far as nobody decided otherwise."""
    decided = any(refund.refund_id in decision.refunds for decision in record.decisions)
    is_paid = refund.status is RefundStatus.PAID and refund.failed_step is None
    return is_paid and not decided and record.erased_at is None


def _letter(outcome: Outcome | None, account: Account) -> str:
    if outcome is None or outcome.is_success:
        return CONFIRMATION
    return notice_of(outcome, refunded=account.refunded > 0).value


def _sold(record: OrderRecord, account: Account) -> Faults:
    if record.purged_at is not None:
        return  # folded into the article's totals
    for need in _needs(record):
        if need.sku not in account.goods:
            yield FindingKind.GOODS_MISSING, f"{need.sku}: nothing of {need.quantity}"
    yield from _nothing_unsold(record, account)


def _nothing_unsold(record: OrderRecord, account: Account) -> Faults:
    for need in _needs(record):
        entry = account.goods.get(need.sku)
        if entry and (entry.share, entry.quantity) != (Share.SOLD, need.quantity):
            found = f"{entry.quantity} {entry.share}"
            yield FindingKind.GOODS_MISSING, f"{need.sku}: {found} of {need.quantity}"


def _nothing_kept(record: OrderRecord, account: Account) -> Faults:  # noqa: ARG001 - a rule's shape
    if account.held:
        yield FindingKind.MONEY_HELD, f"{account.held} held"
    if account.kept > 0:
        yield FindingKind.MONEY_KEPT, f"{account.kept} not paid back"
    if account.live_parcels:
        yield FindingKind.PARCEL_KEPT, f"{account.live_parcels} parcels"


def _no_goods_kept(record: OrderRecord, account: Account) -> Faults:  # noqa: ARG001 - likewise
    for sku, entry in account.goods.items():
        if entry.share is not Share.RELEASED:
            yield FindingKind.GOODS_KEPT, f"{sku}: {entry.quantity} {entry.share}"


def _total(record: OrderRecord) -> int:
    return record.verdict.amount.minor if record.verdict and record.verdict.amount else 0


def _rightly_back(record: OrderRecord, account: Account) -> int:
    """What the gateway paid back, as far as the book knows of it."""
    asked = sum(refund.amount.minor for refund in record.refunds if refund.may_be_paid)
    return min(asked, account.refunded)


def _needs(record: OrderRecord) -> tuple[StockNeed, ...]:
    return record.verdict.needs if record.verdict else ()
