"""Execution of an orchestrator's actions, as the extension executes them.

Each action becomes a decision with the next event id, and a promise that a later history event
completes. Actions are awaited in the order in which the orchestrator scheduled them.
"""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

from local_host.errors import CallFailedError, UnsupportedActionError
from local_host.host.clock import parse_time
from local_host.host.durable.actions import Action, ActionType, RetryPolicy
from local_host.host.durable.decisions import Decision, DecisionBuilder
from local_host.host.durable.payloads import encode_compact
from local_host.host.durable.scheduler import Promise, Scheduler
from local_host.host.history.events import EventRaised


class ActionExecutor:
    """Executes the actions of one replay."""

    def __init__(
        self, scheduler: Scheduler, instance_id: str, execution_id: str, at: datetime
    ) -> None:
        """`at` becomes the timestamp of new events."""
        self._scheduler = scheduler
        self._builder = DecisionBuilder(instance_id, execution_id, at)
        self._next_id = 0
        #: Promises of calls, by event id, or by request id for calls to entities.
        self._calls: dict[int | str, Promise] = {}
        self._event_waits: dict[str, deque[Promise]] = defaultdict(deque)
        #: The orchestrator's time: when the current turn began.
        self.now = at
        #: Decisions that the history does not record (yet), by event id.
        self.unrecorded: dict[int, Decision] = {}
        #: External events that the orchestrator has not awaited, by name.
        self.unread: dict[str, deque[EventRaised]] = defaultdict(deque)
        #: Input of the next execution as JSON text, if the orchestrator continues as new.
        self.next_input: str | None = None

    # ------------------------------------------------------------ results in

    def complete(self, key: int | str, error: Exception | None = None) -> None:
        """Complete a call; an unknown key is ignored."""
        promise = self._calls.pop(key, None)
        if promise is not None:
            self._scheduler.complete(promise, error)

    def raise_event(self, event: EventRaised) -> None:
        """Deliver an external event or the response of an entity."""
        name = event.name
        if name in self._calls:
            is_error = "exceptionType" in json.loads(event.input_ or "{}")
            self.complete(name, CallFailedError("The entity failed.") if is_error else None)
        elif self._event_waits[name]:
            self._scheduler.complete(self._event_waits[name].popleft())
        else:
            self.unread[name].append(event)

    # ------------------------------------------------------------ actions out

    async def execute_all(self, actions: list[Action]) -> None:
        """Execute actions one after another, each when the one before it has completed."""
        for action in actions:
            try:
                await self._execute(action)
            except CallFailedError:
                continue  # the SDK has raised it in the orchestrator, which may have caught it
            if self.next_input is not None:
                return
        # As on the real host, an orchestration ends when all its calls have completed, so the
        # loser of a race is waited for; only canceled timers are not.
        await self._scheduler.when_all(list(self._calls.values()))

    def _execute(self, action: Action) -> Promise:  # noqa: C901, PLR0911 - one case for each type
        action_type = _read_type(action)
        match action_type:
            case ActionType.CALL_ACTIVITY:
                return self._call_activity(action)
            case ActionType.CALL_ACTIVITY_WITH_RETRY:
                return self._scheduler.start(self._retry(self._call_activity, action))
            case ActionType.CALL_HTTP:
                return self._call(self._builder.call_http(self._next_id, action))
            case ActionType.CALL_SUB_ORCHESTRATOR:
                return self._call_sub_orchestrator(action)
            case ActionType.CALL_SUB_ORCHESTRATOR_WITH_RETRY:
                return self._scheduler.start(self._retry(self._call_sub_orchestrator, action))
            case ActionType.CREATE_TIMER:
                return self._create_timer(action)
            case ActionType.WAIT_FOR_EXTERNAL_EVENT:
                return self._wait_for_event(action)
            case ActionType.CALL_ENTITY | ActionType.SIGNAL_ENTITY:
                signal = action_type == ActionType.SIGNAL_ENTITY
                return self._message_entity(action, signal=signal)
            case ActionType.WHEN_ANY:
                return self._start_compound(action, self._scheduler.when_any)
            case ActionType.WHEN_ALL:
                return self._start_compound(action, self._scheduler.when_all)
            case ActionType.CONTINUE_AS_NEW:
                self.next_input = encode_compact(action["input"])
                return self._new_completed_promise()

    def _call(self, decision: Decision) -> Promise:
        promise = self._calls[decision.event.event_id] = Promise()
        self._record(decision)
        return promise

    def _record(self, decision: Decision) -> None:
        self.unrecorded[decision.event.event_id] = decision
        self._next_id += 1

    def _call_activity(self, action: Action) -> Promise:
        return self._call(self._builder.call_activity(self._next_id, action))

    def _call_sub_orchestrator(self, action: Action) -> Promise:
        return self._call(self._builder.call_sub_orchestration(self._next_id, action))

    def _create_timer(self, action: Action) -> Promise:
        promise = self._set_timer(parse_time(action["fireAt"]))
        if action["isCanceled"]:
            # As on the real host, a canceled timer still fires; the orchestration does not wait.
            self._scheduler.complete(promise, CallFailedError("The timer was canceled."))
        return promise

    def _set_timer(self, fire_at: datetime) -> Promise:
        return self._call(self._builder.set_timer(self._next_id, fire_at))

    def _wait_for_event(self, action: Action) -> Promise:
        name = action["externalEventName"]
        if self.unread[name]:
            self.unread[name].popleft()
            return self._new_completed_promise()
        promise = Promise()
        self._event_waits[name].append(promise)
        return promise

    def _message_entity(self, action: Action, *, signal: bool) -> Promise:
        request_id = self._builder.make_request_id(self._next_id)
        self._record(self._builder.message_entity(self._next_id, action, signal=signal))
        if signal:
            return self._new_completed_promise()
        promise = self._calls[request_id] = Promise()
        return promise

    def _start_compound(
        self,
        action: Action,
        wait: Callable[[Sequence[Promise]], Coroutine[Any, Any, None]],
    ) -> Promise:
        promises = [self._execute(part) for part in action["compoundActions"]]
        return self._scheduler.start(wait(promises))

    def _new_completed_promise(self) -> Promise:
        promise = Promise()
        self._scheduler.complete(promise)
        return promise

    async def _retry(self, call: Callable[[Action], Promise], action: Action) -> None:
        """Repeat a call until it succeeds; an interval follows every failure, even the last."""
        policy = RetryPolicy.from_action(action)
        error = CallFailedError("The retry options allow no attempt.")
        for failures in range(1, policy.max_attempts + 1):
            try:
                await call(action)
            except CallFailedError as failure:
                error = failure
                interval = timedelta(milliseconds=policy.compute_interval(failures))
                await self._set_timer(self.now + interval)
            else:
                return
        raise error


def _read_type(action: Action) -> ActionType:
    number = action["actionType"]
    try:
        return ActionType(number)
    except ValueError:
        raise UnsupportedActionError(
            f"The SDK returned an action of type {number}, which this host does not support."
        ) from None
