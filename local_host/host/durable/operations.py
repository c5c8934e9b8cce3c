"""Operations on instances: suspend, resume, terminate, rewind, purge, and waiting for the end."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from local_host.errors import InstanceEndedError, InstanceNotFoundError, InstanceStatusError
from local_host.host.clock import Clock, format_time
from local_host.host.durable.rewind import find_pending_timers, remove_failures
from local_host.host.durable.timers import build_timer_message
from local_host.host.history.events import (
    FINAL_STATUSES,
    ExecutionResumed,
    ExecutionSuspended,
    ExecutionTerminated,
    GenericEvent,
    HistoryEvent,
    RuntimeStatus,
)
from local_host.host.store.hub import TaskHub
from local_host.host.store.queries import InstanceQuery
from local_host.host.store.records import InstanceRecord, Message

_PURGE_BATCH = 200


class CompletionWaiters:
    """Waits for the end of instances, without polling."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiters: dict[str, set[asyncio.Event]] = defaultdict(set)

    def notify(self, instance_id: str) -> None:
        """Wake the waiters of an instance that has ended or is purged."""
        for ended in self._waiters.pop(instance_id, ()):
            ended.set()

    async def wait(self, instance_id: str, until: datetime) -> None:
        """Return when the instance has ended, or at the time `until`."""
        ended = asyncio.Event()
        self._waiters[instance_id].add(ended)
        try:
            await self._clock.wait(until, ended)
        finally:
            self._waiters[instance_id].discard(ended)
            if not self._waiters[instance_id]:
                del self._waiters[instance_id]


class Operations:
    """Operations of clients on existing instances."""

    def __init__(
        self,
        hub: TaskHub,
        clock: Clock,
        waiters: CompletionWaiters,
        deliver: Callable[[Message], None],
        evict: Callable[[str], None],
    ) -> None:
        """`deliver` delivers a stored message; `evict` drops an instance from memory."""
        self._hub = hub
        self._clock = clock
        self._waiters = waiters
        self._deliver = deliver
        self._evict = evict

    def get(self, instance_id: str) -> InstanceRecord:
        """Return an instance.

        Raises:
            InstanceNotFoundError: No instance has this id.
        """
        record = self._hub.read_instance(instance_id)
        if record is None:
            raise InstanceNotFoundError(instance_id)
        return record

    def get_open(self, instance_id: str) -> InstanceRecord:
        """Return an instance that has not ended.

        Raises:
            InstanceNotFoundError: No instance has this id.
            InstanceEndedError: The instance has ended.
        """
        record = self.get(instance_id)
        if record.ended:
            raise InstanceEndedError(instance_id)
        return record

    async def send(self, target: str, event: HistoryEvent) -> None:
        """Store a message and deliver it."""
        message = Message(target=target, event=event, message_id=self._hub.next_message_id())
        await self._hub.add_message(message)
        self._deliver(message)

    async def terminate(self, instance_id: str, reason: str) -> None:
        """Terminate an instance.

        Raises:
            InstanceNotFoundError: No instance has this id.
            InstanceEndedError: The instance has ended.
        """
        self.get_open(instance_id)
        event = ExecutionTerminated(timestamp=self._clock.now(), reason=reason)
        await self.send(instance_id, event)

    async def suspend(self, instance_id: str, reason: str) -> None:
        """Suspend an instance; its messages are deferred until it is resumed.

        Raises:
            InstanceNotFoundError: No instance has this id.
            InstanceEndedError: The instance has ended.
            InstanceStatusError: The instance is suspended already.
        """
        status = self.get_open(instance_id).status
        if status == RuntimeStatus.SUSPENDED:
            raise InstanceStatusError("suspend", instance_id, status)
        event = ExecutionSuspended(timestamp=self._clock.now(), reason=reason)
        await self.send(instance_id, event)

    async def resume(self, instance_id: str, reason: str) -> None:
        """Resume a suspended instance.

        Raises:
            InstanceNotFoundError: No instance has this id.
            InstanceEndedError: The instance has ended.
            InstanceStatusError: The instance is not suspended.
        """
        status = self.get_open(instance_id).status
        if status != RuntimeStatus.SUSPENDED:
            raise InstanceStatusError("resume", instance_id, status)
        event = ExecutionResumed(timestamp=self._clock.now(), reason=reason)
        await self.send(instance_id, event)

    async def rewind(self, instance_id: str, reason: str) -> None:
        """Rewind a failed instance and the failed sub-orchestrations that it awaited.

        Raises:
            InstanceNotFoundError: No instance has this id.
            InstanceStatusError: The instance has not failed.
        """
        record = self.get(instance_id)
        if record.status != RuntimeStatus.FAILED:
            raise InstanceStatusError("rewind", instance_id, record.status)
        history, now = self._hub.read_history(instance_id), self._clock.now()
        events, child_ids = remove_failures(history)
        children = [
            child
            for child in map(self._hub.read_instance, child_ids)
            if child and child.status == RuntimeStatus.FAILED
        ]
        messages = self._build_timer_messages(record, history, now)
        if not children:  # a rewound child wakes its parent with its result
            event, number = GenericEvent(timestamp=now, data=reason), self._hub.next_message_id()
            messages.append(Message(target=instance_id, event=event, message_id=number))
        pending = replace(record, status=RuntimeStatus.PENDING, updated_at=format_time(now))
        if await self._hub.rewind(pending, events, messages):
            self._evict(instance_id)
            for message in messages:
                self._deliver(message)
            for child in children:
                await self.rewind(child.instance_id, reason)

    def _build_timer_messages(
        self, record: InstanceRecord, history: list[HistoryEvent], now: datetime
    ) -> list[Message]:
        """Return messages for future timers; those that fired after the failure are lost."""
        return [
            build_timer_message(record, self._hub.next_message_id(), now, timer)
            for timer in find_pending_timers(history)
            if timer.fire_at > now
        ]

    async def purge(self, instance_id: str) -> bool:
        """Purge an instance of any status; return whether it existed."""
        return await self._purge([instance_id]) > 0

    async def purge_ended(self, query: InstanceQuery) -> int:
        """Purge matching instances that have ended; return their number."""
        statuses = query.statuses & FINAL_STATUSES if query.statuses else FINAL_STATUSES
        purged = 0
        query = replace(query, statuses=statuses, top=_PURGE_BATCH)
        while statuses and (instance_ids := await self._hub.list_instance_ids(query)):
            purged += await self._purge(instance_ids)
            query = replace(query, first_id=instance_ids[-1])
        return purged

    async def _purge(self, instance_ids: list[str]) -> int:
        purged = await self._hub.purge(instance_ids)
        for instance_id in instance_ids:
            self._evict(instance_id)
            self._waiters.notify(instance_id)
        return purged

    async def wait_for_end(self, instance_id: str, until: datetime) -> InstanceRecord | None:
        """Return the instance when it has ended, or at the time `until`."""
        record = self._hub.read_instance(instance_id)
        if record and not record.ended:
            await self._waiters.wait(instance_id, until)
            record = self._hub.read_instance(instance_id)
        return record
