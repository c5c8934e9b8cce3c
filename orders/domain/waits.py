"""Waits: how an order that cannot go on now waits, what ends the wait, and what happens then.

The record holds the wait with an absolute deadline, so a restarted orchestration continues it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from orders.domain.outcome import Outcome, Reason

#: First and longest pause between two attempts of a step whose partner seems to be available.
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(minutes=15)


class WaitingFor(StrEnum):
    """Whom an order waits for."""

    #: The payment gateway is unavailable.
    PAYMENT_GATEWAY = "paymentGateway"
    #: The carrier is unavailable.
    CARRIER = "carrier"
    #: The shop has switched the step off.
    SHOP = "shop"


class Expiry(StrEnum):
    """What happens when a wait ends without success."""

    #: The order is undone.
    UNDO = "undo"
    #: An operator decides.
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRule:
    """The wait of one step."""

    partner: WaitingFor
    expiry: Expiry
    #: What is held for the order meanwhile.
    holds: tuple[str, ...]

    @property
    def holds_authorization(self) -> bool:
        """Whether the wait must end before the bank releases the amount."""
        return "authorization" in self.holds


#: By the name of the step; other steps do not wait. A wait that begins after the dispatch, or while
#: the order is undone, always ends with attention.
WAIT_RULES: Final = {
    "processPayment": WaitRule(
        partner=WaitingFor.PAYMENT_GATEWAY, expiry=Expiry.UNDO, holds=("stock",)
    ),
    "shipOrder": WaitRule(
        partner=WaitingFor.CARRIER, expiry=Expiry.UNDO, holds=("stock", "authorization")
    ),
    "capturePayment": WaitRule(
        partner=WaitingFor.PAYMENT_GATEWAY,
        expiry=Expiry.UNDO,
        holds=("stock", "authorization", "shipment"),
    ),
    "dispatchOrder": WaitRule(
        partner=WaitingFor.CARRIER,
        expiry=Expiry.ATTENTION,
        holds=("stock", "payment", "shipment"),
    ),
    "cancelShipment": WaitRule(
        partner=WaitingFor.CARRIER,
        expiry=Expiry.ATTENTION,
        holds=("stock", "payment", "shipment"),
    ),
    "reversePayment": WaitRule(
        partner=WaitingFor.PAYMENT_GATEWAY, expiry=Expiry.ATTENTION, holds=("stock", "payment")
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitPolicy:
    """How long orders wait, and who is informed when."""

    #: Until the payment is captured.
    before_capture: timedelta = timedelta(hours=24)
    #: After the capture, and while an order is undone.
    after_capture: timedelta = timedelta(days=5)
    #: No wait that holds an authorization lasts longer than this after the order was placed. Banks
    #: hold an amount for seven days.
    authorization: timedelta = timedelta(days=6)
    #: The customer gets an email.
    inform_customer_after: timedelta = timedelta(minutes=30)
    #: The order enters the attention queue, if its wait ends there.
    inform_operator_after: timedelta = timedelta(hours=1)
    #: Most orders that one recovery run wakes, and most emails that it sends.
    batch_size: int = 100

    def deadline(
        self,
        rule: WaitRule,
        expiry: Expiry,
        *,
        placed_at: datetime,
        now: datetime,
        is_switched_off: bool = False,
    ) -> datetime:
        """Return when a wait ends that begins now.

        While the shop itself has switched a step off, the order waits as long as it may.
        """
        if expiry is Expiry.ATTENTION:
            return now + self.after_capture
        end_of_hold = placed_at + self.authorization
        if is_switched_off:
            return end_of_hold
        end = now + self.before_capture
        return min(end, end_of_hold) if rule.holds_authorization else end


@dataclass(frozen=True, slots=True, order=True)
class WakePosition:
    """A round of a wait. Each has an event name of its own.

    The real host lets a buffered event end every later wait for its name.
    """

    #: Number of the orchestration, counted by the record.
    run: int = 0
    #: Number of the round in it.
    round: int = -1

    @property
    def event(self) -> str:
        """The name of the event that ends this round."""
        return f"wake-{self.run}-{self.round}"


class WaitPhase(StrEnum):
    """What the orchestration of a waiting order does."""

    #: It sleeps until it is woken, or until the deadline.
    ASLEEP = "asleep"
    #: It is woken: its next round tries the step.
    READY = "ready"
    #: It tries the step.
    AWAKE = "awake"
    #: It gives up. What follows is not recorded yet.
    OVER = "over"
    #: It is woken: an operator has resolved the step, so it starts again from the record.
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The wait of an order for one step, over all its attempts and restarts."""

    step: str
    waiting_for: WaitingFor
    since: datetime
    until: datetime
    expiry: Expiry
    phase: WaitPhase = WaitPhase.ASLEEP
    #: When the order was last woken.
    woken_at: datetime | None = None
    #: Attempts since the wait began.
    attempts: int = 0
    #: No attempt is made before this time.
    next_attempt_at: datetime
    customer_informed_at: datetime | None = None

    @property
    def expired(self) -> Outcome:
        """The outcome of an order whose wait has ended without success."""
        if self.expiry is Expiry.UNDO:
            return Outcome.rejected(Reason.UNAVAILABLE)
        return Outcome.needs_attention(Reason.UNAVAILABLE, (self.step,))

    def is_due(self, now: datetime) -> bool:
        """Whether the step may be tried again."""
        return self.phase is WaitPhase.ASLEEP and now >= self.next_attempt_at

    @property
    def is_over(self) -> bool:
        """Whether the order no longer waits, although its orchestration may not know it yet."""
        return self.phase in {WaitPhase.OVER, WaitPhase.RESOLVED}

    @property
    def wake_requested_at(self) -> datetime | None:
        """Since when the orchestration should have woken."""
        is_woken = self.phase in {WaitPhase.READY, WaitPhase.RESOLVED}
        return self.woken_at if is_woken else None

    def resolve(self, now: datetime) -> Waiting:
        """Let the next round start the orchestration again: an operator has resolved the step."""
        return replace(self, phase=WaitPhase.RESOLVED, woken_at=now)

    def wake(self, now: datetime) -> Waiting:
        """Let the next round try the step; the pause before the next attempt doubles."""
        pause = min(_FIRST_PAUSE * (1 << min(self.attempts, 10)), _LONGEST_PAUSE)
        return replace(
            self,
            phase=WaitPhase.READY,
            woken_at=now,
            attempts=self.attempts + 1,
            next_attempt_at=now + pause,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRound:
    """One round of the orchestration's wait for a step."""

    step: str
    position: WakePosition
    #: The step has just failed for the first time: the round may begin a wait.
    is_first: bool
    #: The step is switched off; its partner may be available.
    is_switched_off: bool = False

    @property
    def waiting_for(self) -> WaitingFor:
        """For whom the order waits."""
        return WaitingFor.SHOP if self.is_switched_off else WAIT_RULES[self.step].partner


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep:
    """Answer to a round: sleep until the event or the deadline, then ask again."""

    result: Literal["sleep"] = "sleep"
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain:
    """Answer to a round: try the step again."""

    result: Literal["tryAgain"] = "tryAgain"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """Answer to a round: the wait has expired, or the order is canceled or has ended."""

    result: Literal["giveUp"] = "giveUp"
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAgain:
    """Answer to a round: an operator has resolved the step, so start again from the record."""

    result: Literal["startAgain"] = "startAgain"


WaitAnswer: TypeAlias = Sleep | TryAgain | GiveUp | StartAgain
