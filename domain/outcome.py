"""How did the order end, or how far had it come?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from domain.answers import StockNeed


class OrderStatus(StrEnum):
    """Where an order stands, in the words that customers read."""

    #: Written in the book; no step has begun.
    PLACED = "placed"
    #: Steps are being done or undone, or wait to be taken up again.
    PROCESSING = "processing"
    #: Paid and shipped.
    COMPLETED = "completed"
    #: Refused by a rule, a bank or a carrier, or given up; nothing was kept of it.
    REJECTED = "rejected"
    #: Stopped by request; nothing was kept of it.
    CANCELED = "canceled"
    #: Broken in a way that only a person can settle.
    NEEDS_ATTENTION = "needsAttention"


class Reason(StrEnum):
    """Why an order was not completed: camelCase, like every name on the wire."""

    #: More of one article than the shop sells at once.
    QUANTITY_ABOVE_LIMIT = "quantityAboveLimit"
    #: The shop does not ship to this country.
    COUNTRY_NOT_SERVED = "countryNotServed"
    #: The article is no longer sold.
    DISCONTINUED = "discontinued"
    #: There are fewer units than were ordered.
    OUT_OF_STOCK = "outOfStock"
    #: The customer asked to stop the order.
    CANCELED = "canceled"
    #: The bank declined the card without saying why.
    CARD_DECLINED = "cardDeclined"
    #: The account does not cover the amount.
    INSUFFICIENT_FUNDS = "insufficientFunds"
    #: The card has expired.
    EXPIRED_CARD = "expiredCard"
    #: The security code does not match the card.
    INCORRECT_CVC = "incorrectCvc"
    #: The bank could not process the card just now.
    PROCESSING_ERROR = "processingError"
    #: The bank wants to hear from the customer, who is not there any more.
    CUSTOMER_ACTION_REQUIRED = "customerActionRequired"
    #: The gateway knows no such payment method.
    UNKNOWN_PAYMENT_METHOD = "unknownPaymentMethod"
    #: There is no open hold that could be captured.
    NO_HOLD = "noHold"
    #: The bank holds the amount and does not hand it over.
    CAPTURE_REFUSED = "captureRefused"
    #: The bank does not pay back what was taken.
    REFUND_REFUSED = "refundRefused"
    #: Nothing was taken that could be paid back.
    NOT_CAPTURED = "notCaptured"
    #: Less than that was taken and not paid back yet.
    ABOVE_CAPTURED = "aboveCaptured"
    #: The carrier does not deliver to this address.
    ADDRESS_REFUSED = "addressRefused"
    #: The step had been undone before it was tried, so it was not done again.
    WITHDRAWN = "withdrawn"
    #: A service stayed out of reach for longer than the order waits.
    UNAVAILABLE = "unavailable"
    #: Somebody suspended or terminated its orchestration.
    STOPPED_BY_HAND = "stoppedByHand"
    #: The book holds no order of this id.
    UNKNOWN_ORDER = "unknownOrder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of an order."""

    status: OrderStatus
    tracking_number: str | None = None
    reason: str | None = None
    #: What went wrong without changing the end, for people.
    notes: tuple[str, ...] = ()
    #: Steps that failed for good and leave the order to a person.
    failed_steps: tuple[str, ...] = ()

    @classmethod
    def completed(cls, tracking_number: str) -> Outcome:
        """Paid and shipped."""
        return cls(status=OrderStatus.COMPLETED, tracking_number=tracking_number)

    @classmethod
    def rejected(cls, reason: str | None) -> Outcome:
        """Refused or given up, and undone."""
        return cls(status=OrderStatus.REJECTED, reason=reason)

    @classmethod
    def canceled(cls) -> Outcome:
        """Stopped by request, and undone."""
        return cls(status=OrderStatus.CANCELED, reason=Reason.CANCELED)

    @classmethod
    def stopped(cls, reason: str | None) -> Outcome:
        """A step answered no: by request, or for a reason of its own."""
        return cls.canceled() if reason == Reason.CANCELED else cls.rejected(reason)

    @classmethod
    def needs_attention(cls, reason: str | None, failed_steps: tuple[str, ...]) -> Outcome:
        """Left to a person, with what could not be done."""
        return cls(status=OrderStatus.NEEDS_ATTENTION, reason=reason, failed_steps=failed_steps)

    @property
    def is_to_be_undone(self) -> bool:
        """Whether nothing that was done may stay done."""
        return self.status in {OrderStatus.REJECTED, OrderStatus.CANCELED}

    @property
    def is_success(self) -> bool:
        """Whether everything that was done stays done."""
        return self.status is OrderStatus.COMPLETED

    def with_failed(self, step: str, note: str) -> Outcome:
        """The same end, with a step that failed and does not change it."""
        return replace(self.with_note(note), failed_steps=(*self.failed_steps, step))

    def with_note(self, note: str) -> Outcome:
        """The same end with one more remark."""
        return replace(self, notes=(*self.notes, note))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the book knows when an order is taken up, for the first time or again."""

    #: The order ended in an earlier run.
    outcome: Outcome | None = None
    #: An earlier run had begun to undo the order, towards this end.
    undoing: Outcome | None = None
    #: The customer asked to stop the order before it was dispatched.
    cancel_requested: bool = False
    #: An earlier run may have done any of the steps.
    resumed: bool = False
    #: What earlier runs may have reserved, if the order was accepted.
    needs: tuple[StockNeed, ...] = ()
    #: The parcel was let go: the order can only go on.
    dispatched: bool = False
    #: Steps that a person did by hand, or decided to leave out.
    waived: tuple[str, ...] = ()
    #: Those of them that were left out.
    skipped: tuple[str, ...] = ()
