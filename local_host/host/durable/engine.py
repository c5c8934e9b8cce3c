"""The engine: orchestrations, activities, entities and timers over one task hub.

The engine delivers messages and carries out the decisions of turns. The task hub holds all of its
state; `recover` reads it after a start.
"""

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any

from local_host.errors import EntityNotFoundError, InstanceConflictError
from local_host.host.clock import Clock
from local_host.host.durable.activities import Activities
from local_host.host.durable.dispatch import BackgroundTasks, Dispatcher
from local_host.host.durable.entities import Entities, is_entity, make_entity_id
from local_host.host.durable.executions import create_execution
from local_host.host.durable.operations import CompletionWaiters, Operations
from local_host.host.durable.orchestrations import Orchestrations
from local_host.host.durable.payloads import build_entity_request, encode_compact
from local_host.host.durable.timers import TimerQueue
from local_host.host.durable.turns import TurnBuilder
from local_host.host.durable.versions import Versions
from local_host.host.history.events import EventRaised, EventSent
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import EntityRecord, InstanceRecord, Message
from local_host.host.workers import Worker


class Engine:
    """The durable engine over one task hub."""

    def __init__(  # noqa: PLR0913 - one argument for each dependency
        self,
        hub: TaskHub,
        worker: Worker,
        clock: Clock,
        *,
        activities_at_once: int,
        orchestrators_at_once: int,
        versions: Versions,
        on_fault: Callable[[BaseException], None],
    ) -> None:
        self.hub = hub
        self.worker = worker
        self.clock = clock
        self._versions = versions
        self.background = BackgroundTasks(on_fault)
        slots = asyncio.Semaphore(orchestrators_at_once)
        self._dispatcher = Dispatcher(self.background, self._run_turn)
        self.timers: TimerQueue[Message] = TimerQueue(clock, self._dispatcher.deliver)
        self._orchestrations = Orchestrations(
            hub, worker, clock, TurnBuilder(hub, clock), slots=slots, versions=versions
        )
        self._entities = Entities(hub, worker, clock, slots)
        self._activities = Activities(
            worker, clock, self.background, activities_at_once, self._dispatcher.deliver
        )
        self._waiters = CompletionWaiters(clock)
        self.operations = Operations(
            hub, clock, self._waiters, self._deliver, self._orchestrations.evict
        )

    def recover(self) -> int:
        """Resume everything that the task hub holds; return the number of messages and tasks."""
        messages, tasks = self.hub.read_messages(), self.hub.read_tasks()
        for message in messages:
            self._deliver(message)
        for task in tasks:
            self._activities.run(task)
        return len(messages) + len(tasks)

    def stop_starting_activities(self) -> None:
        """Start no more activities; turns still record the results of running ones."""
        self._activities.stop_starting()

    def _deliver(self, message: Message) -> None:
        """Deliver a message now, or when it is due."""
        if message.due is None:
            self._dispatcher.deliver(message)
        else:
            self.timers.add(message.due, message.message_id, message)

    async def _run_turn(self, target: str, messages: list[Message]) -> None:
        if is_entity(target):
            for response in await self._entities.run_batch(target, messages):
                self._deliver(response)
            return
        turn = await self._orchestrations.run_turn(target, messages)
        if turn is None:
            return
        for message in turn.messages:
            self._deliver(message)
        for task in turn.tasks:
            self._activities.run(task)
        if turn.instance.ended:
            self._waiters.notify(target)

    # ------------------------------------------------------------ calls of clients

    async def start(
        self,
        name: str,
        instance_id: str | None,
        body: Any,  # noqa: ANN401 - JSON
        version: str | None = None,
    ) -> str:
        """Start an orchestration with a JSON value as its input; return its instance id.

        Raises:
            InstanceConflictError: An instance with this id is running.
        """
        record, started = create_execution(
            self.hub,
            self.clock,
            name=name,
            instance_id=instance_id or uuid.uuid4().hex,
            input_=None if body is None else encode_compact(body),
            version=version or self._versions.default,
        )
        conflict = await self.hub.create_instance(record, started)
        if conflict:
            raise InstanceConflictError(conflict)
        self._orchestrations.evict(record.instance_id)
        self._dispatcher.deliver(started)
        return record.instance_id

    async def raise_event(self, instance_id: str, name: str, body: Any) -> None:  # noqa: ANN401 - JSON
        """Send an external event with a JSON value.

        Raises:
            InstanceNotFoundError: No instance has this id.
            InstanceEndedError: The instance has ended.
        """
        self.operations.get_open(instance_id)
        event = EventRaised(timestamp=self.clock.now(), name=name, input_=encode_compact(body))
        await self.operations.send(instance_id, event)

    async def restart(self, instance_id: str, *, under_new_id: bool) -> str:
        """Start the orchestration of an instance again with the same input; return the id.

        Raises:
            InstanceNotFoundError: No instance has this id.
            InstanceConflictError: The instance is running, and the new one would have the same id.
        """
        record = self.operations.get(instance_id)
        body = None if record.input_ is None else json.loads(record.input_)
        return await self.start(record.name, None if under_new_id else instance_id, body)

    async def signal_entity(self, name: str, key: str, operation: str, body: Any) -> None:  # noqa: ANN401 - JSON
        """Send an operation to an entity, without a response.

        Raises:
            EntityNotFoundError: The app has no entity function of this name.
        """
        if not self.worker.functions.has("entityTrigger", name):
            raise EntityNotFoundError(
                self.worker.functions.not_found_message("entityTrigger", name)
            )
        request = build_entity_request(
            operation=operation,
            input_=None if body is None else encode_compact(body),
            request_id=str(uuid.uuid4()),
            signal=True,
        )
        target = make_entity_id(name, key)
        event = EventSent(timestamp=self.clock.now(), instance_id=target, name="op", input_=request)
        await self.operations.send(target, event)

    def read_instance(self, instance_id: str) -> InstanceRecord | None:
        """Read an instance, or None if there is none with this id."""
        return self.hub.read_instance(instance_id)

    def read_entity(self, name: str, key: str) -> EntityRecord | None:
        """Read an entity, or None if no operation ever reached it."""
        return self.hub.read_entity(make_entity_id(name, key))
