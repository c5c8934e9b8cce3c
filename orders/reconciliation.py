"""Reconciliation of one order with a partner, and the handling of an event.

The record is read first, then the partner's state. The change is applied only if the record is
still the same, so that of two concurrent callers the one with the newer state wins.
"""

import logging
from typing import Final

from orders.domain.errors import StoreUnavailableError
from orders.domain.order_record import OrderRecord
from orders.domain.partner_events import EventStatus, Partner, PartnerEvent
from orders.domain.provider_records import PartnerObject
from orders.domain.reconciliation import Reconciled, reconcile_payment, reconcile_shipment
from orders.domain.refund import RefundStatus
from orders.order_ids import is_order_id
from orders.services import services

_log = logging.getLogger(__name__)

#: Attempts to find the record unchanged.
_MAX_ATTEMPTS: Final = 5


def handle_event(partner: Partner, event_id: str) -> EventStatus:
    """Reconcile the order of an event, and record what became of the event."""
    event = services().partner_events.find(partner, event_id)
    if event is None or not event.status.is_open:
        return event.status if event else EventStatus.IGNORED
    status, order_id = _handle(event)
    settled = services().partner_events.update(
        partner, event_id, lambda event: event.settle(status, order_id)
    )
    return settled.status if settled else status


def reconcile_order(order_id: str, partner: Partner) -> Reconciled | None:
    """Bring the order's record to what the partner shows of it now; None: there is no order.

    Raises:
        UnavailableError: the partner or the store is unavailable.
    """
    for _ in range(_MAX_ATTEMPTS):
        seen = services().order_store.find(order_id)
        if seen is None:
            return None
        result = _reconcile(seen, partner)
        if result is not None:
            _log_news(seen, result.record)
            return result
    raise StoreUnavailableError("the record of the order changes all the time")


def _handle(event: PartnerEvent) -> tuple[EventStatus, str | None]:
    """Return what became of the event, and the order that it is about."""
    owner = _find_owner(event)
    if owner is None:
        return EventStatus.UNMATCHED, None
    order_id = owner.order_id
    if order_id is None or not is_order_id(order_id):
        return EventStatus.IGNORED, None
    result = reconcile_order(order_id, event.partner)
    if result is None:
        is_deleted = services().order_store.is_deleted(order_id)
        return (EventStatus.IGNORED if is_deleted else EventStatus.UNMATCHED), order_id
    return (EventStatus.HANDLED if result.is_complete else EventStatus.PENDING), order_id


def _find_owner(event: PartnerEvent) -> PartnerObject | None:
    app, object_id = services(), event.object_id or ""
    if event.partner is Partner.PAYMENTS:
        return app.payments.find_object(object_id)
    return app.carrier.find_object(object_id)


def _reconcile(seen: OrderRecord, partner: Partner) -> Reconciled | None:
    """Fetch the partner's state and apply it; None: the record has changed since it was read."""
    app, order_id = services(), seen.order_id
    now = app.clock.now()
    if partner is Partner.PAYMENTS:
        state = app.payments.state(order_id)
        return app.order_store.update(
            order_id,
            lambda record: (
                reconcile_payment(record, state, now) if record == seen else (record, None)
            ),
        )
    shipment = app.carrier.track(order_id)
    return app.order_store.update(
        order_id,
        lambda record: (
            reconcile_shipment(record, shipment, now) if record == seen else (record, None)
        ),
    )


def _log_news(before: OrderRecord, after: OrderRecord) -> None:
    """Log what operators have to know, in lines that begin with a stable name."""
    order_id, reported = after.order_id, after.reported
    for refund in after.refunds:
        was_paid = before.find_refund(refund.refund_id)
        if was_paid != refund and refund.status is RefundStatus.FAILED:
            _log.error("refundReturned: order %s, %s", order_id, refund.refund_id)
    if before.outcome != after.outcome:
        _log.error("reversalReturned: order %s", order_id)
    for dispute in reported.disputes:
        if before.reported.find_dispute(dispute.dispute_id) != dispute:
            _log.error("dispute: order %s, %s is %s", order_id, dispute.dispute_id, dispute.status)
    if reported.delivery is not None and reported.delivery != before.reported.delivery:
        level = logging.ERROR if reported.delivery.status.needs_operator else logging.INFO
        _log.log(level, "shipment: order %s, %s", order_id, reported.delivery.status)
    if reported.authorization_lapsed_at != before.reported.authorization_lapsed_at:
        _log.warning("authorizationLapsed: order %s", order_id)
