"""The order's record: what the order store keeps of one order, and the rules for changing it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from orders.domain.attention import Attention, AttentionReason, Resolution, ResolutionAction
from orders.domain.money import Money
from orders.domain.order import Order
from orders.domain.outcome import Opening, OrderStatus, Outcome, Reason
from orders.domain.refund import Refund, RefundStatus
from orders.domain.results import Dispatch, ValidationResult

#: Replaces an erased text.
ERASED: Final = "(erased)"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """An order's record, without its personal part."""

    order: Order
    #: Keyed hash of the request: detects a repeated request.
    fingerprint: str
    #: How often an orchestration has started with this order.
    runs: int = 0
    #: Result of the first validation.
    validation: ValidationResult | None = None
    #: Undoing has begun, with this outcome as its goal. The order can no longer be completed.
    undoing: Outcome | None = None
    #: When the customer requested a cancellation.
    cancel_requested_at: datetime | None = None
    #: When the shipment was dispatched. After that the order is neither canceled nor undone.
    dispatched_at: datetime | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    #: When the record last changed.
    updated_at: datetime | None = None
    #: Set while the order needs an operator.
    attention: Attention | None = None
    #: Resolutions of operators, oldest first.
    resolutions: tuple[Resolution, ...] = ()
    #: Recovery attempts since the order last ended.
    recovery_attempts: int = 0
    #: No recovery attempt is made before this time.
    next_recovery_at: datetime | None = None
    #: When recovery terminated the orchestration in order to restart it. Until the restart, the
    #: termination is not a request to end the order.
    terminated_at: datetime | None = None
    #: Refunds, oldest first.
    refunds: tuple[Refund, ...] = ()
    #: When the personal data was erased.
    erased_at: datetime | None = None
    #: When the history and the stock entries were purged.
    purged_at: datetime | None = None

    @property
    def status(self) -> OrderStatus:
        """The status according to the record alone."""
        if self.outcome is not None:
            return self.outcome.status
        if self.attention is not None:
            return OrderStatus.NEEDS_ATTENTION
        return OrderStatus.PROCESSING if self.runs else OrderStatus.PLACED

    @property
    def can_be_canceled(self) -> bool:
        """Whether a cancellation request would take effect."""
        return self.outcome is None and self.dispatched_at is None

    @property
    def is_being_canceled(self) -> bool:
        """Whether a cancellation was requested in time."""
        return self.cancel_requested_at is not None and self.dispatched_at is None

    @property
    def can_be_erased(self) -> bool:
        """Whether the personal data is no longer needed."""
        ended = self.outcome is not None and self.status is not OrderStatus.NEEDS_ATTENTION
        return ended and not self.open_refunds

    @property
    def can_be_deleted(self) -> bool:
        """Whether nothing remains to be done for the order."""
        return self.outcome is not None and self.attention is None and not self.open_refunds

    @property
    def open_refunds(self) -> tuple[Refund, ...]:
        """The refunds whose payment or email is outstanding."""
        return tuple(refund for refund in self.refunds if refund.is_open)

    @property
    def refundable(self) -> Money:
        """The amount that was captured and is neither refunded nor going to be."""
        amounts = (refund.amount for refund in self.refunds if refund.reduces_refundable)
        return sum((amount * -1 for amount in amounts), self.order.total)

    def refund(self, refund_id: str) -> Refund | None:
        """Return the refund with this ID."""
        return next((refund for refund in self.refunds if refund.refund_id == refund_id), None)

    @property
    def resolved_steps(self) -> tuple[str, ...]:
        """The steps that an operator did elsewhere or skipped."""
        return self._steps_with(ResolutionAction.SETTLED_ELSEWHERE, ResolutionAction.SKIP)

    @property
    def steps_settled_elsewhere(self) -> tuple[str, ...]:
        """The steps that an operator did by other means."""
        return self._steps_with(ResolutionAction.SETTLED_ELSEWHERE)

    def opening(self) -> Opening:
        """Return what the next orchestration has to know."""
        return Opening(
            outcome=self.outcome,
            undoing=self.undoing,
            cancel_requested=self.is_being_canceled,
            resumed=self.runs > 0,
            stock_lines=self.validation.stock_lines if self.validation else (),
            dispatched=self.dispatched_at is not None,
            resolved_steps=self.resolved_steps,
            skipped_steps=self._steps_with(ResolutionAction.SKIP),
        )

    def effective_validation(self, validation: ValidationResult) -> ValidationResult:
        """Return the validation that counts: the first one recorded.

        An order that was accepted, and perhaps paid, is not rejected because rules changed since.
        """
        return self.validation or validation

    def effective_undo(self, goal: Outcome) -> Outcome:
        """Return the outcome that an undo leads to: the first one recorded."""
        if self.outcome is None and self.undoing is None and self.dispatched_at is not None:
            return Outcome.needs_attention(goal.reason, ())  # dispatched: too late to undo
        return self.outcome or self.undoing or goal

    def effective_outcome(self, outcome: Outcome) -> Outcome:
        """Return the outcome with which the order ends: the first one recorded."""
        if self.outcome is None and self.undoing is not None and outcome.is_completed:
            # A late completion by an orchestration that was believed lost. The undo goes on.
            return self.undoing
        return self.outcome or outcome

    def dispatch(self) -> Dispatch:
        """Decide whether the shipment may leave: a cancellation or an undo that came first wins."""
        if self.dispatched_at is not None:
            return Dispatch(dispatched=True)
        if self.cancel_requested_at is not None:
            return Dispatch(dispatched=False, reason=Reason.CANCELED)
        if self.undoing is not None or self.outcome is not None:
            return Dispatch(dispatched=False, reason=Reason.ALREADY_UNDONE)
        return Dispatch(dispatched=True)

    def _steps_with(self, *actions: ResolutionAction) -> tuple[str, ...]:
        resolutions = (item for item in self.resolutions if not item.refunds)
        steps = (step for item in resolutions if item.action in actions for step in item.steps)
        return tuple(dict.fromkeys(steps))


