"""Does what was encoded come back, and what a newer version wrote too?"""

import pytest
from pydantic import ValidationError

from orders.contracts.codec import decode, encode
from orders.contracts.payloads import OrderOutcome, OrderReference, PaymentRequest
from orders.domain.money import Money
from orders.domain.outcome import Opening, Outcome


@pytest.mark.parametrize(
    "value",
    [
        OrderReference(order_id="ord_1"),
        PaymentRequest(order_id="ord_1", amount=Money(1490, "EUR")),
        OrderOutcome(order_id="ord_1", outcome=Outcome.completed("T1").with_note("no mail")),
        Opening(undoing=Outcome.needs_attention("unavailable", ("voidPayment",)), resumed=True),
    ],
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    """Decoding what was encoded gives an equal value."""
    assert decode(type(value), encode(value)) == value


def test_what_is_empty_is_left_out() -> None:
    """None and empty lists take no room in a history; false and zero do."""
    assert encode(Opening(outcome=Outcome.rejected("x"))) == {
        "outcome": {"status": "rejected", "reason": "x"},
        "cancelRequested": False,
        "resumed": False,
        "dispatched": False,
    }


def test_a_field_that_we_do_not_know_is_ignored() -> None:
    """A newer version may have written more than we read."""
    assert decode(OrderReference, {"orderId": "ord_1", "newer": 1}) == OrderReference(
        order_id="ord_1"
    )


def test_a_payload_that_cannot_be_read_does_not_repeat_its_content() -> None:
    """The message of the error goes into histories and logs."""
    with pytest.raises(ValidationError) as caught:
        decode(OrderReference, {"orderid": "Philippa Planted"})

    assert "Planted" not in str(caught.value)
