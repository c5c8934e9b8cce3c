"""Reconciliation: changes of an order's record to what a partner shows of the order now.

They have the shape of the methods of `OrderRecord`: the next record and an answer. Each may be
applied at any time and any number of times. The partner's state must be fetched after the record
was read, and the change applied only if the record is still the same: then the newest state wins.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from orders.domain.attention import Attention, OperatorTask
from orders.domain.disputes import MAX_DISPUTES, Dispute
from orders.domain.holdings import Holdings
from orders.domain.order_record import OrderRecord
from orders.domain.partner_events import Partner
from orders.domain.provider_records import PaymentState, RefundProgress
from orders.domain.refund import Refund, RefundStatus
from orders.domain.reported import Delivery, Reported
from orders.domain.results import Shipment
from orders.domain.waits import WAIT_RULES, WaitPhase

REFUND_RETURNED_NOTE: Final = "The bank sent the refund of the payment back."

_REFUND: Final = "refundPayment"
_REFUND_EMAIL: Final = "sendRefundEmail"
_REVERSE: Final = "reversePayment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The answer to a reconciliation."""

    record: OrderRecord
    #: False: a step of the order is under way, and the partner's state may belong to it. Look again
    #: later.
    is_complete: bool


def reconcile_payment(
    record: OrderRecord, state: PaymentState, now: datetime
) -> tuple[OrderRecord, Reconciled]:
    """Record a lapsed authorization, disputes, and refunds that the bank has sent back."""
    after = _record_lapse(record, state, now)
    after = _record_disputes(after, state, now)
    after = _return_refunds(after, state, now)
    after = _return_reversal(after, state, now)
    return after, Reconciled(record=after, is_complete=not _is_under_way(after, state))


def reconcile_shipment(
    record: OrderRecord, shipment: Shipment | None, now: datetime
) -> tuple[OrderRecord, Reconciled]:
    """Record how the transport of the shipment ended."""
    after = record
    known = record.reported.delivery
    if shipment and shipment.status.is_final and (not known or known.status != shipment.status):
        delivery = Delivery(status=shipment.status, at=now)
        after = _with_task(
            replace(record, reported=replace(record.reported, delivery=delivery)),
            OperatorTask.CLARIFY_SHIPMENT,
            now,
            is_needed=shipment.status.needs_operator,
        )
    return after, Reconciled(record=after, is_complete=True)


def differing_partners(record: OrderRecord, holdings: Holdings) -> frozenset[Partner]:
    """Return the partners whose records show something that the order's record does not."""
    differences = {
        Partner.PAYMENTS: _payment_differs(record, holdings),
        Partner.CARRIER: _shipment_differs(record, holdings),
    }
    return frozenset(partner for partner, differs in differences.items() if differs)


def _record_lapse(record: OrderRecord, state: PaymentState, now: datetime) -> OrderRecord:
    """Let an order that waits give up, since its authorization can no longer be captured."""
    is_decided = record.outcome or record.undoing or record.dispatched_at
    if not state.is_lapsed or is_decided or record.reported.authorization_lapsed_at:
        return record
    waiting = record.waiting
    if waiting is not None and waiting.phase is WaitPhase.ASLEEP:
        waiting = waiting.wake(now)
    reported = replace(record.reported, authorization_lapsed_at=now)
    return replace(record, reported=reported, waiting=waiting)


def _record_disputes(record: OrderRecord, state: PaymentState, now: datetime) -> OrderRecord:
    changed = [item for item in state.disputes if _is_news(record.reported, item)]
    if not changed:
        return record
    disputes = {item.dispute_id: item for item in record.reported.disputes}
    disputes |= {item.dispute_id: _closed(item, now) for item in changed}
    by_age = sorted(disputes.values(), key=lambda item: (item.opened_at, item.dispute_id))
    after = replace(record, reported=replace(record.reported, disputes=tuple(by_age)))
    needs_operator = any(item.status.needs_operator for item in changed)
    if needs_operator or not any(item.status.needs_operator for item in by_age):
        task = OperatorTask.HANDLE_DISPUTE
        after = _with_task(after, task, now, is_needed=needs_operator)
    return after