def attention_for(record: OrderRecord, outcome: Outcome, now: datetime) -> Attention | None:
    """Return the queue entry of an order that ends with this outcome, if it needs one."""
    # A refund may have failed while the order's own email was retried.
    refund_steps = (refund.failed_step for refund in record.refunds if refund.failed_step)
    steps = tuple(dict.fromkeys((*outcome.failed_steps, *refund_steps)))
    if outcome.status is not OrderStatus.NEEDS_ATTENTION and not steps:
        return None
    return Attention(reason=AttentionReason.STEP_FAILED, since=now, failed_steps=steps)


def erase_personal_data(record: OrderRecord, now: datetime) -> OrderRecord:
    """Erase notes, operators, the payment method and the caller's reference."""
    return replace(
        record,
        order=replace(record.order, payment_method=ERASED, reference=None),
        resolutions=tuple(
            replace(resolution, note=ERASED, operator=ERASED) for resolution in record.resolutions
        ),
        refunds=tuple(_erase_refund(refund) for refund in record.refunds),
        attention=_remaining_attention(record),
        erased_at=record.erased_at or now,
    )


def _erase_refund(refund: Refund) -> Refund:
    erased = replace(refund, note=ERASED, operator=ERASED)
    return replace(erased, failed_step=None) if refund.status is RefundStatus.PAID else erased


def _remaining_attention(record: OrderRecord) -> Attention | None:
    """Drop failed emails, which have no recipient now; keep refunds that were not paid."""
    unpaid = [
        refund.failed_step for refund in record.refunds if refund.status is RefundStatus.FAILED
    ]
    if record.attention is None or not unpaid:
        return None
    steps = tuple(step for step in record.attention.failed_steps if step in unpaid)
    return replace(record.attention, failed_steps=steps)
