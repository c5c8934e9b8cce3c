"""What does an orchestration want next?

The real host runs the SDK's list of actions through its own engine, from the first event to the
last, in every episode. So does this one: feed it the history in order, then ask for the outcome.
"""

from dataclasses import dataclass, field
from datetime import datetime

from local_host.errors import CallFailedError, NonDeterministicError
from local_host.host.clock import parse_time
from local_host.host.durable import history, lifecycle
from local_host.host.durable.actions import OrchestratorState
from local_host.host.durable.builder import compact
from local_host.host.durable.cooperative import Promise, Scheduler
from local_host.host.durable.decisions import Decision
from local_host.host.durable.history import Event, EventType
from local_host.host.durable.performer import Performer


@dataclass(slots=True)
class Outcome:
    """How an episode leaves the orchestration.

    `status` is `Running`, `Suspended`, `Completed`, `Failed`, `Terminated` or `ContinuedAsNew`;
    `result` is JSON text, a failure's or a reason's plain text, or the next execution's input.
    """

    decisions: list[Decision]
    status: str
    result: str | None = None
    unread_events: list[Event] = field(default_factory=list)
    #: What an ended execution's last event tells of its failure beyond `result`.
    failure: Event | None = None


class Replay:
    """One orchestration, replayed from its start."""

    def __init__(
        self, instance_id: str, execution_id: str, state: OrchestratorState, at: datetime
    ) -> None:
        """`at` is the time that new decisions are recorded with."""
        self._state = state
        self._scheduler = Scheduler()
        self._performer = Performer(self._scheduler, instance_id, execution_id, at)
        self._main: Promise | None = None
        self._suspended = False
        self._kept: list[Event] = []

    def feed(self, event: Event) -> None:
        """Take one event of the history. While suspended, all that comes is kept for later.

        Raises:
            NonDeterministicError: the history records another decision than the replay made.
        """
        holds_up = lifecycle.holds_up(event)
        if holds_up is not None:
            self._suspended = holds_up
            kept, self._kept = ([], self._kept) if holds_up else (self._kept, [])
            for late in kept:
                self._apply(late)
        elif self._suspended:
            self._kept.append(event)
        else:
            self._apply(event)

    def _apply(self, event: Event) -> None:
        performer = self._performer
        match event["EventType"]:
            case EventType.ORCHESTRATOR_STARTED:
                started = parse_time(event["Timestamp"])
                performer.now = max(performer.now, started) if self._main else started
            case EventType.EXECUTION_STARTED:
                self._main = self._scheduler.start(performer.perform_all(self._state.actions))
            case kind if kind in history.DECISIONS:
                self._compare(event)
            case EventType.TASK_COMPLETED | EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED:
                performer.settle(event["TaskScheduledId"])
            case EventType.TASK_FAILED | EventType.SUB_ORCHESTRATION_INSTANCE_FAILED:
                performer.settle(event["TaskScheduledId"], CallFailedError(event["Reason"]))
            case EventType.TIMER_FIRED:
                performer.settle(event["TimerId"])
            case EventType.EVENT_RAISED:
                performer.raise_event(event)
        self._scheduler.run()

    def _compare(self, event: Event) -> None:
        """A decision of an earlier episode must be one of this replay's, too."""
        decided = self._performer.undecided.pop(event["EventId"], None)
        before = event.get("Name") or "timer"
        now = (decided.event.get("Name") or "timer") if decided else None
        if decided and (decided.event["EventType"], now) == (event["EventType"], before):
            return
        instead = f"scheduled '{now}' in its place" if now else "hasn't (yet?) scheduled this task"
        raise NonDeterministicError(
            "Non-Deterministic workflow detected: A previous execution of this orchestration "
            f"scheduled '{before}' with sequence ID {event['EventId']}, but the current replay "
            f"execution {instead}. Was a change made to the orchestrator code after this instance "
            "had already started running?"
        )

    def outcome(self) -> Outcome:
        """How the orchestration stands after the last event.

        Raises:
            UnsupportedActionError: it asked for something that this host cannot do.
        """
        performer, state = self._performer, self._state
        if self._suspended:
            return Outcome([], "Suspended")
        decisions = [performer.undecided[event_id] for event_id in sorted(performer.undecided)]
        if self._main is None or not self._main.done:
            return Outcome(decisions, "Running")
        if self._main.error is not None:
            raise self._main.error
        if performer.next_input is not None:
            unread = [event for events in performer.unread.values() for event in events]
            return Outcome(decisions, "ContinuedAsNew", performer.next_input, unread)
        if state.error is not None:
            return Outcome(decisions, "Failed", state.error)
        if state.is_done:
            return Outcome(decisions, "Completed", compact(state.output))
        return Outcome(decisions, "Running")
