"""Disputes: customers ask their banks to return a payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from orders.domain.money import Money

#: Disputes that one order's record keeps.
MAX_DISPUTES: Final = 20


class DisputeStatus(StrEnum):
    """Status of a dispute."""

    #: The bank asks for information; no money has moved.
    INQUIRY = "inquiry"
    #: The bank has taken the amount back until it decides.
    OPEN = "open"
    #: The bank decided for the shop, which has the amount again.
    WON = "won"
    #: The bank decided for the customer, who keeps the amount.
    LOST = "lost"
    #: It ended without a decision; the shop has the amount.
    CLOSED = "closed"

    @property
    def is_undecided(self) -> bool:
        """Whether the bank may still decide."""
        return self in {DisputeStatus.INQUIRY, DisputeStatus.OPEN}

    @property
    def needs_operator(self) -> bool:
        """Whether an operator must act: answer the bank, or accept the loss."""
        return self.is_undecided or self is DisputeStatus.LOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A dispute about an order's payment."""

    #: The gateway's ID.
    dispute_id: str
    amount: Money
    status: DisputeStatus
    opened_at: datetime
    #: When the service learned that the dispute was decided.
    closed_at: datetime | None = None
