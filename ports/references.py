"""What must be written down about an order's dealings with one partner, before they are repeated?

A partner keeps its own record of a payment or a parcel. Written here is what it cannot tell: under
which id it is to be asked, that the order was withdrawn before the partner knew of it, and which
idempotency keys are used up. Where an order has several dealings with a partner, each has an id of
its own, "order_id:which". `Archive.forget` drops them all. All methods raise BookUnavailable when
nothing can be read or written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An order's dealings with one partner."""

    #: The partner's own id, once there is one.
    partner_id: str | None = None
    #: Undone, or to be undone: nothing more may be begun.
    withdrawn: bool = False
    #: Part of the idempotency keys: it rises when the answer kept under a key is of no use.
    attempt: int = 1


class References(Protocol):
    """The references of all orders to one partner."""

    def find(self, order_id: str) -> Reference:
        """What is written; of an order that was never dealt with, nothing."""
        ...

    def kept(self) -> Iterable[str]:
        """The orders that have a partner's id."""
        ...

    def keep(self, order_id: str, partner_id: str) -> Reference:
        """Write the partner's id down, unless there is one; the answer is what stands."""
        ...

    def withdraw(self, order_id: str) -> Reference:
        """Write down that the order is withdrawn; the answer is what stands."""
        ...

    def next_attempt(self, order_id: str, after: int) -> None:
        """Use other keys than those of the attempt `after`. Told twice, it rises once."""
        ...
