"""Products, and the tax and shipping tariff of a country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orders.domain.money import Money


class Category(StrEnum):
    """Tax category of a product."""

    #: Taxed at the country's general rate.
    GENERAL = "general"
    #: Taxed at the country's rate for food and drink.
    FOOD = "food"


class ShippingMethod(StrEnum):
    """Shipping methods that a customer can choose."""

    STANDARD = "standard"
    EXPRESS = "express"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product of the catalogue."""

    sku: str
    name: str
    #: Including tax, the same in every country.
    price: Money
    #: Units in stock before the first operation on the stock entity.
    opening_balance: int
    category: Category = Category.GENERAL
    #: Known by its SKU, but no longer sold.
    discontinued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Tax and shipping prices of one country."""

    #: Tax rate of each category, in hundredths of a percent: 1900 is 19 %.
    tax: Mapping[Category, int]
    #: Shipping price of each method, including tax.
    shipping: Mapping[ShippingMethod, Money]
