"""Rules of the audit: what an order may have, and must have, with its outcome."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from orders.domain.attention import ResolutionAction
from orders.domain.audit_findings import FindingKind
from orders.domain.emails import EmailKind, outcome_email_kind
from orders.domain.holdings import Holdings
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome
from orders.domain.refund import Refund, RefundStatus
from orders.domain.results import Accepted
from orders.domain.settlement import EntryState, ends_units_by_operator, entry_state

#: Violations of one rule by one order: kind and detail.
Violations: TypeAlias = Iterator[tuple[FindingKind, str]]
Rule: TypeAlias = Callable[[OrderRecord, Holdings], Violations]


_KINDS: Final = {
    EntryState.LATE: FindingKind.STOCK_NOT_RELEASED,
    EntryState.NOT_RELEASED: FindingKind.STOCK_NOT_RELEASED,
    EntryState.NOT_SOLD: FindingKind.STOCK_NOT_SOLD,
}


def rules_for(record: OrderRecord) -> tuple[Rule, ...]:
    """Return the rules that apply to an order with this outcome."""
    if _was_resolved(record):
        return (_nothing_twice, _refunds_are_paid, _stock_is_settled)
    match record.status:
        case OrderStatus.COMPLETED:
            return (
                _nothing_twice,
                _is_paid,
                _refunds_are_paid,
                _is_shipped,
                _emails_match,
                _stock_is_settled,
            )
        case OrderStatus.REJECTED | OrderStatus.CANCELED:
            return (_nothing_twice, _nothing_kept, _stock_is_settled, _emails_match)
        case _:
            return (_nothing_twice,)


def rules_for_older(record: OrderRecord) -> tuple[Rule, ...]:  # noqa: ARG001 - as `rules_for`
    """Return the rules for an order of which only the stock is compared."""
    return (_stock_is_settled,)


def _was_resolved(record: OrderRecord) -> bool:
    """Whether an operator settled something elsewhere, which no record shows."""
    resolutions = (item for item in record.resolutions if item.own_steps or not item.steps)
    return any(item.action is not ResolutionAction.RETRY for item in resolutions)


def _nothing_twice(record: OrderRecord, holdings: Holdings) -> Violations:
    total = _total(record)
    if holdings.held + holdings.captured > total:
        detail = f"{holdings.held} authorized and {holdings.captured} captured of {total}"
        yield FindingKind.CHARGED_TWICE, detail
    if holdings.refunded > holdings.captured:
        detail = f"{holdings.refunded} refunded of {holdings.captured} captured"
        yield FindingKind.REFUNDED_TWICE, detail
    if holdings.live_shipments > 1:
        yield FindingKind.SHIPPED_TWICE, f"{holdings.live_shipments} shipments"
    if holdings.dispatched_shipments and holdings.kept + _requested(record, holdings) < total:
        yield FindingKind.DISPATCHED_UNPAID, f"dispatched with {holdings.kept} paid of {total}"
    for email_id in sorted(set(holdings.emails)):
        count = holdings.emails.count(email_id)
        if count > 1:
            yield FindingKind.EMAILED_TWICE, f"{count} emails of {email_id!r}"


def _is_paid(record: OrderRecord, holdings: Holdings) -> Violations:
    if holdings.held:
        yield FindingKind.AUTHORIZATION_OPEN, f"{holdings.held} authorized"
    requested = _requested(record, holdings)
    if holdings.kept + requested < _total(record):
        detail = f"{holdings.kept} paid of {_total(record)}, {requested} refunded by request"
        yield FindingKind.PAYMENT_MISSING, detail


def _refunds_are_paid(record: OrderRecord, holdings: Holdings) -> Violations:
    paid = sum(r.amount.minor for r in record.refunds if r.status is RefundStatus.PAID)
    if holdings.refunded < paid:
        yield FindingKind.REFUND_MISSING, f"{holdings.refunded} refunded of {paid}"


def _is_shipped(record: OrderRecord, holdings: Holdings) -> Violations:  # noqa: ARG001 - a rule
    if not holdings.dispatched_shipments:
        detail = f"{holdings.live_shipments} shipments, none of them dispatched"
        yield FindingKind.SHIPMENT_MISSING, detail


def _emails_match(record: OrderRecord, holdings: Holdings) -> Violations:
    expected = _expected_email(record.outcome, holdings)
    has_note = record.outcome is not None and record.outcome.notes
    if expected not in holdings.emails and not has_note:
        yield FindingKind.EMAIL_MISSING, f"no {expected!r} email, and no note about it"
    for refund in record.refunds:
        if refund.refund_id not in holdings.emails and _needs_email(record, refund):
            detail = f"no email about {refund.refund_id!r}, and it does not need attention"
            yield FindingKind.EMAIL_MISSING, detail
    refund_ids = {refund.refund_id for refund in record.refunds}
    allowed = {expected, EmailKind.DELAYED.value, *refund_ids}
    for email_id in sorted(set(holdings.emails) - allowed):
        detail = f"{record.status}, but the email is {email_id!r} instead of {expected!r}"
        yield FindingKind.EMAIL_WRONG, detail


def _needs_email(record: OrderRecord, refund: Refund) -> bool:
    """Whether the customer must have got an email about the refund."""
    is_resolved = any(refund.refund_id in item.refunds for item in record.resolutions)
    is_paid = refund.status is RefundStatus.PAID and refund.failed_step is None
    return is_paid and not is_resolved and record.erased_at is None


def _expected_email(outcome: Outcome | None, holdings: Holdings) -> str:
    if outcome is None or outcome.is_completed:
        return EmailKind.CONFIRMATION.value
    # The bank may have sent the refund back since.
    is_sent_back = "reversePayment" in outcome.failed_steps
    return outcome_email_kind(outcome, refunded=holdings.refunded > 0 or is_sent_back).value


def _stock_is_settled(record: OrderRecord, holdings: Holdings) -> Violations:
    """Compare the stock's entries with the outcome; a settled order has none."""
    for sku, entry in sorted(holdings.reservations.items()):
        kind = _KINDS.get(entry_state(record, sku, entry))
        if kind is not None:
            yield kind, f"{sku}: {entry.quantity} {entry.status}"
    if record.status is OrderStatus.COMPLETED and not ends_units_by_operator(record):
        for line in record.stock_lines:
            # Without an entry, only the record says what the stock has answered.
            if not record.sales and line.sku not in holdings.reservations:
                yield FindingKind.STOCK_NOT_SOLD, f"{line.sku}: 0 of {line.quantity} sold"


def _nothing_kept(record: OrderRecord, holdings: Holdings) -> Violations:
    if holdings.held:
        yield FindingKind.AUTHORIZATION_OPEN, f"{holdings.held} authorized"
    kept = holdings.kept - record.reported.lost_minor
    is_queued = record.attention is not None and "reversePayment" in record.attention.failed_steps
    if kept > 0 and not is_queued:
        yield FindingKind.PAYMENT_NOT_REVERSED, f"{kept} not refunded"
    if holdings.live_shipments:
        yield FindingKind.SHIPMENT_NOT_CANCELED, f"{holdings.live_shipments} shipments"


def _total(record: OrderRecord) -> int:
    validation = record.validation
    return validation.amount.minor if isinstance(validation, Accepted) else 0


def _requested(record: OrderRecord, holdings: Holdings) -> int:
    """Return the refunded amount that the record accounts for."""
    requested = sum(refund.amount.minor for refund in record.refunds if refund.may_be_paid)
    return min(requested, holdings.refunded)
