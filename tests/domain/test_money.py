"""Arithmetic and format of money."""

import pytest

from orders.domain.money import Money


def test_money_of_one_currency_adds_up() -> None:
    """Minor units are added, multiplied and subtracted; the currency stays."""
    assert Money(1490, "EUR") * 2 + Money(350, "EUR") == Money(3330, "EUR")
    assert Money(1490, "EUR") - Money(350, "EUR") == Money(1140, "EUR")


def test_money_of_two_currencies_cannot_be_added() -> None:
    """There is no exchange rate."""
    with pytest.raises(ValueError, match="CHF"):
        Money(1, "EUR") + Money(1, "CHF")


def test_money_is_formatted_with_two_decimals_and_currency() -> None:
    """Two decimals, then the currency."""
    assert str(Money(4905, "EUR")) == "49.05 EUR"
