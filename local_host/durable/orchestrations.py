"""What happens in one episode of an orchestration?

New messages wake it: the SDK replays the orchestrator over the whole history, the replay of its
actions finds what is new, and all of it is written in one transaction. Only then is anything sent.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass

from local_host.clock import Clock
from local_host.durable import history
from local_host.durable.actions import OrchestratorState
from local_host.durable.decisions import (
    CallActivity,
    CallSubOrchestration,
    Decision,
    MessageEntity,
    SetTimer,
)
from local_host.durable.episodes import EpisodeWriter
from local_host.durable.history import Event, EventType
from local_host.durable.payloads import orchestration_payload
from local_host.durable.performer import UnsupportedActionError, compact
from local_host.durable.replay import NonDeterministicError, Outcome, Replay
from local_host.errors import FunctionFailed, WorkerLost
from local_host.store.hub import TaskHub
from local_host.store.records import Episode, InstanceRecord, Message
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
        self,
        hub: TaskHub,
        worker: Worker,
        clock: Clock,
        writer: EpisodeWriter,
        slots: asyncio.Semaphore,
    ) -> None:
        self._hub = hub
        self._worker = worker
        self._clock = clock
        self._writer = writer
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

    async def _episode(self, held: Orchestration, messages: list[Event]) -> Episode:
        record = held.record
        news = [history.orchestrator_started(self._clock.now()), *messages]
        custom_status: str | None = None
        ended_by = [e for e in messages if e["EventType"] == EventType.EXECUTION_TERMINATED]
        if ended_by:
            outcome = Outcome([], "Terminated", ended_by[0]["Input"])
            custom_status = record.custom_status
        else:
            try:
                state = await self._replay_in_sdk(held, news)
                outcome = self._replay_actions(held, news, state)
                if state.custom_status is not None:
                    custom_status = compact(state.custom_status)
            except (WorkerLost, NonDeterministicError, UnsupportedActionError) as error:
                outcome = Outcome([], "Failed", str(error))
        outcome.decisions = [d for d in outcome.decisions if self._can_be_done(record, d)]
        return self._writer.write(record, len(held.events), news, outcome, custom_status)

    async def _replay_in_sdk(self, held: Orchestration, news: list[Event]) -> OrchestratorState:
        record, functions = held.record, self._worker.functions
        if not functions.has("orchestrationTrigger", record.name):
            return OrchestratorState.failed(functions.missing("orchestrationTrigger", record.name))
        payload = orchestration_payload(record, [*held.events, *news], replaying=bool(held.events))
        async with self._slots:
            try:
                answer = await self._worker.invoke(
                    "orchestration", record.name, payload, about=record.instance_id
                )
            except FunctionFailed as failure:
                return OrchestratorState.from_failure(failure)
        return OrchestratorState.from_answer(answer.body.decode())

    def _replay_actions(
        self, held: Orchestration, news: list[Event], state: OrchestratorState
    ) -> Outcome:
        record = held.record
        replay = Replay(record.instance_id, record.execution_id, state, self._clock.now())
        for event in (*held.events, *news):
            replay.feed(event)
        return replay.outcome()

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
        if self._worker.functions.has(trigger, name):
            return True
        _log.error(
            "%s: orchestrator %s calls the %s %r, which does not exist: it will wait for ever",
            record.instance_id,
            record.name,
            kind,
            name,
        )
        return False
