"""What does the shop sell?"""

from dataclasses import dataclass

from domain.money import Money
from domain.tariff import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One entry of the catalogue."""

    sku: str
    name: str
    #: With tax, the same in every country.
    price: Money
    #: Units on the shelf when stock is first counted.
    opening_balance: int
    category: Category = Category.GENERAL
    #: Still known by its SKU, no longer sold.
    discontinued: bool = False
