"""The order's record: what the order store keeps of one order, and every change to it.

A change is a method that returns the next record and an answer. A change that has nothing to do
returns the record itself. Each may be applied twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from orders.domain.attention import Attention, AttentionReason, Resolution, ResolutionAction
from orders.domain.money import Money
from orders.domain.order import Order
from orders.domain.outcome import Opening, OrderStatus, Outcome, Reason, StockSale
from orders.domain.refund import Refund
from orders.domain.reported import Reported
from orders.domain.results import Accepted, Dispatch, Dispatched, Refused, StockLine, Validation
from orders.domain.waits import Waiting, WakePosition


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """Everything that the store keeps of one order, except the customer's data.

    It holds some personal data: payment method, reference, notes and names of operators.
    """

    order: Order
    #: Keyed hash of the request: detects a repeated request.
    fingerprint: str
    #: How often an orchestration has started with this order.
    runs: int = 0
    #: Result of the first validation.
    validation: Validation | None = None
    #: Undoing has begun, with this outcome as its goal. The order can no longer be completed.
    undoing: Outcome | None = None
    #: When the customer, or an operator who terminated the orchestration, requested a cancellation.
    cancel_requested_at: datetime | None = None
    cancel_reason: str | None = None
    #: When the shipment was dispatched. After that the order is neither canceled nor undone.
    dispatched_at: datetime | None = None
    #: Set while the order waits.
    waiting: Waiting | None = None
    #: The latest round of a wait: its event wakes the orchestration.
    wake_position: WakePosition = field(default_factory=WakePosition)
    #: When the latest wait ended.
    last_wait_ended_at: datetime | None = None
    outcome: Outcome | None = None
    #: The reservations that were sold, one for each product: what the stock entities answered.
    sales: tuple[StockSale, ...] = ()
    ended_at: datetime | None = None
    #: When the record last changed. Set by the store.
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
    #: The status in which the order had ended, while failed steps of it are retried.
    reopened_from: OrderStatus | None = None
    #: Refunds, oldest first.
    refunds: tuple[Refund, ...] = ()
    #: What partners have reported by themselves.
    reported: Reported = field(default_factory=Reported)
    #: When the personal data was erased.
    erased_at: datetime | None = None
    #: The log of a file may still hold erased data.
    is_erasure_pending: bool = False
    #: When the history was purged.
    purged_at: datetime | None = None

    @property
    def order_id(self) -> str:
        """The order's ID."""
        return self.order.order_id

    @property
    def status(self) -> OrderStatus:
        """The status according to the record alone."""
        if self.outcome is not None:
            return self.outcome.status
        if self.is_waiting:
            return OrderStatus.WAITING
        if self.attention is not None:
            return OrderStatus.NEEDS_ATTENTION
        if self.reopened_from is not None:
            return self.reopened_from
        return OrderStatus.PROCESSING if self.runs else OrderStatus.PLACED

    @property
    def is_waiting(self) -> bool:
        """Whether the order waits, has not given up, and no operator has resolved its step."""
        return self.waiting is not None and not self.waiting.is_over

    @property
    def can_be_canceled(self) -> bool:
        """Whether a cancellation request would take effect."""
        return self.outcome is None and self.undoing is None and self.dispatched_at is None

    @property
    def is_being_canceled(self) -> bool:
        """Whether a cancellation was requested in time."""
        is_open = self.outcome is None and self.dispatched_at is None
        return is_open and self.cancel_requested_at is not None

    @property
    def refusal(self) -> Refused | None:
        """The result of a step that is not tried because a cancellation was requested in time."""
        reason = self.cancel_reason or Reason.CANCELED
        return Refused(reason=reason) if self.is_being_canceled else None

    @property
    def can_be_erased(self) -> bool:
        """Whether the personal data is no longer needed."""
        ended = self.outcome is not None and self.status is not OrderStatus.NEEDS_ATTENTION
        return ended and not self.has_unsettled_refund

    @property
    def can_be_deleted(self) -> bool:
        """Whether nothing remains to be done for the order."""
        has_work_left = self.attention is not None or self.has_unsettled_refund
        return self.outcome is not None and not has_work_left

    @property
    def stock_lines(self) -> tuple[StockLine, ...]:
        """The units to reserve; none before the validation."""
        return self.validation.stock_lines if isinstance(self.validation, Accepted) else ()

    @property
    def has_unsettled_refund(self) -> bool:
        """Whether a refund is open or awaits an approval."""
        return any(refund.is_unsettled for refund in self.refunds)

    @property
    def open_refunds(self) -> tuple[Refund, ...]:
        """The refunds whose payment or email is outstanding."""
        return tuple(refund for refund in self.refunds if refund.is_open)

    @property
    def refundable(self) -> Money:
        """The amount of a completed order that the customer neither has back nor gets back."""
        total = self.order.total
        if not (self.outcome and self.outcome.is_completed):
            return total * 0
        refunded = sum(item.amount.minor for item in self.refunds if item.reduces_refundable)
        return Money(max(0, total.minor - refunded - self.reported.lost_minor), total.currency)

    @property
    def resolved_steps(self) -> tuple[str, ...]:
        """The steps that an operator did elsewhere or skipped."""
        return self._steps_with(ResolutionAction.SETTLED_ELSEWHERE, ResolutionAction.SKIP)

    @property
    def steps_settled_elsewhere(self) -> tuple[str, ...]:
        """The steps that an operator did by other means."""
        return self._steps_with(ResolutionAction.SETTLED_ELSEWHERE)

    @property
    def wake_requested_at(self) -> datetime | None:
        """Since when the orchestration should have woken from its wait."""
        if self.waiting is None:
            return None
        is_stopped = self.is_being_canceled and self.undoing is None
        return self.waiting.wake_requested_at or (self.cancel_requested_at if is_stopped else None)

    @property
    def active_since(self) -> datetime:
        """When the order was placed, or last went on after a wait or a resolution."""
        resolved_at = self.resolutions[-1].at if self.resolutions else self.order.placed_at
        ended_at = self.last_wait_ended_at or self.order.placed_at
        return max(self.order.placed_at, resolved_at, ended_at)

    @property
    def opening(self) -> Opening:
        """What the next orchestration has to know."""
        return Opening(
            outcome=self.outcome,
            undoing=self.undoing,
            cancel_reason=self.cancel_reason if self.is_being_canceled else None,
            resumed=self.runs > 0,
            run=self.runs + 1,
            waiting_step=self.waiting.step if self.waiting else None,
            stock_lines=self.stock_lines,
            sales=self.sales,
            dispatched=self.dispatched_at is not None,
            resolved_steps=self.resolved_steps,
            skipped_steps=self._steps_with(ResolutionAction.SKIP),
        )

    def find_refund(self, refund_id: str) -> Refund | None:
        """Return the refund, or None if the order has no refund with this ID."""
        return next((refund for refund in self.refunds if refund.refund_id == refund_id), None)

    def open(self) -> tuple[OrderRecord, Opening]:
        """Count one more orchestration, and return what the earlier ones have done."""
        return replace(self, runs=self.runs + 1, terminated_at=None), self.opening

    def record_validation(self, validation: Validation) -> tuple[OrderRecord, Validation]:
        """Record the first validation, and return it.

        An order that was accepted, and perhaps paid, is not rejected because rules changed since.
        """
        if self.validation is not None:
            return self, self.validation
        return replace(self, validation=validation), validation

    def request_cancel(
        self, now: datetime, reason: Reason = Reason.CANCELED
    ) -> tuple[OrderRecord, OrderRecord]:
        """Record the first cancellation request, unless it is too late."""
        if not self.can_be_canceled or self.cancel_requested_at is not None:
            return self, self
        after = replace(self, cancel_requested_at=now, cancel_reason=reason)
        return after, after

    def dispatch(self, now: datetime) -> tuple[OrderRecord, Dispatch]:
        """Record the dispatch, unless a cancellation or an undo came first."""
        if self.dispatched_at is not None:
            return self, Dispatched()
        if self.cancel_requested_at is not None:
            return self, Refused(reason=self.cancel_reason or Reason.CANCELED)
        if self.undoing is not None or self.outcome is not None:
            return self, Refused(reason=Reason.ALREADY_UNDONE)
        return replace(self, dispatched_at=now), Dispatched()

    def begin_undo(self, goal: Outcome) -> tuple[OrderRecord, Outcome]:
        """Record that undoing begins, and return the outcome that the undo leads to."""
        if self.outcome is not None or self.undoing is not None:
            return self, self.outcome or self.undoing or goal
        if self.dispatched_at is not None:
            return self, Outcome.needs_attention(goal.reason, ())  # too late to undo
        return replace(self.without_wait(), undoing=goal), goal

    def close(
        self, outcome: Outcome, now: datetime, sales: tuple[StockSale, ...] = ()
    ) -> tuple[OrderRecord, Outcome]:
        """Record the outcome, and return the outcome with which the order ends."""
        if self.outcome is not None:
            return self, self.outcome
        if self.undoing is not None and outcome.is_completed:
            # A late completion by an orchestration that was believed lost. The undo goes on.
            return self, self.undoing
        after = replace(
            self.without_wait(),
            outcome=outcome,
            sales=sales or self.sales,
            ended_at=now,
            attention=self._attention_for(outcome, now),
            reopened_from=None,
            recovery_attempts=0,
            next_recovery_at=None,
        )
        return after, outcome

    def request_attention(
        self, reason: AttentionReason, now: datetime, steps: tuple[str, ...] = ()
    ) -> tuple[OrderRecord, None]:
        """Put an open order into the attention queue, unless it is there."""
        if self.outcome is not None or self.attention is not None:
            return self, None
        attention = Attention(reason=reason, since=now, failed_steps=steps)
        return replace(self, attention=attention), None

    def without_wait(self) -> OrderRecord:
        """Return the record without a wait, and without the attention that the wait needed."""
        rest = self.attention.without_wait() if self.attention else None
        return replace(self, waiting=None, attention=rest)

    def record_recovery(self, attempt: int, next_at: datetime) -> tuple[OrderRecord, None]:
        """Record a recovery attempt, and when the next one may be made."""
        return replace(self, recovery_attempts=attempt, next_recovery_at=next_at), None

    def record_termination(self, attempt: int, now: datetime) -> tuple[OrderRecord, None]:
        """Record a recovery attempt that terminates the orchestration first."""
        return replace(self, recovery_attempts=attempt, terminated_at=now), None

    def record_purge(self, now: datetime) -> tuple[OrderRecord, None]:
        """Record that the history is purged."""
        return replace(self, purged_at=now), None

    def _attention_for(self, outcome: Outcome, now: datetime) -> Attention | None:
        """Return the queue entry of an order that ends with this outcome, if it needs one."""
        # A refund may have failed while the order's own email was retried.
        refund_steps = (refund.failed_step for refund in self.refunds if refund.failed_step)
        tasks = self.attention.tasks if self.attention else ()
        steps = (*outcome.failed_steps, *refund_steps, *tasks)
        is_needed = bool(steps) or outcome.status is OrderStatus.NEEDS_ATTENTION
        return Attention.of(steps, now) if is_needed else None

    def _steps_with(self, *actions: ResolutionAction) -> tuple[str, ...]:
        chosen = (item.own_steps for item in self.resolutions if item.action in actions)
        return tuple(dict.fromkeys(step for steps in chosen for step in steps))
