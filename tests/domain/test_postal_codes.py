"""Is a postal code recognized that cannot be one?"""

import pytest

from orders.domain.postal_codes import _SHAPES, example_instead_of


@pytest.mark.parametrize("country", _SHAPES)
def test_an_example_looks_as_its_country_wants_it(country: str) -> None:
    """Or nobody could follow it."""
    assert example_instead_of(_SHAPES[country][1], country) is None


@pytest.mark.parametrize(
    ("postal_code", "country"),
    [("1012ab", "NL"), ("11020", "SE"), ("L-1009", "LU"), ("D02X285", "IE"), ("anything", "US")],
)
def test_other_ways_of_writing_are_taken(postal_code: str, country: str) -> None:
    """Small letters, no space; and whatever a country has that we do not know."""
    assert example_instead_of(postal_code, country) is None


@pytest.mark.parametrize(
    ("postal_code", "country"),
    [("1011", "DE"), ("10115 ", "DE"), ("\u0661" * 5, "DE"), ("00001", "PL"), ("1012", "NL")],
)
def test_what_cannot_be_one_is_not_taken(postal_code: str, country: str) -> None:
    """The answer is one that would do."""
    assert example_instead_of(postal_code, country) == _SHAPES[country][1]
