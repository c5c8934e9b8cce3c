"""What does the order book let go of, when an order is long over?

All methods may be repeated; they raise BookUnavailable when the book cannot be read or written, and
UnknownOrder.
"""

from typing import Protocol


class Archive(Protocol):
    """The part of the order book that forgets."""

    def erase(self, order_id: str) -> None:
        """Erase whatever is personal: nothing of it is left in the book's files."""
        ...

    def note_purged(self, order_id: str) -> None:
        """Note that the engine and the stock know nothing of the order any more."""
        ...

    def forget(self, order_id: str) -> None:
        """Drop the order's page, and all references to partners that are kept for it.

        From then on its idempotency key means a new order. Partners still know the old one by its
        id, so a mark stays that no order gets this id again. Nothing happens while something is
        left to be done: see `OrderRecord.can_be_forgotten`.
        """
        ...
