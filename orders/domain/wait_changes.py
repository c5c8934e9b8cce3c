"""Changes to an order's record that begin, continue and end its waits.

They have the shape of the methods of `OrderRecord`: the next record and an answer.
"""

from dataclasses import replace
from datetime import datetime

from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome, Reason
from orders.domain.waits import (
    WAIT_RULES,
    Expiry,
    GiveUp,
    Sleep,
    StartAgain,
    TryAgain,
    WaitAnswer,
    Waiting,
    WaitPhase,
    WaitPolicy,
    WaitRound,
    WakePosition,
)


def check_wait(
    record: OrderRecord, this: WaitRound, policy: WaitPolicy, now: datetime
) -> tuple[OrderRecord, WaitAnswer]:
    """Begin a round of a wait, and return what the orchestration does next.

    A round that comes late changes nothing.
    """
    if record.outcome is not None:
        return record, GiveUp(outcome=record.outcome)
    if this.position < record.wake_position or this.position.run < record.runs:
        return record, StartAgain()
    is_repeated = this.position == record.wake_position
    record = replace(record, wake_position=this.position)
    stopped = _stopped(record, this)
    if stopped is not None:
        return _give_up(record, record.waiting, stopped, now)
    if record.waiting and record.waiting.phase is WaitPhase.RESOLVED:
        record = record.without_wait()
    waiting = record.waiting
    if waiting is None or waiting.step != this.step:
        if is_repeated or not this.is_first:
            return record, StartAgain()
        waiting = _begin(record, this, policy, now)
    if now >= waiting.until:
        return _give_up(record, waiting, waiting.expired, now)
    if waiting.phase is WaitPhase.AWAKE and not is_repeated:
        waiting = replace(waiting, waiting_for=this.waiting_for)  # what this attempt met
    waiting, answer = _next_round(waiting, is_repeated=is_repeated)
    return replace(record, waiting=waiting), answer


def end_wait(
    record: OrderRecord, step: str, position: WakePosition, now: datetime
) -> tuple[OrderRecord, None]:
    """End the wait for a step that is done now. A later round has not begun."""
    waiting = record.waiting
    if waiting is None or waiting.step != step or position < record.wake_position:
        return record, None
    return replace(record.without_wait(), last_wait_ended_at=now), None


def request_retry(record: OrderRecord, now: datetime) -> tuple[OrderRecord, OrderRecord | None]:
    """Let the order try its step again; return the record if its orchestration is to be woken."""
    if record.waiting is None:
        return record, None
    if record.waiting.is_due(now):
        record = replace(record, waiting=record.waiting.wake(now))
    return record, record


def record_customer_informed(record: OrderRecord, now: datetime) -> tuple[OrderRecord, None]:
    """Record that the customer knows of the wait."""
    if record.waiting is None:
        return record, None
    return replace(record, waiting=replace(record.waiting, customer_informed_at=now)), None


def _stopped(record: OrderRecord, this: WaitRound) -> Outcome | None:
    """Return the outcome of an order for which waiting is of no use, if it is one."""
    if record.undoing is not None:
        return None
    if record.is_being_canceled:
        return Outcome.canceled(record.cancel_reason or Reason.CANCELED)
    has_lapsed = record.reported.authorization_lapsed_at is not None
    if has_lapsed and record.dispatched_at is None and WAIT_RULES[this.step].expiry is Expiry.UNDO:
        return Outcome.rejected(Reason.AUTHORIZATION_LAPSED)
    return None


def _begin(record: OrderRecord, this: WaitRound, policy: WaitPolicy, now: datetime) -> Waiting:
    rule = WAIT_RULES[this.step]
    is_too_late_to_undo = record.dispatched_at is not None or record.undoing is not None
    expiry = Expiry.ATTENTION if is_too_late_to_undo else rule.expiry
    return Waiting(
        step=this.step,
        waiting_for=this.waiting_for,
        since=now,
        until=policy.deadline(
            rule,
            expiry,
            placed_at=record.order.placed_at,
            now=now,
            is_switched_off=this.is_switched_off,
        ),
        expiry=expiry,
        next_attempt_at=now,
    )


def _give_up(
    record: OrderRecord, waiting: Waiting | None, outcome: Outcome, now: datetime
) -> tuple[OrderRecord, WaitAnswer]:
    # The wait remains until the outcome or the undo is recorded: a repeated round finds it.
    over = replace(waiting, phase=WaitPhase.OVER) if waiting else None
    return replace(record, waiting=over, last_wait_ended_at=now), GiveUp(outcome=outcome)


def _next_round(waiting: Waiting, *, is_repeated: bool) -> tuple[Waiting, WaitAnswer]:
    is_granted = is_repeated and waiting.phase is WaitPhase.AWAKE
    if waiting.phase is WaitPhase.READY or is_granted:
        return replace(waiting, phase=WaitPhase.AWAKE), TryAgain()
    return replace(waiting, phase=WaitPhase.ASLEEP), Sleep(until=waiting.until)
