"""Formats of postal codes."""

import pytest

from orders.domain.postal_codes import _FORMATS, example_if_malformed


@pytest.mark.parametrize("country", _FORMATS)
def test_example_matches_the_format_of_its_country(country: str) -> None:
    """Every example is a valid postal code."""
    assert example_if_malformed(_FORMATS[country][1], country) is None


@pytest.mark.parametrize(
    ("postal_code", "country"),
    [("1012ab", "NL"), ("11020", "SE"), ("L-1009", "LU"), ("D02X285", "IE"), ("anything", "US")],
)
def test_postal_code_in_another_notation_is_accepted(postal_code: str, country: str) -> None:
    """Lower case and a missing space are accepted, as is anything in a country not listed."""
    assert example_if_malformed(postal_code, country) is None


@pytest.mark.parametrize(
    ("postal_code", "country"),
    [("1011", "DE"), ("10115 ", "DE"), ("\u0661" * 5, "DE"), ("00001", "PL"), ("1012", "NL")],
)
def test_malformed_postal_code_is_answered_with_an_example(postal_code: str, country: str) -> None:
    """The result is a valid postal code of the country."""
    assert example_if_malformed(postal_code, country) == _FORMATS[country][1]