def _is_news(reported: Reported, dispute: Dispute) -> bool:
    known = reported.find_dispute(dispute.dispute_id)
    if known is None:
        return len(reported.disputes) < MAX_DISPUTES
    return known.status is not dispute.status


def _closed(dispute: Dispute, now: datetime) -> Dispute:
    return replace(dispute, closed_at=None if dispute.status.is_undecided else now)


def _return_refunds(record: OrderRecord, state: PaymentState, now: datetime) -> OrderRecord:
    """Mark paid refunds as failed that the bank has sent back: they can be refunded again."""
    refunds = tuple(
        refund.send_back(_REFUND, now) if _is_sent_back(refund, state) else refund
        for refund in record.refunds
    )
    if refunds == record.refunds:
        return record
    attention = record.attention or Attention.of((), now)
    # The email about a refund that was sent back is not sent again.
    if not any(refund.failed_step == _REFUND_EMAIL for refund in refunds):
        attention = attention.without_steps((_REFUND_EMAIL,)) or Attention.of((), attention.since)
    return replace(record, refunds=refunds, attention=attention.with_step(_REFUND))


def _is_sent_back(refund: Refund, state: PaymentState) -> bool:
    has_failed = state.refunds.get(refund.refund_id) is RefundProgress.FAILED
    return has_failed and refund.status is RefundStatus.PAID


def _return_reversal(record: OrderRecord, state: PaymentState, now: datetime) -> OrderRecord:
    """Let an operator reverse the payment of an undone order again, if the shop has the money."""
    outcome = record.outcome
    if outcome is None or not _lacks_reversal(record, state.kept):
        return record
    attention = record.attention or Attention.of((), now)
    return replace(
        record,
        outcome=outcome.with_failed_step(_REVERSE, REFUND_RETURNED_NOTE),
        attention=attention.with_step(_REVERSE),
    )


def _lacks_reversal(record: OrderRecord, kept: int) -> bool:
    """Whether an undone order has money, and no refund of it is under way."""
    is_undone = record.outcome is not None and record.outcome.requires_undo
    is_queued = record.attention is not None and _REVERSE in record.attention.failed_steps
    return is_undone and kept > 0 and not is_queued and _REVERSE not in record.resolved_steps


def _is_under_way(record: OrderRecord, state: PaymentState) -> bool:
    is_being_undone = record.outcome is None and record.undoing is not None
    is_refunding = any(
        refund.status is RefundStatus.REQUESTED
        and state.refunds.get(refund.refund_id) is RefundProgress.FAILED
        for refund in record.refunds
    )
    return is_refunding or (is_being_undone and state.kept > 0)


def _with_task(
    record: OrderRecord, task: OperatorTask, now: datetime, *, is_needed: bool
) -> OrderRecord:
    """Add a task to the order's entry in the attention queue, or remove it."""
    attention = record.attention
    if is_needed:
        attention = (attention or Attention.of((), now)).with_step(task)
    elif attention is not None:
        attention = attention.without_task(task)
    return replace(record, attention=attention)


def _payment_differs(record: OrderRecord, holdings: Holdings) -> bool:
    paid = sum(item.amount.minor for item in record.refunds if item.status is RefundStatus.PAID)
    disputes = record.reported.disputes
    is_undecided = any(dispute.status.is_undecided for dispute in disputes)
    lost = record.reported.lost_minor
    return (
        holdings.refunded < paid
        or (holdings.is_disputed and (not disputes or is_undecided))
        or _lacks_reversal(record, holdings.kept - lost)
        or _has_lapsed(record, holdings)
    )


def _has_lapsed(record: OrderRecord, holdings: Holdings) -> bool:
    """Whether an order waits with an authorization that no longer exists."""
    waiting = record.waiting
    if waiting is None or not record.is_waiting or record.undoing is not None:
        return False
    is_held = holdings.held + holdings.captured > 0
    return WAIT_RULES[waiting.step].holds_authorization and bool(holdings.payments) and not is_held


def _shipment_differs(record: OrderRecord, holdings: Holdings) -> bool:
    known = record.reported.delivery
    return any(
        shipment.status.is_final and (known is None or known.status is not shipment.status)
        for shipment in holdings.shipments
    )
