"""What happens in one episode of an orchestration?

New messages wake it: the SDK replays the orchestrator over the whole history, the replay of its
actions finds what is new, and all of it is written in one transaction. Only then is anything sent.
"""

import asyncio
import json
import logging
import uuid
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from local_host.clock import Clock, wire_time
from local_host.durable import history
from local_host.durable.actions import OrchestratorState
from local_host.durable.decisions import (
    CallActivity,
    CallSubOrchestration,
    Decision,
    MessageEntity,
    SetTimer,
)
from local_host.durable.history import Event, EventType
from local_host.durable.payloads import orchestration_payload
from local_host.durable.replay import (
    NonDeterministicError,
    Outcome,
    Replay,
    UnsupportedActionError,
    compact,
)
from local_host.durable.timers import microseconds
from local_host.errors import FunctionFailed, WorkerLost
from local_host.store.hub import TaskHub
from local_host.store.records import Episode, InstanceRecord, Message, Task
from local_host.workers import Worker

_KEPT_IN_MEMORY = 2_000
_log = logging.getLogger("local_host.orchestrations")


@dataclass(slots=True)
class Orchestration:
    """An instance as the engine holds it: its record and its whole history."""

    record: InstanceRecord
    events: list[Event]


class Orchestrations:
    """Runs episodes."""

    def __init__(
        self, hub: TaskHub, worker: Worker, clock: Clock, slots: asyncio.Semaphore
    ) -> None:
        self._hub = hub
        self._worker = worker
        self._clock = clock
        self._slots = slots
        self._held: OrderedDict[str, Orchestration] = OrderedDict()

    def forget(self, instance_id: str) -> None:
        """Read this instance anew from the task hub."""
        self._held.pop(instance_id, None)

    async def run_episode(self, instance_id: str, messages: list[Message]) -> Episode | None:
        """Take the messages; return what was written, or None where nobody is there for them."""
        held = self._hold(instance_id)
        if held is None or held.record.ended:
            await self._hub.drop(messages)
            return None
        current = [m for m in messages if m.execution_id in (None, held.record.execution_id)]
        if not current:
            await self._hub.drop(messages)
            return None
        # Nothing can happen before the start, however the messages came.
        current.sort(key=lambda m: m.event["EventType"] != EventType.EXECUTION_STARTED)
        episode = await self._episode(held, [m.event for m in current])
        episode.consumed = messages
        await self._hub.commit_episode(episode)
        self._keep(held, episode)
        return episode

    def _hold(self, instance_id: str) -> Orchestration | None:
        if instance_id in self._held:
            self._held.move_to_end(instance_id)
            return self._held[instance_id]
        record = self._hub.instance(instance_id)
        if record is None:
            return None
        events = [history.played(event) for event in self._hub.history(instance_id)]
        held = self._held[instance_id] = Orchestration(record, events)
        if len(self._held) > _KEPT_IN_MEMORY:
            self._held.popitem(last=False)
        return held

    def _keep(self, held: Orchestration, episode: Episode) -> None:
        held.record = episode.instance
        if episode.first_position == 0:
            held.events.clear()
        held.events.extend(history.played(event) for event in episode.new_events)
        if held.record.ended:
            self.forget(held.record.instance_id)

    # ------------------------------------------------------------ one episode

    async def _episode(self, held: Orchestration, news: list[Event]) -> Episode:
        at = self._clock.now()
        news = [history.orchestrator_started(at), *news]
        terminated = [e for e in news if e["EventType"] == EventType.EXECUTION_TERMINATED]
        if terminated:
            outcome = Outcome([], "Terminated", compact(terminated[0]["Input"]))
            return self._write_down(held, news, outcome, held.record.custom_status, at)
        record, events = held.record, [*held.events, *news]
        try:
            state = await self._replay_in_sdk(record, events, replaying=bool(held.events))
        except WorkerLost as lost:
            outcome = Outcome([], "Failed", str(lost))
            return self._write_down(held, news, outcome, None, at)
        try:
            outcome = self._replay_actions(record, events, state)
        except (NonDeterministicError, UnsupportedActionError) as error:
            outcome = Outcome([], "Failed", str(error))
        outcome.decisions = [d for d in outcome.decisions if self._can_be_done(record, d)]
        status = None if state.custom_status is None else compact(state.custom_status)
        return self._write_down(held, news, outcome, status, at)

    async def _replay_in_sdk(
        self, record: InstanceRecord, events: list[Event], *, replaying: bool
    ) -> OrchestratorState:
        if not self._exists("orchestrationTrigger", record.name):
            return OrchestratorState.from_failure(
                FunctionFailed("LookupError", _no_such_orchestrator(record.name, self._worker))
            )
        payload = orchestration_payload(record, events, replaying=replaying)
        async with self._slots:
            try:
                answer = await self._worker.invoke("orchestration", record.name, payload)
            except FunctionFailed as failure:
                return OrchestratorState.from_failure(failure)
        return OrchestratorState.from_answer(answer.body.decode())

    def _replay_actions(
        self, record: InstanceRecord, events: list[Event], state: OrchestratorState
    ) -> Outcome:
        replay = Replay(record.instance_id, record.execution_id, state, self._clock.now())
        for event in events:
            replay.feed(event)
        return replay.outcome()

    def _exists(self, trigger: str, name: str) -> bool:
        wanted = name.lower()
        return any(
            info.trigger == trigger and info.registered_name.lower() == wanted
            for info in self._worker.functions
        )

    def _can_be_done(self, record: InstanceRecord, decision: Decision) -> bool:
        """Whether the called function exists. The real host hangs in silence where it does not."""
        match decision:
            case CallActivity():
                kind, trigger, name = "activity", "activityTrigger", decision.name
            case CallSubOrchestration():
                kind, trigger, name = "orchestrator", "orchestrationTrigger", decision.name
            case MessageEntity():
                kind, trigger = "entity", "entityTrigger"
                name = decision.target.split("@", 2)[1]
            case SetTimer():
                return True
        if self._exists(trigger, name):
            return True
        _log.error(
            "%s: orchestrator %s calls the %s %r, which does not exist: it will wait for ever",
            record.instance_id,
            record.name,
            kind,
            name,
        )
        return False

    # ------------------------------------------------------------ writing it down

    def _write_down(
        self,
        held: Orchestration,
        news: list[Event],
        outcome: Outcome,
        custom_status: str | None,
        at: datetime,
    ) -> Episode:
        record = replace(
            held.record,
            status="Running",
            custom_status=custom_status,
            updated_at=wire_time(self._clock.now()),
        )
        episode = Episode(record, len(held.events), [*news], [])
        for decision in outcome.decisions:
            self._carry_out(episode, decision)
        if outcome.status == "ContinuedAsNew":
            self._continue_as_new(episode, outcome)
        elif outcome.status != "Running":
            self._end(episode, outcome)
        if episode.instance.execution_id == held.record.execution_id:
            episode.new_events.append(history.orchestrator_completed(self._clock.now()))
        return episode

    def _carry_out(self, episode: Episode, decision: Decision) -> None:
        episode.new_events.append(decision.event)
        match decision:
            case CallActivity():
                episode.tasks.append(self._task(episode.instance, decision))
            case CallSubOrchestration():
                self._start_child(episode, decision)
            case SetTimer():
                episode.messages.append(self._timer(episode.instance, decision))
            case MessageEntity():
                episode.messages.append(
                    Message(decision.target, decision.event, self._hub.next_message_id())
                )

    def _task(self, record: InstanceRecord, call: CallActivity) -> Task:
        return Task(
            self._hub.next_task_id(),
            record.instance_id,
            record.execution_id,
            call.event["EventId"],
            call.name,
            call.input_,
        )

    def _timer(self, record: InstanceRecord, timer: SetTimer) -> Message:
        event_id = timer.event["EventId"]
        return Message(
            record.instance_id,
            history.timer_fired(self._clock.now(), event_id, timer.fire_at),
            self._hub.next_message_id(),
            microseconds(timer.fire_at),
            record.execution_id,
        )

    def _start_child(self, episode: Episode, call: CallSubOrchestration) -> None:
        parent = {
            "Name": episode.instance.name,
            "OrchestrationInstance": {
                "InstanceId": episode.instance.instance_id,
                "ExecutionId": episode.instance.execution_id,
            },
            "TaskScheduleId": call.event["EventId"],
            "Version": episode.instance.version,
        }
        child, started = new_instance(
            self._hub,
            self._clock.now(),
            name=call.name,
            instance_id=call.instance_id,
            input_=call.input_,
            version=call.version or episode.instance.version,
            parent=parent,
        )
        episode.children.append(child)
        episode.messages.append(started)

    def _continue_as_new(self, episode: Episode, outcome: Outcome) -> None:
        record = episode.instance
        anew, started = new_instance(
            self._hub,
            self._clock.now(),
            name=record.name,
            instance_id=record.instance_id,
            input_=outcome.result,
            version=record.version,
            parent=record.parent,
            generation=None,
        )
        episode.instance = replace(
            anew, custom_status=record.custom_status, created_at=record.created_at
        )
        episode.first_position, episode.new_events = 0, []
        episode.ends_execution = True
        kept = [m for m in episode.messages if m.due is None]
        unread = [
            Message(record.instance_id, event, self._hub.next_message_id())
            for event in outcome.unread_events
        ]
        episode.messages = [*kept, started, *unread]

    def _end(self, episode: Episode, outcome: Outcome) -> None:
        record, result = episode.instance, outcome.result
        if outcome.status == "Failed":
            result = compact(f"Orchestrator function '{record.name}' failed: {outcome.result}")
        event_id = sum(1 for e in episode.new_events if e["EventType"] in history.DECISIONS)
        episode.new_events.append(
            history.execution_completed(
                self._clock.now(), event_id, outcome.status, _plain(outcome.status, result)
            )
        )
        episode.instance = replace(record, status=outcome.status, output=result)
        episode.ends_execution = True
        episode.messages = [m for m in episode.messages if m.due is None]
        if record.parent:
            episode.messages.append(self._tell_parent(record.parent, outcome.status, result))

    def _tell_parent(self, parent: Event, status: str, result: str | None) -> Message:
        scheduled_id, now = parent["TaskScheduleId"], self._clock.now()
        event = (
            history.sub_orchestration_completed(now, scheduled_id, result)
            if status == "Completed"
            else history.sub_orchestration_failed(
                now, scheduled_id, _plain(status, result) or "", _plain(status, result) or ""
            )
        )
        instance = parent["OrchestrationInstance"]
        return Message(
            instance["InstanceId"],
            event,
            self._hub.next_message_id(),
            execution_id=instance["ExecutionId"],
        )


