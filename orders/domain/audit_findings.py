"""Findings of an audit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """Kinds of differences between the records."""

    #: The order's record cannot be decoded.
    UNREADABLE_RECORD = "unreadableRecord"
    #: The order, or a refund of it, should have ended long ago.
    OVERDUE = "overdue"
    #: The order has ended, and an authorization is still open.
    AUTHORIZATION_OPEN = "authorizationOpen"
    #: The order was completed, and less was captured than it costs.
    PAYMENT_MISSING = "paymentMissing"
    #: The order was not completed, and captured money was not refunded.
    PAYMENT_NOT_REVERSED = "paymentNotReversed"
    #: More was authorized or captured than the order costs.
    CHARGED_TWICE = "chargedTwice"
    #: More was refunded than was captured.
    REFUNDED_TWICE = "refundedTwice"
    #: Less was refunded than the record says.
    REFUND_MISSING = "refundMissing"
    #: A payment exists for an order that the store does not have.
    ORPHANED_PAYMENT = "orphanedPayment"
    #: The order was completed, and no shipment was dispatched.
    SHIPMENT_MISSING = "shipmentMissing"
    #: The order was not completed, and its shipment was not canceled.
    SHIPMENT_NOT_CANCELED = "shipmentNotCanceled"
    #: The order has more than one shipment.
    SHIPPED_TWICE = "shippedTwice"
    #: A shipment was dispatched that is not paid.
    DISPATCHED_UNPAID = "dispatchedUnpaid"
    #: A shipment exists for an order that the store does not have.
    ORPHANED_SHIPMENT = "orphanedShipment"
    #: The order has ended, the customer got no email, and no note says so.
    EMAIL_MISSING = "emailMissing"
    #: The customer got an email that does not match the outcome.
    EMAIL_WRONG = "emailWrong"
    #: The customer got the same email more than once.
    EMAILED_TWICE = "emailedTwice"
    #: The order was completed, and its units are not sold to it.
    STOCK_NOT_SOLD = "stockNotSold"
    #: The order was not completed, and units are reserved for it or sold to it.
    STOCK_NOT_RELEASED = "stockNotReleased"
    #: Units are reserved for an order that the store does not have.
    ORPHANED_RESERVATION = "orphanedReservation"
    #: An event of a partner is not handled, or no order is known for it, for a day.
    EVENT_OVERDUE = "eventOverdue"
    #: A product's totals do not match its entries.
    STOCK_INCONSISTENT = "stockInconsistent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference between the records."""

    kind: FindingKind
    #: The orders that it is about.
    orders: tuple[str, ...]
    #: What was found, without personal data.
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCounts:
    """How much was checked."""

    orders: int
    #: The orders in the attention queue.
    in_attention: int
    payments: int
    shipments: int
    emails: int
    products: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Result of an audit."""

    findings: tuple[Finding, ...]
    #: IDs of orders that have not ended.
    open: tuple[str, ...]
    checked: CheckedCounts

    @property
    def is_clean(self) -> bool:
        """Whether there are no findings."""
        return not self.findings
