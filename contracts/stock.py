"""What do orders and people hand to the stock of an article?

Each request brings the opening balance: the stock begins with it when it is touched first, so
nothing has to be seeded.
"""

from dataclasses import dataclass

from domain.stock import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUnits:
    """Reserve, release, commit or forget the units of one order."""

    order_id: str
    opening_balance: int
    quantity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """Change the stock of one article by hand: input of `changeStock` and of the operation."""

    sku: str
    opening_balance: int
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """How the stock of one article stands; `done` is false where a change was refused."""

    available: int
    reserved: int
    sold: int
    done: bool = True
