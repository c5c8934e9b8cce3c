"""What is paid back of an order that was completed?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.money import Money


class RefundStatus(StrEnum):
    """Where a refund stands."""

    #: Asked for; not paid yet.
    REQUESTED = "requested"
    #: Paid back, the way the customer paid.
    PAID = "paid"
    #: Refused, or tried for as long as it may be: a person decides.
    FAILED = "failed"
    #: A person paid it back by hand.
    SETTLED = "settled"
    #: A person decided that it is not going to be paid.
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundEnd:
    """What trying to pay a refund came to."""

    is_paid: bool
    #: What failed for good, and waits for a person.
    failed_step: str | None = None
    #: Why it was not paid.
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefund:
    """One refund, as the order's page has it."""

    refund_id: str
    amount: Money
    #: Why it is paid back, in a person's words, and who wants it.
    note: str
    by: str
    requested_at: datetime
    #: Tells whether a repeated request is the same request.
    fingerprint: str
    status: RefundStatus = RefundStatus.REQUESTED
    #: When it was paid and told, or given up.
    ended_at: datetime | None = None
    #: What failed for good, and waits for a person.
    failed_step: str | None = None
    #: Why it was not paid.
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be paid, or to be told."""
        is_to_be_told = self.status is RefundStatus.PAID and self.ended_at is None
        return self.status is RefundStatus.REQUESTED or is_to_be_told

    @property
    def may_be_paid(self) -> bool:
        """Whether the gateway may have paid it, as far as the book knows."""
        return self.status in {RefundStatus.REQUESTED, RefundStatus.PAID, RefundStatus.FAILED}

    @property
    def counts(self) -> bool:
        """Whether the customer has the money, or may still get it."""
        return self.status is not RefundStatus.SKIPPED