def _plain(status: str, result: str | None) -> str | None:
    """A result as histories keep it: JSON text of a completed one, plain text of another."""
    if result is None or status == "Completed":
        return result
    text: str = json.loads(result)
    return text


def _no_such_orchestrator(name: str, worker: Worker) -> str:
    known = [f.registered_name for f in worker.functions if f.trigger == "orchestrationTrigger"]
    return (
        f"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function. "
        "Additional info: The following are the known orchestrator functions: "
        + ", ".join(f"'{one}'" for one in known)
        + "."
    )


def new_instance(  # noqa: PLR0913 (what an execution consists of)
    hub: TaskHub,
    at: datetime,
    *,
    name: str,
    instance_id: str,
    input_: str | None,
    version: str | None,
    parent: Event | None = None,
    generation: int | None = 0,
) -> tuple[InstanceRecord, Message]:
    """A new execution of an orchestration, and the message that starts it."""
    execution_id = str(uuid.uuid4())
    record = InstanceRecord(
        instance_id=instance_id,
        execution_id=execution_id,
        name=name,
        version=version,
        status="Pending",
        input_=input_,
        output=None,
        custom_status=None,
        created_at=wire_time(at),
        updated_at=wire_time(at),
        parent=parent,
    )
    event = history.execution_started(
        at,
        instance_id=instance_id,
        execution_id=execution_id,
        name=name,
        version=version,
        input_=input_,
        parent=parent,
        generation=generation,
    )
    return record, Message(instance_id, event, hub.next_message_id(), execution_id=execution_id)
