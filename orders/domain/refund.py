"""Refunds of completed orders."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orders.domain.money import Money


class RefundStatus(StrEnum):
    """Status of a refund."""

    #: Requested; not paid yet.
    REQUESTED = "requested"
    #: Paid to the customer's payment method.
    PAID = "paid"
    #: Refused or given up; an operator must decide.
    FAILED = "failed"
    #: Paid by an operator by other means.
    SETTLED_ELSEWHERE = "settledElsewhere"
    #: An operator decided not to pay it.
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOutcome:
    """Outcome of an attempt to pay a refund."""

    is_paid: bool
    #: The step that failed for good and needs an operator.
    failed_step: str | None = None
    #: Why the refund was not paid.
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A refund in the order's record."""

    refund_id: str
    amount: Money
    #: Why it is paid, and the operator who requested it.
    note: str
    operator: str
    requested_at: datetime
    #: Keyed hash of the request: detects a repeated request.
    fingerprint: str
    status: RefundStatus = RefundStatus.REQUESTED
    #: When the customer was informed, or the refund was given up.
    ended_at: datetime | None = None
    #: The step that failed for good and needs an operator.
    failed_step: str | None = None
    #: Why the refund was not paid.
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the payment or the email is still outstanding."""
        email_outstanding = self.status is RefundStatus.PAID and self.ended_at is None
        return self.status is RefundStatus.REQUESTED or email_outstanding

    @property
    def may_be_paid(self) -> bool:
        """Whether the gateway may have paid it."""
        return self.status in {RefundStatus.REQUESTED, RefundStatus.PAID, RefundStatus.FAILED}

    @property
    def reduces_refundable(self) -> bool:
        """Whether the customer has the money or may still get it."""
        return self.status is not RefundStatus.SKIPPED
