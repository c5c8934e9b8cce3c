"""What happens in one episode of an orchestration?

New messages wake it: the SDK replays the orchestrator over the whole history, the replay of its
actions finds what is new, and all of it is written in one transaction. Only then is anything sent.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass

from local_host.errors import (
    CustomStatusTooLargeError,
    FunctionFailedError,
    NonDeterministicError,
    UnsupportedActionError,
    WorkerLostError,
)
from local_host.host.clock import Clock
from local_host.host.durable import history
from local_host.host.durable.actions import OrchestratorState
from local_host.host.durable.custom_status import custom_status_of
from local_host.host.durable.episodes import EpisodeWriter
from local_host.host.durable.history import Event, EventType
from local_host.host.durable.missing import can_be_done
from local_host.host.durable.payloads import orchestration_payload
from local_host.host.durable.replay import Outcome, Replay
from local_host.host.durable.versions import MISMATCH, FailureStrategy, Versions
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import Episode, InstanceRecord, Message
from local_host.host.workers import Worker

_KEPT_IN_MEMORY = 2_000
_log = logging.getLogger("local_host.orchestrations")


@dataclass(slots=True)
class Orchestration:
    """An instance as the engine holds it: its record and its whole history."""

    record: InstanceRecord
    events: list[Event]


class Orchestrations:
    """Runs episodes."""

    def __init__(  # noqa: PLR0913 (one argument for each thing it stands on)
        self,
        hub: TaskHub,
        worker: Worker,
        clock: Clock,
        writer: EpisodeWriter,
        *,
        slots: asyncio.Semaphore,
        versions: Versions,
    ) -> None:
        self._hub = hub
        self._worker = worker
        self._clock = clock
        self._writer = writer
        self._slots = slots
        self._versions = versions
        self._held: OrderedDict[str, Orchestration] = OrderedDict()

    def forget(self, instance_id: str) -> None:
        """Read this instance anew from the task hub."""
        self._held.pop(instance_id, None)

    async def run_episode(self, instance_id: str, messages: list[Message]) -> Episode | None:
        """Take the messages; return what was written, or None where nobody is there for them."""
        held = self._hold(instance_id)
        current = [] if held is None else _current(held.record, messages)
        if held is None or not current:
            await self._hub.drop(messages)
            return None
        if self._must_wait(held.record, current):
            self.forget(instance_id)
            return None
        # Nothing can happen before the start, however the messages came.
        current.sort(key=lambda m: m.event["EventType"] != EventType.EXECUTION_STARTED)
        episode = await self._episode(held, [m.event for m in current])
        episode.consumed = messages
        if not await self._hub.commit_episode(episode):
            self.forget(instance_id)
            return None
        self._keep(held, episode)
        return episode

    def _must_wait(self, record: InstanceRecord, messages: list[Message]) -> bool:
        """Whether the instance is for a host of another version; its messages stay as they are."""
        versions = self._versions
        if versions.on_mismatch == FailureStrategy.FAIL or versions.fit(record.version):
            return False
        if any(m.event["EventType"] == EventType.EXECUTION_TERMINATED for m in messages):
            return False
        _log.warning(
            "Orchestrator %s of version %s must not run on a host of version %s: it waits for one "
            "that may run it.",
            record.name,
            record.version,
            versions.default,
            extra={"about": record.instance_id},
        )
        return True

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
        elif not self._versions.fit(record.version):
            outcome = Outcome([], "Failed", failure=MISMATCH)
        else:
            outcome, custom_status = await self._replay(held, news)
        functions = self._worker.functions
        outcome.decisions = [d for d in outcome.decisions if can_be_done(functions, record, d)]
        return self._writer.write(record, held.events, news, outcome, custom_status)

    async def _replay(self, held: Orchestration, news: list[Event]) -> tuple[Outcome, str | None]:
        """What the news lead to, and the custom status; an instance that fails here has none."""
        try:
            state = await self._replay_in_sdk(held, news)
            return self._replay_actions(held, news, state), custom_status_of(state)
        except (
            WorkerLostError,
            NonDeterministicError,
            UnsupportedActionError,
            CustomStatusTooLargeError,
        ) as error:
            return Outcome([], "Failed", str(error)), None

    async def _replay_in_sdk(self, held: Orchestration, news: list[Event]) -> OrchestratorState:
        record, functions = held.record, self._worker.functions
        if not functions.has("orchestrationTrigger", record.name):
            return OrchestratorState.failed(
                functions.not_found_message("orchestrationTrigger", record.name)
            )
        payload = orchestration_payload(record, [*held.events, *news], replaying=bool(held.events))
        async with self._slots:
            try:
                answer = await self._worker.invoke(
                    "orchestration", record.name, payload, about=record.instance_id
                )
            except FunctionFailedError as failure:
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


def _current(record: InstanceRecord, messages: list[Message]) -> list[Message]:
    """The messages that are for the execution as it stands; the others are dropped."""
    for message in messages:
        parent = message.event.get("ParentInstance")
        if parent and message.execution_id != record.execution_id and not record.ended:
            _log.error(
                "Orchestrator %s calls %s under an id that a running instance has: it will wait "
                "for ever.",
                parent["Name"],
                message.event["Name"],
                extra={"about": parent["OrchestrationInstance"]["InstanceId"]},
            )
    if record.ended:
        return []
    return [m for m in messages if m.execution_id in (None, record.execution_id)]
