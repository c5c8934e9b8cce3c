"""Turns of orchestrations.

New messages start a turn: the SDK replays the orchestrator over the whole history, the replay of
its actions finds new decisions, and one transaction writes them. Messages go out after the commit.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field

from local_host.errors import FunctionFailedError, ReplayError, WorkerLostError
from local_host.host.clock import Clock
from local_host.host.durable.actions import OrchestratorState
from local_host.host.durable.called_functions import function_exists
from local_host.host.durable.payloads import build_orchestration_payload
from local_host.host.durable.replay import Outcome, Replay
from local_host.host.durable.turns import TurnBuilder
from local_host.host.durable.versions import MISMATCH, FailureStrategy, Versions
from local_host.host.history.codec import event_to_json
from local_host.host.history.events import (
    ExecutionStarted,
    ExecutionTerminated,
    HistoryEvent,
    OrchestratorStarted,
    RuntimeStatus,
    mark_played,
)
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import InstanceRecord, Message, Turn
from local_host.host.workers import Worker

_CACHE_SIZE = 2_000
_log = logging.getLogger("local_host.orchestrations")


@dataclass(slots=True, kw_only=True)
class CachedInstance:
    """An instance in memory, with its whole history; unfrozen because it grows with each turn."""

    record: InstanceRecord
    history: list[HistoryEvent] = field(default_factory=list)
    #: JSON text of each event, encoded once for all replays.
    history_json: list[str] = field(default_factory=list)

    def extend(self, events: list[HistoryEvent]) -> None:
        """Append the events of a turn to the history."""
        played = [mark_played(event) for event in events]
        self.history += played
        self.history_json += map(event_to_json, played)


class Orchestrations:
    """Runs turns of orchestrations."""

    def __init__(  # noqa: PLR0913 - one argument for each dependency
        self,
        hub: TaskHub,
        worker: Worker,
        clock: Clock,
        builder: TurnBuilder,
        *,
        slots: asyncio.Semaphore,
        versions: Versions,
    ) -> None:
        self._hub = hub
        self._worker = worker
        self._clock = clock
        self._builder = builder
        self._slots = slots
        self._versions = versions
        self._cache: OrderedDict[str, CachedInstance] = OrderedDict()

    def evict(self, instance_id: str) -> None:
        """Drop an instance from memory; the next turn reads it from the task hub."""
        self._cache.pop(instance_id, None)

    async def run_turn(self, instance_id: str, messages: list[Message]) -> Turn | None:
        """Consume the messages; return the committed turn, or None if there was nothing to run."""
        cached = self._load(instance_id)
        current = [] if cached is None else _select_current(cached.record, messages)
        if cached is None or not current:
            await self._hub.delete_messages(messages)
            return None
        if self._must_wait(cached.record, current):
            self.evict(instance_id)
            return None
        # Messages may overtake the start of their execution; the history begins with it.
        current.sort(key=lambda message: not isinstance(message.event, ExecutionStarted))
        turn = await self._build_turn(cached, [message.event for message in current])
        turn.consumed = messages
        if not await self._hub.commit_turn(turn):
            self.evict(instance_id)
            return None
        self._update(cached, turn)
        return turn

    def _must_wait(self, record: InstanceRecord, messages: list[Message]) -> bool:
        """Return whether the instance needs a host of another version; its messages stay."""
        versions = self._versions
        if versions.on_mismatch == FailureStrategy.FAIL or versions.accepts(record.version):
            return False
        if any(isinstance(message.event, ExecutionTerminated) for message in messages):
            return False
        _log.warning(
            "Orchestrator %s has version %s, which this host of version %s does not run. "
            "The instance waits for a host that does.",
            record.name,
            record.version,
            versions.default,
            extra={"about": record.instance_id},
        )
        return True

    def _load(self, instance_id: str) -> CachedInstance | None:
        if instance_id in self._cache:
            self._cache.move_to_end(instance_id)
            return self._cache[instance_id]
        record = self._hub.read_instance(instance_id)
        if record is None:
            return None
        cached = self._cache[instance_id] = CachedInstance(record=record)
        cached.extend(self._hub.read_history(instance_id))
        if len(self._cache) > _CACHE_SIZE:
            self._cache.popitem(last=False)
        return cached

    def _update(self, cached: CachedInstance, turn: Turn) -> None:
        cached.record = turn.instance
        if cached.record.ended:
            self.evict(cached.record.instance_id)
            return
        if turn.first_position == 0:
            cached.history.clear()
            cached.history_json.clear()
        cached.extend(turn.new_events)

    async def _build_turn(self, cached: CachedInstance, events: list[HistoryEvent]) -> Turn:
        record = cached.record
        received = [OrchestratorStarted(timestamp=self._clock.now()), *events]
        custom_status: str | None = None
        terminated = [event for event in events if isinstance(event, ExecutionTerminated)]
        if terminated:
            outcome = Outcome(status=RuntimeStatus.TERMINATED, result=terminated[0].reason)
            custom_status = record.custom_status
        elif not self._versions.accepts(record.version):
            outcome = Outcome(status=RuntimeStatus.FAILED, failure=MISMATCH)
        else:
            outcome, custom_status = await self._replay(cached, received)
        functions = self._worker.functions
        outcome.decisions = [d for d in outcome.decisions if function_exists(functions, record, d)]
        return self._builder.build(record, cached.history, received, outcome, custom_status)

    async def _replay(
        self, cached: CachedInstance, received: list[HistoryEvent]
    ) -> tuple[Outcome, str | None]:
        """Return the outcome and the custom status; an instance that fails here has none."""
        try:
            state = await self._replay_in_sdk(cached, received)
            return self._replay_actions(cached, received, state), state.encode_custom_status()
        except (WorkerLostError, ReplayError) as error:
            return Outcome(status=RuntimeStatus.FAILED, result=str(error)), None

    async def _replay_in_sdk(
        self, cached: CachedInstance, received: list[HistoryEvent]
    ) -> OrchestratorState:
        record, functions = cached.record, self._worker.functions
        if not functions.has("orchestrationTrigger", record.name):
            return OrchestratorState.failed(
                functions.not_found_message("orchestrationTrigger", record.name)
            )
        payload = build_orchestration_payload(
            record,
            [*cached.history_json, *map(event_to_json, received)],
            is_replaying=bool(cached.history),
        )
        async with self._slots:
            try:
                response = await self._worker.invoke(
                    "orchestration", record.name, payload, about=record.instance_id
                )
            except FunctionFailedError as failure:
                return OrchestratorState.from_failure(failure)
        return OrchestratorState.from_json(response.body.decode())

    def _replay_actions(
        self, cached: CachedInstance, received: list[HistoryEvent], state: OrchestratorState
    ) -> Outcome:
        record = cached.record
        replay = Replay(record.instance_id, record.execution_id, state, self._clock.now())
        for event in (*cached.history, *received):
            replay.feed(event)
        return replay.get_outcome()


def _select_current(record: InstanceRecord, messages: list[Message]) -> list[Message]:
    """Return the messages for the current execution; the others are dropped."""
    if record.ended:
        return []
    for message in messages:
        event = message.event
        if (
            isinstance(event, ExecutionStarted)
            and event.parent
            and message.execution_id != record.execution_id
        ):
            _log.error(
                "Orchestrator %s calls %s under the id of a running instance, and waits forever. "
                "Call it under another id.",
                event.parent.name,
                event.name,
                extra={"about": event.parent.instance.instance_id},
            )
    return [m for m in messages if m.execution_id in (None, record.execution_id)]
