"""Codec: round trips, empty values and unknown fields."""

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
        OrderOutcome(order_id="ord_1", outcome=Outcome.completed("T1").with_note("no email")),
        Opening(undoing=Outcome.needs_attention("unavailable", ("reversePayment",)), resumed=True),
    ],
)
def test_decode_returns_the_encoded_value(value: object) -> None:
    """A round trip changes nothing."""
    assert decode(type(value), encode(value)) == value


def test_encode_leaves_out_empty_values() -> None:
    """None and empty lists take no room in a history; false and zero are kept."""
    assert encode(Opening(outcome=Outcome.rejected("x"))) == {
        "outcome": {"status": "rejected", "reason": "x"},
        "resumed": False,
        "run": 1,
        "dispatched": False,
    }


def test_decode_ignores_unknown_fields() -> None:
    """A newer version may have written more fields."""
    assert decode(OrderReference, {"orderId": "ord_1", "newer": 1}) == OrderReference(
        order_id="ord_1"
    )


def test_decode_error_does_not_repeat_the_payload() -> None:
    """Error messages end up in histories and logs."""
    with pytest.raises(ValidationError) as raised:
        decode(OrderReference, {"orderid": "Philippa Planted"})

    assert "Planted" not in str(raised.value)
