"""What does the shop sell?"""

from dataclasses import dataclass

from domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One entry of the catalogue."""

    sku: str
    name: str
    price: Money
    #: Units on the shelf when stock is first counted.
    opening_balance: int
    #: Still known by its SKU, no longer sold.
    discontinued: bool = False
