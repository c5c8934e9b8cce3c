"""Stock changes: units that an operator adds to or takes from the stock of a product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orders.domain.stock import StockLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """One change of stock. It is stored before it is applied."""

    #: Made of the SKU and the caller's idempotency key: a repeated request finds it.
    change_id: str
    sku: str
    #: Negative units are taken.
    units: int
    #: Why, such as a delivery, breakage or a count.
    note: str
    #: The stock of the product, if nothing has happened to it yet.
    opening_balance: int
    requested_at: datetime
    #: The level after the change; None until it is applied or refused.
    answer: StockLevel | None = None

    @property
    def applied(self) -> int:
        """The units that were added."""
        return self.units if self.answer is not None and self.answer.done else 0

    def is_repeated_by(self, later: StockChange) -> bool:
        """Whether a later request asks for the same."""
        return (self.sku, self.units, self.note) == (later.sku, later.units, later.note)
