"""Payment methods and amounts that Stripe refuses: results, not faults."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orders.adapters.payments.stripe.gateway import StripePayments
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.results import Refused, Reversal
from tests.adapters.gateways import Balance, stripe_balance, stripe_payments
from tests.stripe_responses import RefusedError
from tests.stripe_server import Stripe

AMOUNT = Money(4980, "EUR")
VISA = "pm_card_visa"

#: What Stripe answers to a method that was used without a customer: neither a code nor a parameter.
USED = {
    "message": "The provided PaymentMethod was previously used with a PaymentIntent without"
    " Customer attachment, shared with a connected account without Customer attachment, or was"
    " detached from a Customer. It may not be used again."
}
REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"code": "resource_missing", "param": "payment_method"}, "unknownPaymentMethod"),
    (USED, "unusablePaymentMethod"),
    ({"param": "payment_method"}, "unusablePaymentMethod"),
    ({"code": "payment_method_unexpected_state"}, "unusablePaymentMethod"),
    ({"code": "amount_too_small", "param": "amount"}, "totalBelowMinimum"),
    ({"code": "amount_too_large", "param": "amount"}, "totalAboveMaximum"),
]


@pytest.fixture
def payments(stripe: Stripe, tmp_path: Path) -> StripePayments:
    """The adapter, connected to the simulated Stripe."""
    return stripe_payments(stripe, tmp_path)


def refuse(error: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """Return a step of Stripe that always answers with this error."""

    def answer(*_: object) -> dict[str, Any]:
        raise RefusedError(400, type="invalid_request_error", **error)

    return answer


@pytest.mark.parametrize("step", ["_create", "_confirm"])
@pytest.mark.parametrize(("error", "reason"), REFUSALS)
def test_refused_payment_is_a_result(
    stripe: Stripe, payments: StripePayments, step: str, error: dict[str, Any], reason: str
) -> None:
    """At the first attempt, and at every other one; nothing is held afterwards."""
    setattr(stripe, step, refuse(error))

    results = [payments.authorize("o", AMOUNT, VISA) for _ in range(2)]

    assert results == [Refused(reason=reason)] * 2
    assert payments.reverse("o") is Reversal.NOTHING
    assert stripe_balance(stripe) == Balance()


@pytest.mark.parametrize(
    "error",
    [
        {"code": "resource_missing", "param": "customer"},
        {"code": "parameter_missing"},
        {"message": "something else is wrong"},
    ],
)
def test_other_invalid_request_is_a_fault(
    stripe: Stripe, payments: StripePayments, error: dict[str, Any]
) -> None:
    """It is a defect of the app or its settings, and says nothing about the payment method."""
    setattr(stripe, "_create", refuse(error))  # noqa: B010 - replaces a method

    with pytest.raises(PaymentsUnavailableError):
        payments.authorize("o", AMOUNT, VISA)
