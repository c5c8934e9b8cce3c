"""Amounts at Stripe: its units, its minimums, its steps."""

from pathlib import Path

import pytest

from orders.adapters.payments.stripe.amounts import limits_of, to_money, to_units
from orders.domain.money import Money
from orders.domain.order import PaymentLimits
from orders.domain.results import Refunded, Reversal
from tests.adapters.gateways import stripe_payments
from tests.builders import NOON
from tests.stripe_server import Stripe

UNITS = [
    (Money(4980, "EUR"), 4980),
    (Money(4980, "JPY"), 4980),
    (Money(4980, "KWD"), 4980),
    (Money(4980, "ISK"), 498000),
    (Money(4980, "UGX"), 498000),
    (Money(490000, "MGA"), 4900),
]


@pytest.mark.parametrize(("amount", "units"), UNITS)
def test_amount_is_converted_to_units_of_stripe_and_back(amount: Money, units: int) -> None:
    """Stripe counts some currencies otherwise than ISO 4217."""
    assert to_units(amount) == units
    assert to_money(units, amount.currency.lower()) == amount


@pytest.mark.parametrize(
    ("currency", "limits"),
    [
        ("EUR", PaymentLimits(minimum=50)),
        ("GBP", PaymentLimits(minimum=30)),
        ("JPY", PaymentLimits(minimum=50)),
        ("HUF", PaymentLimits(minimum=17500)),
        ("KWD", PaymentLimits(minimum=10, step=10)),
        ("MGA", PaymentLimits(minimum=100, step=100)),
        ("ISK", PaymentLimits()),
    ],
)
def test_limits_are_those_of_the_currency(currency: str, limits: PaymentLimits) -> None:
    """In minor units; without a minimum of its own, a currency only has its step."""
    assert limits_of(currency) == limits


@pytest.mark.parametrize(("amount", "units"), UNITS)
def test_payment_in_any_currency_is_counted_exactly(
    stripe: Stripe, tmp_path: Path, amount: Money, units: int
) -> None:
    """What is held, captured and refunded, partly and in full."""
    payments = stripe_payments(stripe, tmp_path)
    part = Money(100, amount.currency)
    payments.authorize("o", amount, "pm_card_visa")
    (held,) = payments.list_payments(NOON)

    payments.capture("o")
    refund = payments.refund("o", "r", part)
    (captured,) = payments.list_payments(NOON)

    assert [intent["amount"] for intent in stripe.intents.values()] == [units]
    assert (held.held, held.captured) == (amount.minor, 0)
    assert refund == Refunded()
    assert (captured.captured, captured.refunded) == (amount.minor, part.minor)
    assert payments.reverse("o") is Reversal.REFUNDED
    assert sum(refund["amount"] for refund in stripe.refunds.values()) == units
