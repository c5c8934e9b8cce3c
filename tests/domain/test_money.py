"""Arithmetic and format of money."""

import pytest

from orders.domain.currencies import is_currency
from orders.domain.money import Money


def test_money_of_one_currency_adds_up() -> None:
    """Minor units are added, multiplied and subtracted; the currency stays."""
    assert Money(1490, "EUR") * 2 + Money(350, "EUR") == Money(3330, "EUR")
    assert Money(1490, "EUR") - Money(350, "EUR") == Money(1140, "EUR")


def test_money_of_two_currencies_cannot_be_added() -> None:
    """There is no exchange rate."""
    with pytest.raises(ValueError, match="CHF"):
        Money(1, "EUR") + Money(1, "CHF")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Money(4905, "EUR"), "49.05 EUR"),
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(-150, "EUR"), "-1.50 EUR"),
        (Money(4905, "JPY"), "4905 JPY"),
        (Money(0, "JPY"), "0 JPY"),
        (Money(4905, "KWD"), "4.905 KWD"),
        (Money(5, "KWD"), "0.005 KWD"),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount: Money, text: str) -> None:
    """By ISO 4217: none for the yen, three for the Kuwaiti dinar."""
    assert str(amount) == text


def test_money_of_a_withdrawn_currency_is_still_printed() -> None:
    """ISO 4217 drops it, but old orders keep it: with two decimals, as nearly all had."""
    assert not is_currency("HRK")
    assert str(Money(4905, "HRK")) == "49.05 HRK"


@pytest.mark.parametrize("code", ["EUR", "JPY", "KWD", "CLF"])
def test_currency_of_iso_4217_is_known(code: str) -> None:
    """Whatever its decimals."""
    assert is_currency(code)


@pytest.mark.parametrize("code", ["banana", "eur", "", "AAA", "XAU", "XXX", "XTS"])
def test_other_code_is_no_currency(code: str) -> None:
    """Nor gold, test codes or a code in lower case."""
    assert not is_currency(code)
