"""Refunds in the order store."""

import pytest

from orders.domain.errors import OrderNotFoundError
from orders.domain.outcome import Outcome
from orders.domain.refund import RefundOutcome, RefundStatus
from orders.domain.refund_requests import RefundRequestStatus
from orders.ports.order_store import OrderQuery, OrderStore
from tests.builders import a_customer, a_refund_request, a_stored_order

REQUEST = a_refund_request(100, "r")
PAID = RefundOutcome(is_paid=True)
REFUSED = RefundOutcome(is_paid=False, failed_step="refundPayment", reason="refundRefused")


@pytest.fixture
def completed(store: OrderStore) -> OrderStore:
    """An order store with a completed order."""
    store.place(a_stored_order("o"), a_customer(), "f")
    store.close("o", Outcome.completed("T1"))
    return store


def ids(store: OrderStore, query: OrderQuery) -> list[str]:
    """Return the IDs of the matching orders."""
    return [record.order.order_id for record in store.page(query).orders]


def test_refund_is_recorded_once_and_open(completed: OrderStore) -> None:
    """The record holds the request, and the order is found while the refund is open."""
    statuses = [completed.request_refund("o", REQUEST).status for _ in range(2)]

    record = completed.find("o")
    assert record is not None
    assert statuses == [RefundRequestStatus.ACCEPTED, RefundRequestStatus.REPEATED]
    assert [(refund.amount, refund.note, refund.operator) for refund in record.refunds] == [
        (REQUEST.amount, REQUEST.note, REQUEST.operator)
    ]
    assert ids(completed, OrderQuery(has_open_refund=True)) == ["o"]
    assert ids(completed, OrderQuery(has_open_refund=False)) == []


def test_refund_is_closed_once(completed: OrderStore) -> None:
    """The first outcome counts, and the refund is no longer open."""
    completed.request_refund("o", REQUEST)

    records = [completed.close_refund("o", "r", outcome) for outcome in (PAID, REFUSED)]

    assert [record.refunds[0].status for record in records] == [RefundStatus.PAID] * 2
    assert ids(completed, OrderQuery(has_open_refund=True)) == []


def test_refused_refund_puts_the_completed_order_into_the_queue(completed: OrderStore) -> None:
    """The order stays completed."""
    completed.request_refund("o", REQUEST)

    completed.close_refund("o", "r", REFUSED)

    assert ids(completed, OrderQuery(needs_attention=True, is_open=False)) == ["o"]


def test_unknown_order_cannot_be_refunded(store: OrderStore) -> None:
    """Both methods raise OrderNotFoundError."""
    with pytest.raises(OrderNotFoundError):
        store.request_refund("o", REQUEST)
    with pytest.raises(OrderNotFoundError):
        store.close_refund("o", "r", PAID)
