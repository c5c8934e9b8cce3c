"""Codec: round trips, empty values, unknown fields, and the tags of results."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError
from typing_extensions import TypeForm

from orders.contracts.codec import TAG, decode, encode
from orders.contracts.payloads import OrderOutcome, OrderReference, PaymentRequest
from orders.domain.money import Money
from orders.domain.outcome import Opening, Outcome
from orders.domain.results import (
    REFUSAL_TAGS,
    Authorization,
    Booked,
    Booking,
    Capture,
    Dispatch,
    RefundResult,
    Refusal,
    Refused,
    Reservation,
    Sale,
    Validation,
)
from tests.builders import ACCEPTED, INVALID

#: What each step may return.
RESULTS: list[TypeForm[object]] = [
    Validation,
    Reservation,
    Authorization,
    Booking,
    Capture,
    Dispatch,
    Sale,
    RefundResult,
]


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


def tags_of(results: TypeForm[object]) -> list[str]:
    """Return the tags of the members of a union."""
    return [get_args(member.__annotations__[TAG])[0] for member in get_args(results)]


@pytest.mark.parametrize(
    ("results", "plain", "value"),
    [
        (Booking, {"result": "booked", "trackingNumber": "T1"}, Booked(tracking_number="T1")),
        (Booking, {"result": "refused", "reason": "r"}, Refused(reason="r")),
        (Validation, encode(ACCEPTED), ACCEPTED),
        (Validation, encode(INVALID), INVALID),
    ],
)
def test_tag_selects_the_result(
    results: TypeForm[object], plain: dict[str, Any], value: object
) -> None:
    """Unknown fields do not matter, not even those of another result."""
    assert decode(results, plain) == value
    assert decode(results, {**plain, "newer": 1, "reason": "r"}) == value


@pytest.mark.parametrize("results", RESULTS)
def test_unknown_tag_is_an_error_that_names_the_known_ones(results: TypeForm[object]) -> None:
    """A result of another version, or of another step, is not taken for success or refusal."""
    with pytest.raises(ValidationError, match="'delayed'") as raised:
        decode(results, {"result": "delayed", "trackingNumber": "T1", "reason": "r"})

    assert [tag for tag in tags_of(results) if f"'{tag}'" not in str(raised.value)] == []


@pytest.mark.parametrize("results", RESULTS)
@pytest.mark.parametrize("plain", [{}, {"booked": True}, {"reason": "r"}, {"result": None}, None])
def test_result_without_a_tag_is_an_error(results: TypeForm[object], plain: object) -> None:
    """An empty object is no success."""
    with pytest.raises(ValidationError):
        decode(results, plain)


@pytest.mark.parametrize(
    "plain",
    [{"result": "booked"}, {"result": "booked", "trackingNumber": None}, {"result": "refused"}],
)
def test_incomplete_result_is_an_error(plain: dict[str, Any]) -> None:
    """A booked shipment has a tracking number, and a refusal a reason."""
    with pytest.raises(ValidationError):
        decode(Booking, plain)


def test_tags_of_refusals_are_listed() -> None:
    """A refusal with another tag would look like a success in the step history."""
    assert sorted(tags_of(Refusal)) == sorted(REFUSAL_TAGS)
