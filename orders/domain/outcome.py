"""Outcome of an order, and what is known about it when its orchestration starts again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from typing import Final

from orders.domain.results import StockLine


class OrderStatus(StrEnum):
    """Status of an order, as customers see it."""

    #: Stored; no step has begun.
    PLACED = "placed"
    #: Steps are being done or undone, or the order awaits its recovery.
    PROCESSING = "processing"
    #: The order goes on when a service is available again or a person has decided.
    WAITING = "waiting"
    #: Paid and shipped.
    COMPLETED = "completed"
    #: Refused by a rule, a bank or a carrier, or given up; everything is undone.
    REJECTED = "rejected"
    #: Stopped by the customer or an operator; everything is undone.
    CANCELED = "canceled"
    #: An operator must decide.
    NEEDS_ATTENTION = "needsAttention"


class Reason(StrEnum):
    """Why an order was not completed."""

    #: More units of one product than the shop sells in one order.
    QUANTITY_ABOVE_LIMIT = "quantityAboveLimit"
    #: The shop does not ship to this country.
    COUNTRY_NOT_SERVED = "countryNotServed"
    #: The product is no longer sold.
    DISCONTINUED = "discontinued"
    #: The total is less than the payment gateway takes.
    TOTAL_BELOW_MINIMUM = "totalBelowMinimum"
    #: The total is more than the payment gateway takes.
    TOTAL_ABOVE_MAXIMUM = "totalAboveMaximum"
    #: The payment gateway takes the currency only in larger steps, such as 5.120 and 5.130 KWD.
    TOTAL_NOT_PAYABLE = "totalNotPayable"
    #: Fewer units are available than ordered.
    OUT_OF_STOCK = "outOfStock"
    #: The customer requested a cancellation.
    CANCELED = "canceled"
    #: The bank declined the card without giving a reason.
    CARD_DECLINED = "cardDeclined"
    #: The account does not cover the amount.
    INSUFFICIENT_FUNDS = "insufficientFunds"
    #: The card has expired.
    EXPIRED_CARD = "expiredCard"
    #: The security code does not match the card.
    INCORRECT_CVC = "incorrectCvc"
    #: The bank could not process the card.
    PROCESSING_ERROR = "processingError"
    #: The bank requires an action of the customer, such as 3-D Secure.
    CUSTOMER_ACTION_REQUIRED = "customerActionRequired"
    #: The gateway does not know the payment method.
    UNKNOWN_PAYMENT_METHOD = "unknownPaymentMethod"
    #: The payment method was used before, belongs to an account, or is of another kind.
    UNUSABLE_PAYMENT_METHOD = "unusablePaymentMethod"
    #: There is no open authorization to capture.
    NO_AUTHORIZATION = "noAuthorization"
    #: The bank refused the capture of an authorized amount.
    CAPTURE_REFUSED = "captureRefused"
    #: The authorization expired or was canceled at the gateway before the capture.
    AUTHORIZATION_LAPSED = "authorizationLapsed"
    #: The bank refused the refund.
    REFUND_REFUSED = "refundRefused"
    #: The bank sent the refund back after it was paid.
    REFUND_RETURNED = "refundReturned"
    #: A dispute about the payment is open, so a refund could pay the customer twice.
    DISPUTED = "disputed"
    #: Nothing was captured that could be refunded.
    NOT_CAPTURED = "notCaptured"
    #: The refund exceeds what was captured and not refunded yet.
    EXCEEDS_CAPTURED = "exceedsCaptured"
    #: The carrier does not deliver to this address.
    ADDRESS_REFUSED = "addressRefused"
    #: The step was undone before it was tried, so it was not done.
    ALREADY_UNDONE = "alreadyUndone"
    #: A service was unavailable for longer than the retries last.
    UNAVAILABLE = "unavailable"
    #: An operator suspended or terminated the orchestration.
    STOPPED_BY_OPERATOR = "stoppedByOperator"
    #: The order store has no order with this ID.
    ORDER_NOT_FOUND = "orderNotFound"


#: Reasons of a cancellation. Every other reason is a rejection.
CANCEL_REASONS: Final = frozenset({Reason.CANCELED, Reason.STOPPED_BY_OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an order ended."""

    status: OrderStatus
    tracking_number: str | None = None
    reason: str | None = None
    #: Failures that do not change the status, for operators.
    notes: tuple[str, ...] = ()
    #: Steps that failed for good and need an operator.
    failed_steps: tuple[str, ...] = ()

    @classmethod
    def completed(cls, tracking_number: str) -> Outcome:
        """Return the outcome of an order that is paid and shipped."""
        return cls(status=OrderStatus.COMPLETED, tracking_number=tracking_number)

    @classmethod
    def rejected(cls, reason: str | None) -> Outcome:
        """Return the outcome of an order that is refused or given up."""
        return cls(status=OrderStatus.REJECTED, reason=reason)

    @classmethod
    def canceled(cls, reason: str | None = Reason.CANCELED) -> Outcome:
        """Return the outcome of an order that the customer or an operator stopped."""
        return cls(status=OrderStatus.CANCELED, reason=reason)

    @classmethod
    def refused(cls, reason: str) -> Outcome:
        """Return the outcome after a step was refused: by request, or for another reason."""
        return cls.canceled(reason) if reason in CANCEL_REASONS else cls.rejected(reason)

    @classmethod
    def needs_attention(cls, reason: str | None, failed_steps: tuple[str, ...]) -> Outcome:
        """Return the outcome of an order that an operator must decide on, with the failed steps."""
        return cls(status=OrderStatus.NEEDS_ATTENTION, reason=reason, failed_steps=failed_steps)

    @property
    def requires_undo(self) -> bool:
        """Whether everything that was done must be undone."""
        return self.status in {OrderStatus.REJECTED, OrderStatus.CANCELED}

    @property
    def is_completed(self) -> bool:
        """Whether the order is paid and shipped."""
        return self.status is OrderStatus.COMPLETED

    def with_failed_step(self, step: str, note: str) -> Outcome:
        """Add a failed step that does not change the status."""
        return replace(self.with_note(note), failed_steps=(*self.failed_steps, step))

    def with_note(self, note: str) -> Outcome:
        """Return the outcome with one more note for operators."""
        return self.replace_notes((*self.notes, note))

    def replace_notes(self, notes: tuple[str, ...]) -> Outcome:
        """Replace the notes."""
        return replace(self, notes=notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSale:
    """The reservation of one product that was sold to an order."""

    sku: str
    #: Its number: a later reservation for the same order has another one.
    reservation: int


class Next(Enum):
    """What an orchestration does after it has opened the order."""

    #: Nothing: the order has ended.
    ENDED = auto()
    #: Undo, because it has begun or a cancellation is requested.
    UNDO = auto()
    #: Finish, because the shipment is dispatched.
    FINISH = auto()
    #: Fulfill from the start; steps that were done are found.
    FULFILL = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the record says when an orchestration starts, for the first time or again."""

    #: The order has ended already.
    outcome: Outcome | None = None
    #: Undoing has begun, with this outcome as its goal.
    undoing: Outcome | None = None
    #: A cancellation was requested before the dispatch, for this reason.
    cancel_reason: str | None = None
    #: An earlier orchestration may have done any of the steps.
    resumed: bool = False
    #: Number of this orchestration, from 1.
    run: int = 1
    #: The step for which the order waits.
    waiting_step: str | None = None
    #: Units that may be reserved, if the order was accepted.
    stock_lines: tuple[StockLine, ...] = ()
    #: The reservations that were sold to the order, if all of them were.
    sales: tuple[StockSale, ...] = ()
    #: The shipment is dispatched: the order can only be finished.
    dispatched: bool = False
    #: Steps that an operator did elsewhere or decided to skip.
    resolved_steps: tuple[str, ...] = ()
    #: The skipped ones among them.
    skipped_steps: tuple[str, ...] = ()

    @property
    def next(self) -> Next:
        """What comes next."""
        if self.outcome is not None:
            return Next.ENDED
        if self.undoing is not None or self.cancel_reason is not None:
            return Next.UNDO
        return Next.FINISH if self.dispatched else Next.FULFILL

    @property
    def goal(self) -> Outcome:
        """The outcome of an order that has ended, or is being undone."""
        return (
            self.outcome or self.undoing or Outcome.canceled(self.cancel_reason or Reason.CANCELED)
        )
