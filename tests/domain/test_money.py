"""Does money add up?"""

import pytest

from orders.domain.money import Money


def test_amounts_of_one_currency_add_up() -> None:
    """Minor units are added, the currency stays."""
    assert Money(1490, "EUR") * 2 + Money(350, "EUR") == Money(3330, "EUR")


def test_amounts_of_two_currencies_do_not_add_up() -> None:
    """There is no rate to add them by."""
    with pytest.raises(ValueError, match="CHF"):
        Money(1, "EUR") + Money(1, "CHF")


def test_an_amount_reads_as_people_write_it() -> None:
    """Two decimals, then the currency."""
    assert str(Money(4905, "EUR")) == "49.05 EUR"
