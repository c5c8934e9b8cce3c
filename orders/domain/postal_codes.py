"""Formats of postal codes by country."""

import re
from typing import Final

_FIVE_DIGITS: Final = r"\d{5}"
_FOUR_DIGITS: Final = r"\d{4}"

#: Pattern and example of each country. Countries that are not listed accept any postal code.
_FORMATS: Final = {
    "AT": (_FOUR_DIGITS, "1010"),
    "BE": (_FOUR_DIGITS, "1000"),
    "CH": (_FOUR_DIGITS, "8001"),
    "CZ": (r"\d{3} ?\d{2}", "110 00"),
    "DE": (_FIVE_DIGITS, "10115"),
    "DK": (_FOUR_DIGITS, "1050"),
    "ES": (_FIVE_DIGITS, "28001"),
    "FI": (_FIVE_DIGITS, "00100"),
    "FR": (_FIVE_DIGITS, "75001"),
    "IE": (r"[A-Z]\d[\dW] ?[A-Z\d]{4}", "D02 X285"),
    "IT": (_FIVE_DIGITS, "00118"),
    "LU": (r"(L-)?\d{4}", "1009"),
    "NL": (r"\d{4} ?[A-Z]{2}", "1012 AB"),
    "NO": (_FOUR_DIGITS, "0150"),
    "PL": (r"\d{2}-\d{3}", "00-001"),
    "PT": (r"\d{4}-\d{3}", "1000-001"),
    "SE": (r"\d{3} ?\d{2}", "111 20"),
}


def example_if_malformed(postal_code: str, country: str) -> str | None:
    """Return a valid example if the postal code does not match the country's format."""
    pattern, example = _FORMATS.get(country, (".*", ""))
    matches = re.fullmatch(pattern, postal_code, re.IGNORECASE | re.ASCII)
    return None if matches else example
