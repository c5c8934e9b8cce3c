"""Does the book keep what is paid back, wherever it lies?"""

import pytest

from orders.domain.errors import OrderNotFoundError
from orders.domain.money import Money
from orders.domain.outcome import Outcome
from orders.domain.refund import RefundOutcome, RefundStatus
from orders.domain.refund_requests import RefundRequest, RefundRequestStatus
from orders.ports.order_store import OrderQuery
from tests.adapters.books import Shelf
from tests.builders import NOON, a_booked_order, a_person

WISH = RefundRequest(
    refund_id="r", amount=Money(100, "EUR"), note="broken", by="Grace", at=NOON, fingerprint="f"
)
PAID = RefundOutcome(is_paid=True)
REFUSED = RefundOutcome(is_paid=False, failed_step="refund", reason="refundRefused")


@pytest.fixture
def completed(shelf: Shelf) -> Shelf:
    """A book with an order that was completed."""
    shelf.book.place(a_booked_order("o"), a_person(), "f")
    shelf.book.close("o", Outcome.completed("T1"))
    return shelf


def found(shelf: Shelf, query: OrderQuery) -> list[str]:
    """The orders that are found."""
    return [record.order.order_id for record in shelf.book.page(query).orders]


def test_a_refund_is_written_down_once(completed: Shelf) -> None:
    """As it was asked for, and found while it is to be paid."""
    answers = [completed.refunds.request("o", WISH).answer for _ in range(2)]

    record = completed.book.find("o")
    assert record is not None
    assert answers == [RefundRequestStatus.ACCEPTED, RefundRequestStatus.REPEATED]
    assert [(one.amount, one.note, one.by) for one in record.refunds] == [
        (WISH.amount, WISH.note, WISH.by)
    ]
    assert found(completed, OrderQuery(has_open_refund=True)) == ["o"]
    assert found(completed, OrderQuery(has_open_refund=False)) == []


def test_a_refund_ends_once(completed: Shelf) -> None:
    """The first end stands, and nobody looks for it any more."""
    completed.refunds.request("o", WISH)

    ended = [completed.refunds.close("o", "r", end) for end in (PAID, REFUSED)]

    assert [one.refunds[0].status for one in ended] == [RefundStatus.PAID] * 2
    assert found(completed, OrderQuery(has_open_refund=True)) == []


def test_a_refund_that_was_refused_brings_the_order_back_to_the_desk(completed: Shelf) -> None:
    """The order stays completed."""
    completed.refunds.request("o", WISH)

    completed.refunds.close("o", "r", REFUSED)

    assert found(completed, OrderQuery(needs_attention=True, is_open=False)) == ["o"]


def test_nothing_is_paid_back_of_an_order_that_is_not_there(shelf: Shelf) -> None:
    """Both say so."""
    with pytest.raises(OrderNotFoundError):
        shelf.refunds.request("o", WISH)
    with pytest.raises(OrderNotFoundError):
        shelf.refunds.close("o", "r", PAID)
