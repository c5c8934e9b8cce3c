"""What does an orchestration want next?

The real host runs the SDK's list of actions through its own engine, from the first event to the
last, in every episode. So does this one: feed it the history in order, then ask for the outcome.
Actions are awaited in the order in which the orchestrator asked for them.
"""

import json
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local_host.clock import parse_time
from local_host.durable import history
from local_host.durable.actions import Action, ActionType, OrchestratorState, RetryPolicy
from local_host.durable.cooperative import Promise, Scheduler
from local_host.durable.decisions import (
    CallActivity,
    CallSubOrchestration,
    Decision,
    MessageEntity,
    SetTimer,
    entity_request,
)
from local_host.durable.history import Event, EventType


class TaskFailure(Exception):
    """A call that the orchestrator made has failed; the SDK raises it there."""


class NonDeterministicError(Exception):
    """The orchestrator asked for something else than its history records."""


class UnsupportedActionError(Exception):
    """The orchestrator asked for something that this host cannot do."""


@dataclass(slots=True)
class Outcome:
    """How an episode leaves the orchestration.

    `status` is `Running`, `Completed`, `Failed` or `ContinuedAsNew`; `result` is JSON text, an
    error's text, or the next execution's input.
    """

    decisions: list[Decision]
    status: str
    result: str | None = None
    unread_events: list[Event] = field(default_factory=list)


