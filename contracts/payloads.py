"""What do an order's orchestration and its activities hand to each other?

Ids and amounts only: whatever is personal stays in the order book. The answers are the values of
`domain.answers` and `domain.outcome`, written by `contracts.codec`. `tests/contracts` pins how each
of them looks on the wire.
"""

from dataclasses import dataclass, field

from domain.answers import Cancellation, Withdrawal
from domain.money import Money
from domain.notice import Notice
from domain.outcome import Outcome
from domain.refund import RefundEnd, RefundStatus
from domain.retry import RetryPolicies


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReference:
    """Which order: input of the steps that need nothing else."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInput:
    """Which order to process, and how patiently: input of `processOrder`."""

    order_id: str
    retries: RetryPolicies = field(default_factory=RetryPolicies)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """What to hold for which order."""

    order_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationRequest:
    """What to tell the customer of which order."""

    order_id: str
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRequest:
    """What to tell the customer of an order that did not come about."""

    order_id: str
    notice: Notice
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Where an order goes, or how it ended: to be written to the book."""

    order_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentUndone:
    """How the customer was left whole."""

    withdrawal: Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentUndone:
    """What became of the parcel."""

    cancellation: Cancellation


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundInput:
    """Which refund to pay, and how patiently: input of `refundOrder`."""

    order_id: str
    refund_id: str
    retries: RetryPolicies = field(default_factory=RetryPolicies)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReference:
    """Which refund of which order: its amount stands in the book."""

    order_id: str
    refund_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundEnding:
    """What became of a refund: to be written to the book."""

    order_id: str
    refund_id: str
    end: RefundEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundState:
    """How a refund stands in the book: output of `refundOrder`."""

    status: RefundStatus
    reason: str | None = None
