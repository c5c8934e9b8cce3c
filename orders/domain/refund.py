"""Refunds of completed orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from orders.domain.attention import ResolutionAction
from orders.domain.money import Money
from orders.domain.outcome import Reason

#: Refunds that one order can have.
MAX_REFUNDS: Final = 100


class RefundStatus(StrEnum):
    """Status of a refund."""

    #: Requested; another operator must approve it before it is paid.
    AWAITING_APPROVAL = "awaitingApproval"
    #: Requested; not paid yet.
    REQUESTED = "requested"
    #: Paid to the customer's payment method.
    PAID = "paid"
    #: Refused or given up; an operator must decide on it.
    FAILED = "failed"
    #: Paid by an operator by other means.
    SETTLED_ELSEWHERE = "settledElsewhere"
    #: An operator decided not to pay it.
    SKIPPED = "skipped"


class RefundRequestStatus(StrEnum):
    """Answer to a refund request."""

    #: The refund will be paid.
    ACCEPTED = "accepted"
    #: The same refund was requested before.
    REPEATED = "repeated"
    #: The idempotency key was used for another refund.
    KEY_REUSED = "keyReused"
    #: The order is not completed.
    NOT_COMPLETED = "notCompleted"
    #: The order was paid in another currency.
    OTHER_CURRENCY = "otherCurrency"
    #: The payment gateway does not take this amount.
    NOT_PAYABLE = "notPayable"
    #: A dispute about the payment is open.
    DISPUTED = "disputed"
    #: The amount exceeds what can be refunded.
    EXCEEDS_REFUNDABLE = "exceedsRefundable"
    #: The order has as many refunds as it can have.
    TOO_MANY = "tooMany"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """An operator's request for a refund."""

    refund_id: str
    #: None: everything that can be refunded.
    amount: Money | None
    note: str
    operator: str
    at: datetime
    #: Keyed hash of the request: detects a repeated request.
    fingerprint: str
    #: The most minor units of one order that operators refund alone. None: any amount.
    alone_up_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundApproval:
    """A second operator's decision on a refund."""

    approval_id: str
    #: False: the refund is declined and will not be paid.
    is_approved: bool
    note: str
    operator: str
    at: datetime


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
    #: The decision of another operator, if one was needed and made.
    approval: RefundApproval | None = None
    #: When the customer was informed, or the refund was given up.
    ended_at: datetime | None = None
    #: The step that failed for good and needs an operator.
    failed_step: str | None = None
    #: Why the refund was not paid.
    reason: str | None = None
    #: Recovery attempts since it was requested or retried.
    recovery_attempts: int = 0
    #: When recovery terminated its orchestration in order to restart it.
    terminated_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the payment or the email is still outstanding."""
        email_outstanding = self.status is RefundStatus.PAID and self.ended_at is None
        return self.status is RefundStatus.REQUESTED or email_outstanding

    @property
    def is_unsettled(self) -> bool:
        """Whether it is open or awaits an approval."""
        return self.is_open or self.status is RefundStatus.AWAITING_APPROVAL

    @property
    def active_since(self) -> datetime:
        """When it was requested, or approved."""
        return self.approval.at if self.approval else self.requested_at

    @property
    def wake_requested_at(self) -> None:
        """Its orchestration does not wait."""
        return

    @property
    def may_be_paid(self) -> bool:
        """Whether the gateway may have paid it."""
        return self.status in {RefundStatus.REQUESTED, RefundStatus.PAID, RefundStatus.FAILED}

    @property
    def reduces_refundable(self) -> bool:
        """Whether the customer has the money or may still get it."""
        return self.status is not RefundStatus.SKIPPED

    def decide(self, approval: RefundApproval) -> Refund:
        """Record the decision of another operator: the refund will be paid, or is skipped."""
        if approval.is_approved:
            return replace(self, status=RefundStatus.REQUESTED, approval=approval)
        skipped = RefundStatus.SKIPPED
        return replace(self, status=skipped, ended_at=approval.at, approval=approval)

    def close(self, outcome: RefundOutcome, now: datetime) -> Refund:
        """Record the outcome. A refund that was paid stays paid."""
        is_paid = outcome.is_paid or self.status is RefundStatus.PAID
        return replace(
            self,
            status=RefundStatus.PAID if is_paid else RefundStatus.FAILED,
            ended_at=now,
            failed_step=outcome.failed_step,
            reason=outcome.reason,
            recovery_attempts=0,
            terminated_at=None,
        )

    def send_back(self, step: str, now: datetime) -> Refund:
        """Record that the bank has sent the paid refund back; `step` must be done again."""
        return replace(
            self,
            status=RefundStatus.FAILED,
            ended_at=now,
            failed_step=step,
            reason=Reason.REFUND_RETURNED,
            recovery_attempts=0,
            terminated_at=None,
        )

    def resolve(self, action: ResolutionAction, now: datetime) -> Refund:
        """Apply an operator's action to a refund that failed."""
        is_paid = self.status is RefundStatus.PAID
        if action is ResolutionAction.RETRY:
            # A paid refund stays paid; only its email is sent again.
            status = RefundStatus.PAID if is_paid else RefundStatus.REQUESTED
            return replace(self, status=status, ended_at=None, failed_step=None, reason=None)
        if is_paid:
            return replace(self, failed_step=None)
        settled = action is ResolutionAction.SETTLED_ELSEWHERE
        status = RefundStatus.SETTLED_ELSEWHERE if settled else RefundStatus.SKIPPED
        return replace(self, status=status, ended_at=now, failed_step=None)
