"""Replay of one orchestration from its first event to its last.

The real host runs the SDK's list of actions through its own engine in every turn. This engine does
the same: it takes the history in order and then returns the outcome.
"""

from dataclasses import dataclass, field
from datetime import datetime

from local_host.errors import CallFailedError, NonDeterministicError
from local_host.host.durable.actions import OrchestratorState
from local_host.host.durable.decisions import Decision
from local_host.host.durable.executor import ActionExecutor
from local_host.host.durable.payloads import encode_compact
from local_host.host.durable.scheduler import Promise, Scheduler
from local_host.host.history.events import (
    CallCompleted,
    CallFailed,
    DecisionEvent,
    EventRaised,
    ExecutionResumed,
    ExecutionStarted,
    ExecutionSuspended,
    FailureDetails,
    HistoryEvent,
    OrchestratorStarted,
    RuntimeStatus,
    TimerFired,
)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Result of a turn; unfrozen because the engine drops decisions that it cannot carry out.

    `result` is JSON text, the plain text of a failure or of a reason, or, for a status of
    `CONTINUED_AS_NEW`, the input of the next execution.
    """

    status: RuntimeStatus
    decisions: list[Decision] = field(default_factory=list)
    result: str | None = None
    unread_events: list[EventRaised] = field(default_factory=list)
    #: Failure of an execution that the engine refused to run.
    failure: FailureDetails | None = None


class Replay:
    """One replay of one orchestration."""

    def __init__(
        self, instance_id: str, execution_id: str, state: OrchestratorState, at: datetime
    ) -> None:
        """`at` becomes the timestamp of new events."""
        self._state = state
        self._scheduler = Scheduler()
        self._executor = ActionExecutor(self._scheduler, instance_id, execution_id, at)
        self._main: Promise | None = None
        self._is_suspended = False
        self._deferred: list[HistoryEvent] = []

    def feed(self, event: HistoryEvent) -> None:
        """Take the next event of the history. While suspended, events are deferred.

        Raises:
            NonDeterministicError: The history records another decision than the replay made.
        """
        match event:
            case ExecutionSuspended():
                self._is_suspended = True
            case ExecutionResumed():
                self._is_suspended = False
                deferred, self._deferred = self._deferred, []
                for late in deferred:
                    self._apply(late)
            case _ if self._is_suspended:
                self._deferred.append(event)
            case _:
                self._apply(event)

    def _apply(self, event: HistoryEvent) -> None:
        executor = self._executor
        match event:
            case OrchestratorStarted(timestamp=started):
                executor.now = max(executor.now, started) if self._main else started
            case CallCompleted(scheduled_id=event_id):
                executor.complete(event_id)
            case DecisionEvent():
                self._compare(event)
            case CallFailed(scheduled_id=event_id, reason=reason):
                executor.complete(event_id, CallFailedError(reason))
            case TimerFired(timer_id=event_id):
                executor.complete(event_id)
            case EventRaised():
                executor.raise_event(event)
            case ExecutionStarted():
                self._main = self._scheduler.start(executor.execute_all(self._state.actions))
        self._scheduler.run()

    def _compare(self, event: DecisionEvent) -> None:
        """Compare a recorded decision with the one that this replay made in its place."""
        decision = self._executor.unrecorded.pop(event.event_id, None)
        recorded = _get_name(event)
        replayed = _get_name(decision.event) if decision else None
        if decision and type(decision.event) is type(event) and replayed == recorded:
            return
        current = (
            f"scheduled '{replayed}' in its place"
            if replayed
            else "hasn't (yet?) scheduled this task"
        )
        raise NonDeterministicError(
            "Non-Deterministic workflow detected: A previous execution of this orchestration "
            f"scheduled '{recorded}' with sequence ID {event.event_id}, but the current replay "
            f"execution {current}. Was a change made to the orchestrator code after this instance "
            "had already started running?"
        )

    def get_outcome(self) -> Outcome:
        """Return the outcome after the last event.

        Raises:
            UnsupportedActionError: The orchestrator scheduled an action that this host lacks.
        """
        executor, state = self._executor, self._state
        if self._is_suspended:
            return Outcome(status=RuntimeStatus.SUSPENDED)
        decisions = [executor.unrecorded[event_id] for event_id in sorted(executor.unrecorded)]
        outcome = Outcome(status=RuntimeStatus.RUNNING, decisions=decisions)
        if self._main is None or not self._main.done:
            return outcome
        if self._main.error is not None:
            raise self._main.error
        if executor.next_input is not None:
            outcome.status = RuntimeStatus.CONTINUED_AS_NEW
            outcome.result = executor.next_input
            outcome.unread_events = [e for events in executor.unread.values() for e in events]
        elif state.error is not None:
            outcome.status, outcome.result = RuntimeStatus.FAILED, state.error
        elif state.is_done:
            outcome.status, outcome.result = RuntimeStatus.COMPLETED, encode_compact(state.output)
        return outcome


def _get_name(event: DecisionEvent) -> str:
    return getattr(event, "name", None) or "timer"
