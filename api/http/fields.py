"""What may stand in a single field of a request? Its kind, its size, its characters."""

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field, Strict, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from orders.domain.postal_codes import example_instead_of

#: Controls, halves of characters, and separators that break a line: they have no place in a name.
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})

MOST_LINES: Final = 50

_CARD_NUMBER: Final = re.compile(r"(?:\d[ .-]?){12,19}")
#: Fewer digits, or others in front, are more likely a telephone number.
_CARD_NUMBER_IN_TEXT: Final = re.compile(r"(?<!\d)[2-6][ .-]?(?:\d[ .-]?){13,17}\d(?!\d)")


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES for character in text):
        raise PydanticCustomError("one_line", "must not contain control characters")
    return text


def _no_card_number(text: str) -> str:
    if _CARD_NUMBER.search(text):
        raise PydanticCustomError(
            "card_number",
            "looks like a card number; send the id of a payment method, never a card number",
        )
    return text


def _no_card_number_within(text: str) -> str:
    if any(_adds_up(re.sub(r"\D", "", number)) for number in _CARD_NUMBER_IN_TEXT.findall(text)):
        raise PydanticCustomError("card_number_within", "must not contain a card number")
    return text


def _adds_up(digits: str) -> bool:
    """Whether the last digit is the check digit that every card number ends with."""
    weighed = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(sum(divmod(number, 10)) for number in weighed) % 10 == 0


def _shaped(pattern: str, message: str) -> Callable[[str], str]:
    """A check that the whole text has this shape."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise PydanticCustomError("shape", "{message}", {"message": message})
        return text

    return check


def _in_catalogue(sku: str, info: ValidationInfo) -> str:
    is_sold: Callable[[str], bool] = (info.context or {})["is_sold"]
    if not is_sold(sku):
        raise PydanticCustomError("unknown_sku", "is not in the catalogue")
    return sku


def _like_those_of_the_country(postal_code: str, info: ValidationInfo) -> str:
    # A country that is wrong itself is not there; it is told of on its own.
    country = info.data.get("country", "")
    example = example_instead_of(postal_code, country)
    if example:
        raise PydanticCustomError(
            "postal_code",
            "must be a postal code of {country}, as {example}",
            {"country": country, "example": example},
        )
    return postal_code


def countable(lines: object) -> object:
    """Refuse a list of lines that is empty or endless, before each line is looked at."""
    if isinstance(lines, list) and not 1 <= len(lines) <= MOST_LINES:
        raise PydanticCustomError("lines", "must have 1 to {most} entries", {"most": MOST_LINES})
    return lines


_Text: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_one_line)
]

Short: TypeAlias = Annotated[_Text, Field(max_length=60)]
Name: TypeAlias = Annotated[_Text, Field(max_length=120), AfterValidator(_no_card_number_within)]
Note: TypeAlias = Annotated[_Text, Field(max_length=500), AfterValidator(_no_card_number_within)]
PostalCode: TypeAlias = Annotated[
    _Text, Field(max_length=16), AfterValidator(_like_those_of_the_country)
]
Email: TypeAlias = Annotated[
    _Text,
    Field(max_length=254),
    AfterValidator(_shaped(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", "must be a mail address")),
]
Phone: TypeAlias = Annotated[
    _Text,
    AfterValidator(_shaped(r"\+?[0-9 ()/.-]{4,30}", "must be a telephone number")),
]
Country: TypeAlias = Annotated[
    str,
    AfterValidator(_shaped("[A-Z]{2}", "must be a country code of two capital letters, as DE")),
]
PaymentMethod: TypeAlias = Annotated[
    str,
    AfterValidator(_no_card_number),
    AfterValidator(
        _shaped(
            r"pm_[A-Za-z0-9_]{1,64}", "must be the id of a payment method, such as pm_card_visa"
        )
    ),
]
Sku: TypeAlias = Annotated[_Text, Field(max_length=64), AfterValidator(_in_catalogue)]
#: The shop's own limit is a rule, told by validation; this one only keeps amounts countable.
Minor: TypeAlias = Annotated[int, Strict(), Field(ge=0, le=10**15)]
Currency: TypeAlias = Annotated[
    str, AfterValidator(_shaped("[A-Z]{3}", "must be a currency code of three letters, as EUR"))
]
Quantity: TypeAlias = Annotated[int, Strict(), Field(ge=1, le=1_000_000_000)]
