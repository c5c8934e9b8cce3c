"""What becomes of the actions that an orchestrator asks for?

Each action is performed the way the extension does it: it becomes a decision with the next sequence
id, and a promise that a later history event settles. Actions are awaited in the order in which the
orchestrator asked for them.
"""

import json
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from local_host.errors import CallFailedError, UnsupportedActionError
from local_host.host.clock import parse_time
from local_host.host.durable.actions import Action, ActionType, RetryPolicy
from local_host.host.durable.builder import Build, DecisionBuilder, compact
from local_host.host.durable.cooperative import Promise, Scheduler
from local_host.host.durable.decisions import Decision
from local_host.host.durable.history import Event


class Performer:
    """Performs the actions of one replay."""

    def __init__(
        self, scheduler: Scheduler, instance_id: str, execution_id: str, at: datetime
    ) -> None:
        """`at` is the time that new decisions are recorded with."""
        self._scheduler = scheduler
        self._build = DecisionBuilder(instance_id, execution_id, at)
        self._next_id = 0
        self._open: dict[int | str, Promise] = {}
        self._waits: dict[str, deque[Promise]] = defaultdict(deque)
        #: The orchestrator's time: when the current episode began.
        self.now = at
        #: Decisions that the history has not recorded (yet), by sequence id.
        self.undecided: dict[int, Decision] = {}
        #: External events that nobody has waited for, by name.
        self.unread: dict[str, deque[Event]] = defaultdict(deque)
        #: The next execution's input as JSON text, once the orchestrator continues as new.
        self.next_input: str | None = None

    # ------------------------------------------------------------ answers in

    def settle(self, key: int | str, error: Exception | None = None) -> None:
        """A call has been answered; one that nobody knows is ignored."""
        promise = self._open.pop(key, None)
        if promise is None:
            return
        if error is None:
            self._scheduler.resolve(promise)
        else:
            self._scheduler.fail(promise, error)

    def raise_event(self, event: Event) -> None:
        """Bring an external event, or an entity's answer, to whoever waits for it."""
        name = event["Name"]
        if name in self._open:
            failed = "exceptionType" in json.loads(event["Input"])
            self.settle(name, CallFailedError("the entity failed") if failed else None)
        elif self._waits[name]:
            self._scheduler.resolve(self._waits[name].popleft())
        else:
            self.unread[name].append(event)

    # ------------------------------------------------------------ actions out

    async def perform_all(self, actions: list[Action]) -> None:
        """Perform actions one after another, each when the one before it has been answered."""
        for action in actions:
            try:
                await self._perform(action)
            except CallFailedError:
                continue  # the SDK has raised it in the orchestrator, which may have caught it
            if self.next_input is not None:
                return
        # An orchestration ends when nothing that it asked for is open any more, canceled timers
        # apart: as on the real host, the loser of a race is waited for.
        await self._scheduler.when_all(list(self._open.values()))

    def _perform(self, action: Action) -> Promise:  # noqa: C901, PLR0911 (one case for each kind)
        kind = _kind(action)
        match kind:
            case ActionType.CALL_ACTIVITY:
                return self._call_activity(action)
            case ActionType.CALL_ACTIVITY_WITH_RETRY:
                return self._scheduler.start(self._retry(self._call_activity, action))
            case ActionType.CALL_HTTP:
                return self._decide(self._build.http_call(action))
            case ActionType.CALL_SUB_ORCHESTRATOR:
                return self._call_sub_orchestrator(action)
            case ActionType.CALL_SUB_ORCHESTRATOR_WITH_RETRY:
                return self._scheduler.start(self._retry(self._call_sub_orchestrator, action))
            case ActionType.CREATE_TIMER:
                return self._create_timer(action)
            case ActionType.WAIT_FOR_EXTERNAL_EVENT:
                return self._wait_for_event(action)
            case ActionType.CALL_ENTITY | ActionType.SIGNAL_ENTITY:
                return self._message_entity(action, signal=kind == ActionType.SIGNAL_ENTITY)
            case ActionType.WHEN_ANY | ActionType.WHEN_ALL:
                return self._compound(action, any_of_them=kind == ActionType.WHEN_ANY)
            case ActionType.CONTINUE_AS_NEW:
                self.next_input = compact(action["input"])
                return self._settled()

    def _decide(self, build: Build) -> Promise:
        promise = self._open[self._next_id] = Promise()
        self._record(build)
        return promise

    def _record(self, build: Build) -> None:
        event_id, self._next_id = self._next_id, self._next_id + 1
        self.undecided[event_id] = build(event_id)

    def _call_sub_orchestrator(self, action: Action) -> Promise:
        return self._decide(self._build.sub_orchestration(action))

    def _call_activity(self, action: Action) -> Promise:
        return self._decide(self._build.activity(action))

    def _create_timer(self, action: Action) -> Promise:
        promise = self._set_timer(parse_time(action["fireAt"]))
        if action["isCanceled"]:
            # As on the real host, the timer is still set: only nobody waits for it any more.
            self._scheduler.fail(promise, CallFailedError("the timer was canceled"))
        return promise

    def _set_timer(self, fire_at: datetime) -> Promise:
        return self._decide(self._build.timer(fire_at))

    def _wait_for_event(self, action: Action) -> Promise:
        name = action["externalEventName"]
        if self.unread[name]:
            self.unread[name].popleft()
            return self._settled()
        promise = Promise()
        self._waits[name].append(promise)
        return promise

    def _message_entity(self, action: Action, *, signal: bool) -> Promise:
        request_id = self._build.request_id(self._next_id)
        self._record(self._build.entity_message(action, request_id, signal=signal))
        if signal:
            return self._settled()
        promise = self._open[request_id] = Promise()
        return promise

    def _compound(self, action: Action, *, any_of_them: bool) -> Promise:
        promises = [self._perform(part) for part in action["compoundActions"]]
        wait = self._scheduler.when_any if any_of_them else self._scheduler.when_all
        return self._scheduler.start(wait(promises))

    def _settled(self) -> Promise:
        promise = Promise()
        self._scheduler.resolve(promise)
        return promise

    async def _retry(self, call: Callable[[Action], Promise], action: Action) -> None:
        """Try until it works; a pause follows every failure, the last one included."""
        policy = RetryPolicy.from_action(action)
        last = CallFailedError("no attempt was allowed")
        for failures in range(1, policy.attempts + 1):
            try:
                await call(action)
            except CallFailedError as failure:
                last = failure
                pause = timedelta(milliseconds=policy.pause(failures))
                await self._set_timer(self.now + pause)
            else:
                return
        raise last


def _kind(action: Action) -> ActionType:
    try:
        return ActionType(action["actionType"])
    except ValueError:
        raise UnsupportedActionError(
            f"the SDK asked for an action of type {action['actionType']}, which this host "
            "does not know"
        ) from None
