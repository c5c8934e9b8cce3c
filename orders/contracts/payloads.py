"""Inputs and results of orchestrations, activities and entity operations.

They hold IDs and amounts only; personal data stays in the order store. Results of steps are the
values of `domain.results` and `domain.outcome`. `tests/contracts` pins the JSON of each.
"""

from dataclasses import dataclass, field

from orders.contracts.retries import RetryPolicies
from orders.domain.emails import EmailKind
from orders.domain.money import Money
from orders.domain.outcome import Outcome, StockSale
from orders.domain.partner_events import EventStatus, Partner
from orders.domain.refund import RefundOutcome, RefundStatus
from orders.domain.results import Reversal, ShipmentCancellation
from orders.domain.stock import ReservationStatus, StockLevel
from orders.domain.waits import WaitRound, WakePosition


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInput:
    """Input of `processOrder`."""

    order_id: str
    retries: RetryPolicies = field(default_factory=RetryPolicies)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReference:
    """Input of the activities that need only the order ID."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """Input of `processPayment`."""

    order_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitCheck:
    """Input of `checkWait`."""

    order_id: str
    round: WaitRound


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEnd:
    """Input of `endWait`."""

    order_id: str
    step: str
    position: WakePosition


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationRequest:
    """Input of `sendConfirmation`."""

    order_id: str
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeEmailRequest:
    """Input of `sendOutcomeEmail`."""

    order_id: str
    kind: EmailKind
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOutcome:
    """Input of `beginUndo` and `closeOrder`."""

    order_id: str
    outcome: Outcome
    #: What was sold, if the order is completed.
    sales: tuple[StockSale, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReversal:
    """Result of `reversePayment`."""

    reversal: Reversal


@dataclass(frozen=True, slots=True, kw_only=True)
class CanceledShipment:
    """Result of `cancelShipment`."""

    cancellation: ShipmentCancellation


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundInput:
    """Input of `refundOrder`."""

    order_id: str
    refund_id: str
    retries: RetryPolicies = field(default_factory=RetryPolicies)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReference:
    """Input of the activities that need only the IDs of a refund."""

    order_id: str
    refund_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundClosing:
    """Input of `closeRefund`."""

    order_id: str
    refund_id: str
    outcome: RefundOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundState:
    """Output of `refundOrder`."""

    status: RefundStatus
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventInput:
    """Input of `handlePartnerEvent`."""

    partner: Partner
    event_id: str
    retries: RetryPolicies = field(default_factory=RetryPolicies)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReference:
    """Input of `reconcileOrder`."""

    partner: Partner
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventState:
    """Result of `reconcileOrder`, and output of `handlePartnerEvent`."""

    status: EventStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRequest:
    """Input of the stock operations `reserve`, `release` and `commit`.

    The opening balance is the stock of an entity that has had no operation yet, so no entity has
    to be seeded.
    """

    order_id: str
    opening_balance: int
    quantity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSettlement:
    """Input of the stock operation `settle`: what the order's outcome says of its units."""

    order_id: str
    opening_balance: int
    status: ReservationStatus
    quantity: int
    #: The reservation that was sold.
    reservation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChangeRequest:
    """Input of `changeStock` and of the stock operations `adjust` and `settleChange`."""

    change_id: str
    sku: str
    units: int
    opening_balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChangeReference:
    """Input of `openStockChange`."""

    change_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChangeState:
    """Result of `openStockChange`."""

    #: None: the change is not applied yet.
    answer: StockLevel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChangeAnswer:
    """Input of `closeStockChange`, which returns the stored answer."""

    change_id: str
    answer: StockLevel
