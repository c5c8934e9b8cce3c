"""What do tax and shipping come to in a country?"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.money import Money


class Category(StrEnum):
    """How an article is taxed."""

    #: At the country's ordinary rate.
    GENERAL = "general"
    #: At the country's rate for what is eaten and drunk.
    FOOD = "food"


class ShippingMethod(StrEnum):
    """How fast a parcel travels."""

    #: With the others.
    STANDARD = "standard"
    #: Before the others.
    EXPRESS = "express"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What one country adds to the shop's prices, or takes out of them."""

    #: Hundredths of a percent: 1900 is 19 %. Tax is contained in all prices.
    tax: Mapping[Category, int]
    #: What the customer pays for the parcel.
    shipping: Mapping[ShippingMethod, Money]