class Replay:
    """One orchestration, replayed from its start."""

    def __init__(
        self, instance_id: str, execution_id: str, state: OrchestratorState, at: datetime
    ) -> None:
        """`at` is the time that new decisions are recorded with."""
        self._instance_id = instance_id
        self._execution_id = execution_id
        self._state = state
        self._at = at
        self._now: datetime | None = None
        self._scheduler = Scheduler()
        self._main: Promise | None = None
        self._next_id = 0
        self._undecided: dict[int, Decision] = {}
        self._open: dict[int | str, Promise] = {}
        self._waits: dict[str, deque[Promise]] = defaultdict(deque)
        self._unread: dict[str, deque[Event]] = defaultdict(deque)
        self._next_input: str | None = None
        self._continues = False

    # ------------------------------------------------------------ events in

    def feed(self, event: Event) -> None:
        """Take one event of the history.

        Raises:
            NonDeterministicError: the history records another decision than the replay made.
        """
        match event["EventType"]:
            case EventType.ORCHESTRATOR_STARTED:
                started = parse_time(event["Timestamp"])
                self._now = max(self._now or started, started)
            case EventType.EXECUTION_STARTED:
                self._main = self._scheduler.start(self._perform_all())
            case kind if kind in history.DECISIONS:
                self._recorded(event)
            case EventType.TASK_COMPLETED | EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED:
                self._settle(event["TaskScheduledId"])
            case EventType.TASK_FAILED | EventType.SUB_ORCHESTRATION_INSTANCE_FAILED:
                self._settle(event["TaskScheduledId"], TaskFailure(event["Reason"]))
            case EventType.TIMER_FIRED:
                self._settle(event["TimerId"])
            case EventType.EVENT_RAISED:
                self._raised(event)
        self._scheduler.run()

    def _settle(self, key: int | str, error: Exception | None = None) -> None:
        promise = self._open.pop(key, None)
        if promise is None:
            return
        if error is None:
            self._scheduler.resolve(promise)
        else:
            self._scheduler.fail(promise, error)

    def _raised(self, event: Event) -> None:
        name = event["Name"]
        if name in self._open:
            failed = "exceptionType" in json.loads(event["Input"])
            self._settle(name, TaskFailure("the entity failed") if failed else None)
        elif self._waits[name]:
            self._scheduler.resolve(self._waits[name].popleft())
        else:
            self._unread[name].append(event)

    def _recorded(self, event: Event) -> None:
        """A decision of an earlier episode must be one of this replay's, too."""
        event_id = event["EventId"]
        name = event.get("Name") or "timer"
        decided = self._undecided.pop(event_id, None)
        if decided is None:
            raise NonDeterministicError(
                "Non-Deterministic workflow detected: A previous execution of this orchestration "
                f"scheduled '{name}' with sequence ID {event_id}, but the current replay execution "
                "hasn't (yet?) scheduled this task. Was a change made to the orchestrator code "
                "after this instance had already started running?"
            )
        now_name = decided.event.get("Name") or "timer"
        if (decided.event["EventType"], now_name) != (event["EventType"], name):
            raise NonDeterministicError(
                "Non-Deterministic workflow detected: A previous execution of this orchestration "
                f"scheduled '{name}' with sequence ID {event_id}, but the current replay execution "
                f"scheduled '{now_name}' in its place. Was a change made to the orchestrator code "
                "after this instance had already started running?"
            )

    # ------------------------------------------------------------ outcome

    def outcome(self) -> Outcome:
        """How the orchestration stands after the last event."""
        decisions = [self._undecided[event_id] for event_id in sorted(self._undecided)]
        state = self._state
        if self._main is not None and self._main.error is not None:
            raise self._main.error
        if self._main is None or not self._main.done:
            return Outcome(decisions, "Running")
        if self._continues:
            unread = [event for events in self._unread.values() for event in events]
            return Outcome(decisions, "ContinuedAsNew", self._next_input, unread)
        if state.error is not None:
            return Outcome(decisions, "Failed", state.error)
        if state.is_done:
            return Outcome(decisions, "Completed", compact(state.output))
        return Outcome(decisions, "Running")

    # ------------------------------------------------------------ actions out

    async def _perform_all(self) -> None:
        for action in self._state.actions:
            try:
                await self._perform(action)
            except TaskFailure:
                continue  # the SDK has raised it in the orchestrator, which may have caught it
            if self._continues:
                return

    def _perform(self, action: Action) -> Promise:
        kind = ActionType(action["actionType"])
        if kind not in _PERFORMERS:
            raise UnsupportedActionError(
                f"{kind.name.lower()} is not supported by the local host yet"
            )
        return _PERFORMERS[kind](self, action)

    def _compound(self, action: Action) -> Promise:
        promises = [self._perform(part) for part in action["compoundActions"]]
        if action["actionType"] == ActionType.WHEN_ANY:
            return self._scheduler.start(self._scheduler.when_any(promises))
        return self._scheduler.start(self._scheduler.when_all(promises))

    def _decide(self, build: Callable[[int], Decision]) -> Promise:
        event_id, self._next_id = self._next_id, self._next_id + 1
        self._undecided[event_id] = build(event_id)
        promise = self._open[event_id] = Promise()
        return promise

    def _call_activity(self, action: Action) -> Promise:
        name, input_ = action["functionName"], action["input"]
        return self._decide(
            lambda i: CallActivity(history.task_scheduled(self._at, i, name), name, input_)
        )

    def _call_sub_orchestrator(self, action: Action) -> Promise:
        name, version = action["functionName"], action.get("version")

        def build(event_id: int) -> Decision:
            child = action.get("instanceId") or f"{self._execution_id}:{event_id:x}"
            event = history.sub_orchestration_created(self._at, event_id, name, version, child)
            return CallSubOrchestration(event, name, version, child, compact(action["input"]))

        return self._decide(build)

    def _create_timer(self, action: Action) -> Promise:
        promise = self._set_timer(parse_time(action["fireAt"]))
        if action["isCanceled"]:
            # As on the real host, the timer is still set: only nobody waits for it any more.
            self._scheduler.fail(promise, TaskFailure("the timer was canceled"))
        return promise

    def _set_timer(self, fire_at: datetime) -> Promise:
        return self._decide(
            lambda i: SetTimer(history.timer_created(self._at, i, fire_at), fire_at)
        )

    def _wait_for_event(self, action: Action) -> Promise:
        name = action["externalEventName"]
        promise = Promise()
        if self._unread[name]:
            self._unread[name].popleft()
            self._scheduler.resolve(promise)
        else:
            self._waits[name].append(promise)
        return promise

    def _call_entity(self, action: Action) -> Promise:
        request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._execution_id}:{self._next_id}"))
        self._message_entity(action, request_id, signal=False)
        promise = self._open[request_id] = Promise()
        return promise

    def _signal_entity(self, action: Action) -> Promise:
        request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._execution_id}:{self._next_id}"))
        self._message_entity(action, request_id, signal=True)
        return self._settled()

    def _message_entity(self, action: Action, request_id: str, *, signal: bool) -> None:
        target = action["instanceId"]
        request = entity_request(
            operation=action["operation"],
            input_=compact(action["input"]),
            request_id=request_id,
            signal=signal,
            parent=self._instance_id,
            parent_execution=self._execution_id,
        )
        self._decide(
            lambda i: MessageEntity(
                history.event_sent(self._at, i, target, "op", request), target, request
            )
        )

    def _continue_as_new(self, action: Action) -> Promise:
        self._continues, self._next_input = True, compact(action["input"])
        return self._settled()

    def _settled(self) -> Promise:
        promise = Promise()
        self._scheduler.resolve(promise)
        return promise

    def _with_retry(self, call: Callable[[Action], Promise]) -> Callable[[Action], Promise]:
        return lambda action: self._scheduler.start(self._retrying(call, action))

    async def _retrying(self, call: Callable[[Action], Promise], action: Action) -> None:
        """Try until it works; a pause follows every failure, the last one included."""
        policy = RetryPolicy.from_action(action)
        last: TaskFailure | None = None
        for failures in range(1, policy.attempts + 1):
            try:
                await call(action)
            except TaskFailure as failure:
                last = failure
                pause = timedelta(milliseconds=policy.pause(failures))
                await self._set_timer((self._now or self._at) + pause)
            else:
                return
        raise last or TaskFailure("no attempt was allowed")


def compact(value: Any) -> str:  # noqa: ANN401 (JSON)
    """JSON as the real host writes it: no spaces, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_PERFORMERS: dict[ActionType, Callable[[Replay, Action], Promise]] = {
    ActionType.CALL_ACTIVITY: Replay._call_activity,
    ActionType.CALL_ACTIVITY_WITH_RETRY: lambda r, a: r._with_retry(r._call_activity)(a),
    ActionType.CALL_SUB_ORCHESTRATOR: Replay._call_sub_orchestrator,
    ActionType.CALL_SUB_ORCHESTRATOR_WITH_RETRY: lambda r, a: r._with_retry(
        r._call_sub_orchestrator
    )(a),
    ActionType.CONTINUE_AS_NEW: Replay._continue_as_new,
    ActionType.CREATE_TIMER: Replay._create_timer,
    ActionType.WAIT_FOR_EXTERNAL_EVENT: Replay._wait_for_event,
    ActionType.CALL_ENTITY: Replay._call_entity,
    ActionType.SIGNAL_ENTITY: Replay._signal_entity,
    ActionType.WHEN_ANY: Replay._compound,
    ActionType.WHEN_ALL: Replay._compound,
}
