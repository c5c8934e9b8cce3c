"""Refunds in the order store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.domain.errors import OrderNotFoundError
from orders.domain.operator_changes import RefundRequestResult, close_refund, request_refund
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.refund import RefundOutcome, RefundRequest, RefundRequestStatus, RefundStatus
from orders.ports.order_store import OrderQuery, OrderStore
from tests.adapters.stores import close, record_in
from tests.builders import NOON, a_customer, a_refund_request, a_stored_order

REQUEST = a_refund_request(100, "r")
PAID = RefundOutcome(is_paid=True)
REFUSED = RefundOutcome(is_paid=False, failed_step="refundPayment", reason="refundRefused")


@pytest.fixture
def completed(store: OrderStore) -> OrderStore:
    """An order store with a completed order."""
    store.place(a_stored_order("o"), a_customer(), "f")
    close(store, Outcome.completed("T1"))
    return store


def refund(store: OrderStore, request: RefundRequest) -> RefundRequestResult:
    """Request a refund."""
    return store.update("o", lambda record: request_refund(record, request))


def end_refund(store: OrderStore, outcome: RefundOutcome) -> OrderRecord:
    """Close the refund."""
    return store.update("o", lambda record: close_refund(record, "r", outcome, NOON))


def ids(store: OrderStore, query: OrderQuery) -> list[str]:
    """Return the IDs of the matching orders."""
    return [record.order.order_id for record in store.page(query).orders]


def test_refund_is_recorded_once_and_open(completed: OrderStore) -> None:
    """The record holds the request, and the order is found while the refund is open."""
    repeated = replace(REQUEST, at=NOON + timedelta(hours=1))
    statuses = [refund(completed, request).status for request in (REQUEST, repeated)]

    record = record_in(completed)
    assert statuses == [RefundRequestStatus.ACCEPTED, RefundRequestStatus.REPEATED]
    assert [(item.amount, item.note, item.operator) for item in record.refunds] == [
        (REQUEST.amount, REQUEST.note, REQUEST.operator)
    ]
    assert ids(completed, OrderQuery(has_open_refund=True)) == ["o"]
    assert ids(completed, OrderQuery(has_open_refund=False)) == []


def test_refund_is_closed_once(completed: OrderStore) -> None:
    """The first outcome counts, and the refund is no longer open."""
    refund(completed, REQUEST)

    records = [end_refund(completed, outcome) for outcome in (PAID, REFUSED)]

    assert [record.refunds[0].status for record in records] == [RefundStatus.PAID] * 2
    assert ids(completed, OrderQuery(has_open_refund=True)) == []


def test_refused_refund_puts_the_completed_order_into_the_queue(completed: OrderStore) -> None:
    """The order stays completed."""
    refund(completed, REQUEST)

    end_refund(completed, REFUSED)

    assert ids(completed, OrderQuery(needs_attention=True, is_open=False)) == ["o"]


def test_unknown_order_cannot_be_refunded(store: OrderStore) -> None:
    """Both changes raise OrderNotFoundError."""
    with pytest.raises(OrderNotFoundError):
        refund(store, REQUEST)
    with pytest.raises(OrderNotFoundError):
        end_refund(store, PAID)
