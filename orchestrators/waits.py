"""Waits of one orchestration: sleep until the order is woken or the deadline passes.

The record holds the wait, so a restart continues it. An event only wakes. Each round has an event
name of its own: on the real host a buffered event ends every later wait for its name.
"""

from datetime import timedelta
from typing import Any, Final

from orchestrators.calls import Caller, Steps
from orchestrators.stopping import StartAgainError, StoppedError
from orders.contracts.names import Activity
from orders.contracts.payloads import WaitCheck, WaitEnd
from orders.domain.outcome import Opening
from orders.domain.waits import (
    GiveUp,
    Sleep,
    StartAgain,
    TryAgain,
    WaitAnswer,
    WaitRound,
    WakePosition,
)

#: The engine splits timers above six days; a day bounds what a lost event can cost.
_LONGEST_SLEEP: Final = timedelta(days=1)
#: The real host fires timers up to a second early.
_SHORTEST_SLEEP: Final = timedelta(seconds=2)
#: After these rounds the orchestration starts again, so that its history stays short.
_MAX_ROUNDS: Final = 20


class Waits:
    """The waits of one orchestration."""

    def __init__(self, caller: Caller, order_id: str) -> None:
        self._caller = caller
        self._order_id = order_id
        self._position = WakePosition()
        self._step: str | None = None

    def resume(self, opening: Opening) -> None:
        """Continue the wait that an earlier orchestration began."""
        self._position = WakePosition(opening.run)
        self._step = opening.waiting_step

    def is_open(self, step: Activity) -> bool:
        """Whether the order already waits for this step."""
        return self._step == step

    def wait(self, step: Activity, *, is_switched_off: bool = False) -> Steps[None]:
        """Return when the step may be tried again.

        Raises:
            StoppedError: the wait has expired, or the order is canceled.
            StartAgainError: the orchestration must start again.
        """
        is_first = not self.is_open(step)
        self._step = step
        while True:
            answer = yield from self._check(
                step, is_first=is_first, is_switched_off=is_switched_off
            )
            match answer:
                case TryAgain():
                    return
                case GiveUp():
                    raise StoppedError(step, answer.outcome)
                case StartAgain():
                    raise StartAgainError
                case Sleep():  # pragma: no branch - the last kind
                    yield from self._sleep(answer)
            is_first = False

    def end(self, step: Activity) -> Steps[None]:
        """Record that the step is done, if the order has waited for it."""
        if self.is_open(step):
            request = WaitEnd(order_id=self._order_id, step=step, position=self._position)
            yield from self._caller.call_store(Activity.END_WAIT, request, object)
            self._step = None

    def _check(self, step: Activity, *, is_first: bool, is_switched_off: bool) -> Steps[WaitAnswer]:
        """Begin the next round."""
        self._position = WakePosition(self._position.run, self._position.round + 1)
        if self._position.round == _MAX_ROUNDS:
            raise StartAgainError
        this = WaitRound(
            step=step,
            position=self._position,
            is_first=is_first,
            is_switched_off=is_switched_off,
        )
        check = WaitCheck(order_id=self._order_id, round=this)
        return (yield from self._caller.call_store(Activity.CHECK_WAIT, check, WaitAnswer))

    def _sleep(self, answer: Sleep) -> Steps[None]:
        """Sleep until the event of this round, the deadline, or the end of the longest timer."""
        context = self._caller.context
        wake = context.wait_for_external_event(self._position.event)
        now = context.current_utc_datetime
        remaining = answer.until.replace(tzinfo=now.tzinfo) - now
        sleep = max(_SHORTEST_SLEEP, min(remaining, _LONGEST_SLEEP))
        timer: Any = context.create_timer(now + sleep)
        winner = yield context.task_any([wake, timer])
        if winner is wake:
            timer.cancel()
