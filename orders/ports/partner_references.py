"""Port: what must be recorded about an order at one partner before a call is repeated.

A partner keeps its own record of a payment or a shipment. Stored here is what that record does
not show: the partner's ID of it, that the order was undone before the partner knew of it, and which
idempotency keys are used up. If an order has several dealings with a partner, each has a key of its
own, "order_id:which". All methods raise StoreUnavailableError if the store is unavailable.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerReference:
    """An order's reference at one partner."""

    #: The partner's own ID.
    partner_id: str | None = None
    #: The order was undone at this partner: nothing more may be begun.
    has_tombstone: bool = False
    #: Part of the idempotency keys. It rises when the result kept under a key is of no use.
    attempt: int = 1


class PartnerReferences(Protocol):
    """The references of all orders at one partner."""

    def find(self, key: str) -> PartnerReference:
        """Return the reference; an empty one if nothing is stored."""

    def stored_keys(self) -> Iterable[str]:
        """Return the keys that have a partner ID."""

    def store(self, key: str, partner_id: str) -> PartnerReference:
        """Store the partner's ID unless there is one, and return the stored reference."""

    def leave_tombstone(self, key: str) -> PartnerReference:
        """Record that the order was undone, and return the stored reference."""

    def next_attempt(self, key: str, after: int) -> None:
        """Use other idempotency keys than those of attempt `after`. A repeat changes nothing."""
