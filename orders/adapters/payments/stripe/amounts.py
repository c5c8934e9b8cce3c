"""Amounts as Stripe counts them, and the amounts that it takes.

Stripe's smallest units are the minor units of ISO 4217, with a few exceptions: see
https://docs.stripe.com/currencies.
"""

from typing import Final

from orders.domain.money import Money
from orders.domain.order import PaymentLimits

#: Currencies without decimals that Stripe counts in hundredths; the last two digits are 00.
_IN_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
#: A currency with two decimals that Stripe counts in whole units.
_IN_WHOLE_UNITS: Final = frozenset({"MGA"})
_HUNDREDTHS: Final = 100
#: Currencies with three decimals, of which the last one must be 0.
_IN_TENS: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})

#: The smallest amounts in minor units. In other currencies Stripe converts the amount to the
#: account's own currency first, so only Stripe can tell: see `intents`.
_MINIMUMS: Final[dict[str, int]] = {
    **dict.fromkeys(("AUD", "BRL", "CAD", "CHF", "EUR", "INR", "NZD", "SGD", "USD"), 50),
    **dict.fromkeys(("JPY", "KRW"), 50),
    **dict.fromkeys(("AED", "MYR", "PLN", "RON"), 2_00),
    **dict.fromkeys(("NOK", "SEK"), 3_00),
    **dict.fromkeys(("MXN", "THB"), 10_00),
    "GBP": 30,
    "DKK": 2_50,
    "HKD": 4_00,
    "CZK": 15_00,
    "HUF": 175_00,
}


def limits_of(currency: str) -> PaymentLimits:
    """Return which amounts of a currency Stripe takes."""
    step = 10 if currency in _IN_TENS else 1
    if currency in _IN_WHOLE_UNITS:
        step = _HUNDREDTHS
    return PaymentLimits(minimum=_MINIMUMS.get(currency, step), step=step)


def to_units(amount: Money) -> int:
    """Return an amount in Stripe's smallest units."""
    if amount.currency in _IN_HUNDREDTHS:
        return amount.minor * _HUNDREDTHS
    if amount.currency in _IN_WHOLE_UNITS:
        return amount.minor // _HUNDREDTHS
    return amount.minor


def to_money(units: int, currency: str) -> Money:
    """Return an amount of Stripe's; it writes currencies in lower case."""
    code = currency.upper()
    if code in _IN_HUNDREDTHS:
        return Money(units // _HUNDREDTHS, code)
    return Money(units * _HUNDREDTHS if code in _IN_WHOLE_UNITS else units, code)
