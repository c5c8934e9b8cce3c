"""What does the order book say of one order, and what may still be written there?"""

from dataclasses import dataclass
from datetime import datetime

from domain.answers import Dispatch, Verdict
from domain.desk import Action, Attention, Concern, Decision
from domain.money import Money
from domain.order import Order
from domain.outcome import Opening, OrderStatus, Outcome, Reason
from domain.refund import OrderRefund


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """An order's page in the book, without anything personal."""

    order: Order
    #: Tells whether a repeated request is the same request.
    fingerprint: str
    #: How many times the order was taken up.
    runs: int = 0
    #: What the shop's rules said.
    verdict: Verdict | None = None
    #: Undoing has begun, towards this end. From now on the order cannot be completed.
    undoing: Outcome | None = None
    #: When the customer asked to stop the order.
    cancel_requested_at: datetime | None = None
    #: When the parcel was let go: from then on the order is neither canceled nor undone.
    dispatched_at: datetime | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    #: When something was last written here.
    updated_at: datetime | None = None
    #: Set while the order needs a person.
    attention: Attention | None = None
    #: What persons decided, oldest first.
    decisions: tuple[Decision, ...] = ()
    #: How many times the order was found lost and run again, since it last came to an end.
    rescues: int = 0
    #: Before that moment it is not run again.
    rescue_after: datetime | None = None
    #: When the guardian ended the order's orchestration, to run it again. Until it is taken up
    #: again, that it was terminated is nobody's wish to end the order.
    stopped_at: datetime | None = None
    #: What is paid back of it, oldest first.
    refunds: tuple[OrderRefund, ...] = ()
    #: When the personal part was erased.
    erased_at: datetime | None = None
    #: When the order's traces in the engine and in the stock were removed.
    purged_at: datetime | None = None

    @property
    def status(self) -> OrderStatus:
        """Where the order stands as far as the book knows."""
        if self.outcome is not None:
            return self.outcome.status
        if self.attention is not None:
            return OrderStatus.NEEDS_ATTENTION
        return OrderStatus.PROCESSING if self.runs else OrderStatus.PLACED

    @property
    def can_be_canceled(self) -> bool:
        """Whether a request to stop the order would still be heeded."""
        return self.outcome is None and self.dispatched_at is None

    @property
    def is_being_canceled(self) -> bool:
        """Whether the order is to stop by request."""
        return self.cancel_requested_at is not None and self.dispatched_at is None

    @property
    def can_be_erased(self) -> bool:
        """Whether nobody needs the customer's name and address any more."""
        ended = self.outcome is not None and self.status is not OrderStatus.NEEDS_ATTENTION
        return ended and not self.open_refunds

    @property
    def can_be_forgotten(self) -> bool:
        """Whether nobody has anything to do with it any more."""
        return self.outcome is not None and self.attention is None and not self.open_refunds

    @property
    def open_refunds(self) -> tuple[OrderRefund, ...]:
        """The refunds that are still to be paid, or to be told."""
        return tuple(refund for refund in self.refunds if refund.is_open)

    @property
    def left_to_refund(self) -> Money:
        """What was taken, and is neither paid back nor going to be."""
        counted = (refund.amount for refund in self.refunds if refund.counts)
        return sum((amount * -1 for amount in counted), self.order.total)

    def refund(self, refund_id: str) -> OrderRefund | None:
        """The refund of this id."""
        return next((one for one in self.refunds if one.refund_id == refund_id), None)

    @property
    def waived(self) -> tuple[str, ...]:
        """The steps that were left to a person."""
        return self._decided(Action.SETTLED, Action.SKIP)

    @property
    def settled(self) -> tuple[str, ...]:
        """Those of them that a person did by hand."""
        return self._decided(Action.SETTLED)

    def opening(self) -> Opening:
        """What the next run has to know of the earlier ones."""
        return Opening(
            outcome=self.outcome,
            undoing=self.undoing,
            cancel_requested=self.is_being_canceled,
            resumed=self.runs > 0,
            needs=self.verdict.needs if self.verdict else (),
            dispatched=self.dispatched_at is not None,
            waived=self.waived,
            skipped=self._decided(Action.SKIP),
        )

    def judged(self, verdict: Verdict) -> Verdict:
        """What the rules say if they are asked now: what was written first, stands.

        An order that was accepted, and perhaps paid, is not refused because rules changed since.
        """
        return self.verdict or verdict

    def turned_to(self, towards: Outcome) -> Outcome:
        """Where the order goes if it is to be undone now: what was written first, stands."""
        if self.outcome is None and self.undoing is None and self.dispatched_at is not None:
            return Outcome.needs_attention(towards.reason, ())  # the parcel has left
        return self.outcome or self.undoing or towards

    def dispatch(self) -> Dispatch:
        """May the parcel leave now? What was written first, stands."""
        if self.dispatched_at is not None:
            return Dispatch(dispatched=True)
        if self.cancel_requested_at is not None:
            return Dispatch(dispatched=False, reason=Reason.CANCELED)
        if self.undoing is not None or self.outcome is not None:
            return Dispatch(dispatched=False, reason=Reason.WITHDRAWN)
        return Dispatch(dispatched=True)

    def ended_as(self, outcome: Outcome) -> Outcome:
        """How the order ends if it is to be closed now: what was written first, stands."""
        if self.outcome is None and self.undoing is not None and outcome.is_success:
            # A completion that comes late, from a run that was believed lost: the undo is on its
            # way.
            return self.undoing
        return self.outcome or outcome

    def _decided(self, *actions: Action) -> tuple[str, ...]:
        own = (one for one in self.decisions if not one.refunds and one.action in actions)
        return tuple(dict.fromkeys(step for one in own for step in one.steps))


def attention_for(record: OrderRecord, outcome: Outcome, now: datetime) -> Attention | None:
    """Whether this end needs a person, or a step that failed without changing it."""
    # A refund may have failed while the order's own mail was tried again.
    owed = (refund.failed_step for refund in record.refunds if refund.failed_step)
    steps = tuple(dict.fromkeys((*outcome.failed_steps, *owed)))
    if outcome.status is not OrderStatus.NEEDS_ATTENTION and not steps:
        return None
    return Attention(concern=Concern.STEP_FAILED, since=now, failed_steps=steps)
