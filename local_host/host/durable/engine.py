"""How do orchestrations, activities, entities and timers work together?

The engine delivers messages and carries out what episodes decide. What it holds in memory can be
read anew from the task hub at any time; `recover` does so after a start.
"""

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any

from local_host.errors import EntityNotFoundError, InstanceConflictError
from local_host.host.clock import Clock
from local_host.host.durable import history
from local_host.host.durable.activities import Activities
from local_host.host.durable.builder import compact
from local_host.host.durable.decisions import entity_request
from local_host.host.durable.endings import Endings
from local_host.host.durable.entities import Entities, entity_id, is_entity
from local_host.host.durable.episodes import EpisodeWriter
from local_host.host.durable.executions import new_execution
from local_host.host.durable.mailboxes import Mailboxes
from local_host.host.durable.operations import Operations
from local_host.host.durable.orchestrations import Orchestrations
from local_host.host.durable.timers import Timers
from local_host.host.durable.versions import Versions
from local_host.host.durable.work import Work
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import EntityRecord, InstanceRecord, Message
from local_host.host.workers import Worker


class Engine:
    """The durable engine over one task hub."""

    def __init__(  # noqa: PLR0913 (one argument for each thing it stands on)
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
        self.work = Work(on_fault)
        slots = asyncio.Semaphore(orchestrators_at_once)
        self._mailboxes = Mailboxes(self.work, self._take)
        self.timers = Timers(clock, self._mailboxes.deliver)
        writer = EpisodeWriter(hub, clock)
        self._orchestrations = Orchestrations(
            hub, worker, clock, writer, slots=slots, versions=versions
        )
        self._entities = Entities(hub, worker, clock, slots)
        self._activities = Activities(
            worker, clock, self.work, activities_at_once, self._mailboxes.deliver
        )
        self._endings = Endings(clock)
        self.operations = Operations(
            hub, clock, self._endings, self._send, self._orchestrations.forget
        )

    def recover(self) -> int:
        """Go on with everything that the task hub holds; return the number of things to do."""
        messages, tasks = self.hub.messages(), self.hub.tasks()
        for message in messages:
            self._send(message)
        for task in tasks:
            self._activities.run(task)
        return len(messages) + len(tasks)

    def rest(self) -> None:
        """Start no more activities; episodes still write down what running ones bring."""
        self._activities.rest()

    def _send(self, message: Message) -> None:
        if message.due is None:
            self._mailboxes.deliver(message)
        else:
            self.timers.add(message)

    async def _take(self, target: str, messages: list[Message]) -> None:
        if is_entity(target):
            for answer in await self._entities.operate(target, messages):
                self._send(answer)
            return
        episode = await self._orchestrations.run_episode(target, messages)
        if episode is None:
            return
        for message in episode.messages:
            self._send(message)
        for task in episode.tasks:
            self._activities.run(task)
        if episode.instance.ended:
            self._endings.tell(target)

    # ------------------------------------------------------------ what clients ask for

    async def start(
        self,
        name: str,
        instance_id: str | None,
        body: Any,  # noqa: ANN401 (JSON)
        version: str | None = None,
    ) -> str:
        """Start an orchestration with a JSON value as its input; return its instance id.

        Raises:
            InstanceConflictError: an instance of this id is still running.
        """
        record, started = new_execution(
            self.hub,
            self.clock,
            name=name,
            instance_id=instance_id or uuid.uuid4().hex,
            input_=None if body is None else compact(body),
            version=version or self._versions.default,
        )
        in_the_way = await self.hub.start(record, started)
        if in_the_way:
            raise InstanceConflictError(in_the_way)
        self._orchestrations.forget(record.instance_id)
        self._mailboxes.deliver(started)
        return record.instance_id

    async def raise_event(self, instance_id: str, name: str, body: Any) -> None:  # noqa: ANN401 (JSON)
        """Send an external event with a JSON value.

        Raises:
            InstanceNotFoundError: nobody has this id.
            InstanceEndedError: the instance takes no more events.
        """
        self.operations.living(instance_id)
        event = history.event_raised(self.clock.now(), name, compact(body))
        await self.operations.post(instance_id, event)

    async def restart(self, instance_id: str, *, under_a_new_id: bool) -> str:
        """Start an instance's orchestration once more with its input; return the id.

        Raises:
            InstanceNotFoundError: nobody has this id.
            InstanceConflictError: it is still running, and its id was asked for.
        """
        record = self.operations.found(instance_id)
        body = None if record.input_ is None else json.loads(record.input_)
        return await self.start(record.name, None if under_a_new_id else instance_id, body)

    async def signal_entity(self, name: str, key: str, operation: str, body: Any) -> None:  # noqa: ANN401 (JSON)
        """Send an operation to an entity and wait for no answer.

        Raises:
            EntityNotFoundError: the app has no such entity function.
        """
        if not self.worker.functions.has("entityTrigger", name):
            raise EntityNotFoundError(
                self.worker.functions.not_found_message("entityTrigger", name)
            )
        request = entity_request(
            operation=operation,
            input_=None if body is None else compact(body),
            request_id=str(uuid.uuid4()),
            signal=True,
        )
        target = entity_id(name, key)
        event = history.event_sent(self.clock.now(), -1, target, "op", request)
        await self.operations.post(target, event)

    def instance(self, instance_id: str) -> InstanceRecord | None:
        """The instance with this id, if there is one."""
        return self.hub.instance(instance_id)

    def entity_state(self, name: str, key: str) -> EntityRecord | None:
        """The entity, if it was ever touched."""
        return self.hub.entity(entity_id(name, key))
