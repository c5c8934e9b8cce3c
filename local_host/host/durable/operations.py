"""What can be done to instances from outside, beside starting them and sending them events?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from local_host.errors import InstanceEndedError, InstanceNotFoundError, InstanceStatusError
from local_host.host.clock import Clock, parse_time, wire_time
from local_host.host.durable import lifecycle
from local_host.host.durable.endings import Endings
from local_host.host.durable.history import Event, EventType
from local_host.host.durable.timers import timer_message
from local_host.host.store.hub import TaskHub
from local_host.host.store.queries import InstanceQuery
from local_host.host.store.records import ENDED, InstanceRecord, Message

_PURGED_AT_ONCE = 200


class Operations:
    """Suspends, resumes, terminates, rewinds, restarts and purges instances."""

    def __init__(
        self,
        hub: TaskHub,
        clock: Clock,
        endings: Endings,
        send: Callable[[Message], None],
        forget: Callable[[str], None],
    ) -> None:
        """`send` delivers what is stored; `forget` drops what is held of an instance in memory."""
        self._hub = hub
        self._clock = clock
        self._endings = endings
        self._send = send
        self._forget = forget

    def found(self, instance_id: str) -> InstanceRecord:
        """The instance with this id.

        Raises:
            InstanceNotFoundError: nobody has this id.
        """
        record = self._hub.instance(instance_id)
        if record is None:
            raise InstanceNotFoundError(instance_id)
        return record

    def living(self, instance_id: str) -> InstanceRecord:
        """The instance with this id, which takes messages.

        Raises:
            InstanceNotFoundError: nobody has this id.
            InstanceEndedError: the instance takes no more messages.
        """
        record = self.found(instance_id)
        if record.ended:
            raise InstanceEndedError(instance_id)
        return record

    async def post(self, target: str, event: Event) -> None:
        """Store a message and deliver it."""
        message = Message(target, event, self._hub.next_message_id())
        await self._hub.add(message)
        self._send(message)

    async def terminate(self, instance_id: str, reason: str) -> None:
        """End an instance.

        Raises:
            InstanceNotFoundError: nobody has this id.
            InstanceEndedError: it has ended already.
        """
        self.living(instance_id)
        await self.post(instance_id, lifecycle.terminated(self._clock.now(), reason))

    async def suspend(self, instance_id: str, reason: str) -> None:
        """Hold an instance up; what reaches it meanwhile is kept.

        Raises:
            InstanceNotFoundError: nobody has this id.
            InstanceEndedError: it has ended.
            InstanceStatusError: it is suspended already.
        """
        status = self.living(instance_id).status
        if status == "Suspended":
            raise InstanceStatusError("suspend", instance_id, status)
        await self.post(instance_id, lifecycle.suspended(self._clock.now(), reason))

    async def resume(self, instance_id: str, reason: str) -> None:
        """Let a suspended instance go on.

        Raises:
            InstanceNotFoundError: nobody has this id.
            InstanceEndedError: it has ended.
            InstanceStatusError: it is not suspended.
        """
        status = self.living(instance_id).status
        if status != "Suspended":
            raise InstanceStatusError("resume", instance_id, status)
        await self.post(instance_id, lifecycle.resumed(self._clock.now(), reason))

    async def rewind(self, instance_id: str, reason: str) -> None:
        """Bring back a failed instance, and the failed children that it waited for.

        Raises:
            InstanceNotFoundError: nobody has this id.
            InstanceStatusError: it has not failed.
        """
        record = self.found(instance_id)
        if record.status != "Failed":
            raise InstanceStatusError("rewind", instance_id, record.status)
        before, now = self._hub.history(instance_id), self._clock.now()
        events, child_ids = lifecycle.blank_failures(before)
        children = [c for c in map(self._hub.instance, child_ids) if c and c.status == "Failed"]
        messages = self._open_timers(record, before, now)
        if not children:  # else their answers will wake it
            event, number = lifecycle.rewound(now, reason), self._hub.next_message_id()
            messages.append(Message(instance_id, event, number))
        pending = replace(record, status="Pending", updated_at=wire_time(now))
        if await self._hub.rewind(pending, events, messages):
            self._forget(instance_id)
            for message in messages:
                self._send(message)
            for child in children:
                await self.rewind(child.instance_id, reason)

    def _open_timers(
        self, record: InstanceRecord, events: list[Event], now: datetime
    ) -> list[Message]:
        """Timers still to come; those that came to the failed instance are gone, as its events."""
        fired = {e["TimerId"] for e in events if e["EventType"] == EventType.TIMER_FIRED}
        return [
            timer_message(record, self._hub.next_message_id(), now, event)
            for event in events
            if event["EventType"] == EventType.TIMER_CREATED
            and event["EventId"] not in fired
            and parse_time(event["FireAt"]) > now
        ]

    async def purge(self, instance_id: str) -> bool:
        """Forget an instance, in whatever status it is; return whether it was there."""
        return await self._purge([instance_id]) > 0

    async def purge_ended(self, query: InstanceQuery) -> int:
        """Forget the ended instances that are meant; return how many there were."""
        statuses = (query.statuses & ENDED) or (frozenset() if query.statuses else ENDED)
        purged = 0
        query = replace(query, statuses=statuses, top=_PURGED_AT_ONCE)
        while statuses and (instance_ids := await self._hub.instance_ids(query)):
            purged += await self._purge(instance_ids)
            query = replace(query, first_id=instance_ids[-1])
        return purged

    async def _purge(self, instance_ids: list[str]) -> int:
        purged = await self._hub.purge(instance_ids)
        for instance_id in instance_ids:
            self._forget(instance_id)
            self._endings.tell(instance_id)
        return purged

    async def end_of(self, instance_id: str, until: datetime) -> InstanceRecord | None:
        """The instance when it has ended, or as it stands when the time has come."""
        record = self._hub.instance(instance_id)
        if record and not record.ended:
            await self._endings.wait(instance_id, until)
            record = self._hub.instance(instance_id)
        return record
