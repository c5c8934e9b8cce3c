"""Currencies of ISO 4217 and their decimals.

The table comes from a library: it is data, and reading it has no side effects.
"""

from typing import Final

from iso4217 import Currency

#: ISO 4217 drops a currency when it is withdrawn, while orders in it are still shown.
_DECIMALS_OF_WITHDRAWN: Final = 2

#: Without precious metals, units of account and codes for tests: no amount is in them.
_DECIMALS: Final = {
    currency.code: currency.exponent for currency in Currency if currency.exponent is not None
}


def is_currency(code: str) -> bool:
    """Whether ISO 4217 lists the code as a currency that amounts can be in."""
    return code in _DECIMALS


def decimals_of(code: str) -> int:
    """Return the number of decimals of a currency: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DECIMALS.get(code, _DECIMALS_OF_WITHDRAWN)
