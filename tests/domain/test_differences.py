"""Differences that the nightly audit reconciles: what partners show and the record does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.domain import wait_changes
from orders.domain.attention import ResolutionAction
from orders.domain.disputes import DisputeStatus
from orders.domain.holdings import Holdings
from orders.domain.operator_changes import resolve_attention
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.partner_events import Partner
from orders.domain.provider_records import PaymentRecord, ShipmentRecord
from orders.domain.reconciliation import differing_partners, reconcile_shipment
from orders.domain.results import ShipmentStatus
from orders.domain.waits import WaitPolicy
from tests.builders import NOON, a_dispute, a_record, a_resolution, a_round
from tests.domain.reconciling import (
    CAPTURED,
    COMPLETED,
    PAID,
    TOTAL,
    UNDONE,
    WAITING,
    a_shipment,
    after,
    disputed,
)

NOTHING: frozenset[Partner] = frozenset()
PAYMENTS = frozenset({Partner.PAYMENTS})
CARRIER = frozenset({Partner.CARRIER})
KEPT = PaymentRecord(order_id="ord_1", captured=TOTAL)
DISPUTED = replace(KEPT, is_disputed=True)
PAYMENT_WAIT = wait_changes.check_wait(
    a_record(runs=1), a_round(step="processPayment"), WaitPolicy(), NOON
)[0]
OVER = wait_changes.check_wait(
    WAITING, a_round(1, step="shipOrder"), WaitPolicy(), NOON + timedelta(days=9)
)[0]


@pytest.mark.parametrize(
    ("record", "payment", "expected"),
    [
        (COMPLETED, KEPT, NOTHING),
        (PAID, KEPT, PAYMENTS),
        (PAID, replace(KEPT, refunded=1000), NOTHING),
        (UNDONE, KEPT, PAYMENTS),
        (UNDONE, replace(KEPT, refunded=TOTAL), NOTHING),
        (after(UNDONE, CAPTURED), KEPT, NOTHING),
        (
            resolve_attention(after(UNDONE, CAPTURED), a_resolution(ResolutionAction.SKIP))[0],
            KEPT,
            NOTHING,
        ),
        (COMPLETED, DISPUTED, PAYMENTS),
        (after(COMPLETED, disputed(a_dispute())), DISPUTED, PAYMENTS),
        (after(COMPLETED, disputed(a_dispute(DisputeStatus.WON))), DISPUTED, NOTHING),
        (after(UNDONE, disputed(a_dispute(DisputeStatus.LOST))), DISPUTED, NOTHING),
        (WAITING, PaymentRecord(order_id="ord_1"), PAYMENTS),
        (WAITING, PaymentRecord(order_id="ord_1", held=TOTAL), NOTHING),
        (OVER, PaymentRecord(order_id="ord_1"), NOTHING),
        (replace(WAITING, undoing=Outcome.canceled()), PaymentRecord(order_id="ord_1"), NOTHING),
        (PAYMENT_WAIT, PaymentRecord(order_id="ord_1"), NOTHING),
    ],
)
def test_payment_that_differs_is_reconciled(
    record: OrderRecord, payment: PaymentRecord, expected: frozenset[Partner]
) -> None:
    """Refunds that were sent back, disputes, lapsed authorizations; nothing twice."""
    assert differing_partners(record, Holdings(payments=(payment,))) == expected


def test_waiting_order_without_a_payment_does_not_differ() -> None:
    """The list of payments begins later, or the gateway has left it out."""
    assert differing_partners(WAITING, Holdings()) == NOTHING


@pytest.mark.parametrize(
    ("known", "status", "expected"),
    [
        (None, ShipmentStatus.DISPATCHED, NOTHING),
        (None, ShipmentStatus.DELIVERED, CARRIER),
        (ShipmentStatus.DELIVERED, ShipmentStatus.DELIVERED, NOTHING),
        (ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED, CARRIER),
        (ShipmentStatus.LOST, ShipmentStatus.DELIVERED, CARRIER),
    ],
)
def test_shipment_that_differs_is_reconciled(
    known: ShipmentStatus | None, status: ShipmentStatus, expected: frozenset[Partner]
) -> None:
    """The end of its transport is not recorded, or was another one."""
    record = COMPLETED
    if known is not None:
        record, _ = reconcile_shipment(record, a_shipment(known), NOON)
    shipments = (ShipmentRecord(order_id="ord_1", status=status),)

    assert differing_partners(record, Holdings(shipments=shipments)) == expected
