"""Port: changes of stock by operators, kept beside the orders.

A change is stored before it is applied, so that a repeated request finds it. All methods may be
repeated, and raise StoreUnavailableError if the store is unavailable.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from orders.domain.stock import StockLevel
from orders.domain.stock_changes import StockChange

#: Most open changes that are returned at once.
MAX_OPEN_CHANGES: Final = 100


class StockChangeStore(Protocol):
    """The log of all stock changes. A change is open until its orchestration is purged."""

    def place(self, change: StockChange) -> StockChange:
        """Store a new change as open, or return the stored one with its ID."""

    def find(self, change_id: str) -> StockChange | None:
        """Return the change."""

    def store_answer(self, change_id: str, answer: StockLevel) -> StockLevel:
        """Store the first answer of a change, and return the stored one.

        Raises:
            StockChangeNotFoundError: there is no change with this ID.
        """

    def open_changes(self, limit: int = MAX_OPEN_CHANGES) -> tuple[StockChange, ...]:
        """Return open changes, oldest first."""

    def close(self, change: StockChange) -> None:
        """Record that nothing remains to be done for the change. The change is kept."""

    def totals(self) -> Mapping[str, int]:
        """Return the sum of all applied changes of each product, by SKU."""
