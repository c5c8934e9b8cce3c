"""Field types of request bodies: kind, size and characters of each."""

import re
from collections.abc import Callable
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field, Strict, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from api.http.characters import is_name, is_visible
from api.http.email_addresses import normalize_email
from orders.domain.currencies import is_currency
from orders.domain.postal_codes import example_if_malformed

MAX_LINES: Final = 50
MAX_UNITS: Final = 1_000_000_000

_CARD_NUMBER: Final = re.compile(r"(?:\d[ .-]?){12,19}")
#: Within a text, other lengths and leading digits are more likely a telephone number.
_CARD_NUMBER_IN_TEXT: Final = re.compile(r"(?<!\d)[2-6][ .-]?(?:\d[ .-]?){13,17}\d(?!\d)")


def _require_visible(text: str) -> str:
    if not is_visible(text):
        raise PydanticCustomError(
            "invisible_characters",
            "must not contain control, direction or invisible characters",
        )
    return text


def _require_name(text: str) -> str:
    if not is_name(text):
        raise PydanticCustomError(
            "name",
            "must be a name in any script, with at most 4 digits, spaces and . , ' - & ( ) /, and"
            " no web address; write a space after a period",
        )
    return text


def _refuse_card_number(text: str) -> str:
    if _CARD_NUMBER.search(text):
        raise PydanticCustomError(
            "card_number",
            "looks like a card number; send the ID of a payment method instead",
        )
    return text


def _refuse_card_number_in_text(text: str) -> str:
    numbers = (re.sub(r"\D", "", number) for number in _CARD_NUMBER_IN_TEXT.findall(text))
    if any(_has_valid_check_digit(number) for number in numbers):
        raise PydanticCustomError("card_number_in_text", "must not contain a card number")
    return text


def _has_valid_check_digit(digits: str) -> bool:
    """Apply the Luhn algorithm."""
    weighted = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(sum(divmod(number, 10)) for number in weighted) % 10 == 0


def _match(pattern: str, message: str) -> Callable[[str], str]:
    """Return a check that the whole text matches a pattern."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise PydanticCustomError("pattern", "{message}", {"message": message})
        return text

    return check


def _require_product(sku: str, info: ValidationInfo) -> str:
    is_known: Callable[[str], bool] = (info.context or {})["is_known_sku"]
    if not is_known(sku):
        raise PydanticCustomError("unknown_sku", "is not in the catalogue")
    return sku


def _match_country(postal_code: str, info: ValidationInfo) -> str:
    # An invalid country is absent here and reported on its own.
    country = info.data.get("country", "")
    example = example_if_malformed(postal_code, country)
    if example:
        raise PydanticCustomError(
            "postal_code",
            "must be a postal code of {country}, such as {example}",
            {"country": country, "example": example},
        )
    return postal_code


def _require_currency(code: str) -> str:
    if not is_currency(code):
        raise PydanticCustomError("currency", "is not a currency of ISO 4217, such as EUR")
    return code


def require_line_count(lines: object) -> object:
    """Check the number of lines before each line is validated."""
    if isinstance(lines, list) and not 1 <= len(lines) <= MAX_LINES:
        raise PydanticCustomError("lines", "must have 1 to {limit} entries", {"limit": MAX_LINES})
    return lines


_Text: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_require_visible),
]

Short: TypeAlias = Annotated[_Text, Field(max_length=60)]
#: A part of an address, or an operator.
Name: TypeAlias = Annotated[
    _Text, Field(max_length=120), AfterValidator(_refuse_card_number_in_text)
]
#: The customer, whom emails greet with it.
CustomerName: TypeAlias = Annotated[_Text, Field(max_length=120), AfterValidator(_require_name)]
Note: TypeAlias = Annotated[
    _Text, Field(max_length=500), AfterValidator(_refuse_card_number_in_text)
]
PostalCode: TypeAlias = Annotated[_Text, Field(max_length=16), AfterValidator(_match_country)]
Email: TypeAlias = Annotated[_Text, Field(max_length=254), AfterValidator(normalize_email)]
Phone: TypeAlias = Annotated[
    _Text, AfterValidator(_match(r"\+?[0-9 ()/.-]{4,30}", "must be a telephone number"))
]
Country: TypeAlias = Annotated[
    str,
    AfterValidator(_match("[A-Z]{2}", "must be a country code such as DE")),
]
PaymentMethod: TypeAlias = Annotated[
    str,
    AfterValidator(_refuse_card_number),
    AfterValidator(
        _match(r"pm_[A-Za-z0-9_]{1,64}", "must be the ID of a payment method, such as pm_card_visa")
    ),
]
Sku: TypeAlias = Annotated[_Text, Field(max_length=64), AfterValidator(_require_product)]
#: An upper bound that keeps sums exact; the shop's own limits are part of the validation.
Minor: TypeAlias = Annotated[int, Strict(), Field(ge=0, le=10**15)]
Currency: TypeAlias = Annotated[
    str,
    AfterValidator(_match("[A-Z]{3}", "must be a currency code such as EUR")),
    AfterValidator(_require_currency),
]
Quantity: TypeAlias = Annotated[int, Strict(), Field(ge=1, le=MAX_UNITS)]
