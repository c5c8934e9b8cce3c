"""Which operations does the task hub know?"""

import json
import sqlite3
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from local_host.host.store import statements
from local_host.host.store.database import Database
from local_host.host.store.event import Event
from local_host.host.store.queries import EntityQuery, InstanceQuery
from local_host.host.store.records import EntityRecord, Episode, InstanceRecord, Message, Task
from local_host.host.store.schedules import Schedules


class TaskHub:
    """Instances, their histories and messages, entities and called activities."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._database = Database(path, durable=durable)
        #: What is kept of the timer triggers.
        self.schedules = Schedules(self._database)
        self._message_ids = count(self._highest("messages", "message_id") + 1)
        self._task_ids = count(self._highest("tasks", "task_id") + 1)

    def _highest(self, table: str, column: str) -> int:
        rows = self._database.read(f"SELECT max({column}) FROM {table}")  # noqa: S608 (our names)
        return rows[0][0] or 0

    def next_message_id(self) -> int:
        """An id that no message has."""
        return next(self._message_ids)

    def next_task_id(self) -> int:
        """An id that no task has."""
        return next(self._task_ids)

    def close(self) -> None:
        """Write what is queued and let go of the file."""
        self._database.close()

    # ------------------------------------------------------------ reading

    def instance(self, instance_id: str) -> InstanceRecord | None:
        """The instance with this id, if there is one."""
        rows = self._database.read("SELECT * FROM instances WHERE instance_id = ?", instance_id)
        return _instance(rows[0]) if rows else None

    def history(self, instance_id: str) -> list[Event]:
        """The instance's events, oldest first."""
        rows = self._database.read(
            "SELECT event FROM history WHERE instance_id = ? ORDER BY position", instance_id
        )
        return [json.loads(row["event"]) for row in rows]

    def entity(self, entity_id: str) -> EntityRecord | None:
        """The entity with this id (`@name@key`), if it was ever touched."""
        rows = self._database.read("SELECT * FROM entities WHERE entity_id = ?", entity_id)
        return _entity(rows[0]) if rows else None

    async def instances(self, query: InstanceQuery) -> list[InstanceRecord]:
        """The instances that are meant, by id; one more than `query.top` where there are more."""
        text, parameters = query.sql()
        return [_instance(row) for row in await self._database.search(text, *parameters)]

    async def entities(self, query: EntityQuery) -> list[EntityRecord]:
        """The entities that are meant, by id; one more than `query.top` where there are more."""
        text, parameters = query.sql()
        return [_entity(row) for row in await self._database.search(text, *parameters)]

    async def instance_ids(self, query: InstanceQuery) -> list[str]:
        """The ids of the instances that are meant."""
        text, parameters = query.sql("instance_id")
        return [row["instance_id"] for row in await self._database.search(text, *parameters)]

    def messages(self) -> list[Message]:
        """All that has not been delivered, oldest first."""
        return [
            Message(
                row["target"],
                json.loads(row["event"]),
                row["message_id"],
                row["due"],
                row["execution_id"],
            )
            for row in self._database.read("SELECT * FROM messages ORDER BY message_id")
        ]

    def tasks(self) -> list[Task]:
        """The activities that have not been answered, oldest first."""
        rows = self._database.read("SELECT * FROM tasks ORDER BY task_id")
        return [
            Task(
                row["task_id"],
                row["instance_id"],
                row["execution_id"],
                row["scheduled_id"],
                row["name"],
                row["input"],
            )
            for row in rows
        ]

    # ------------------------------------------------------------ writing

    async def start(self, instance: InstanceRecord, started: Message) -> str | None:
        """Put a new instance in the place of an ended one or of none.

        Returns:
            None, or the status of the living instance that is in the way.
        """

        def job(connection: sqlite3.Connection) -> str | None:
            in_the_way = statements.put_new_instance(connection, instance)
            if in_the_way is None:
                statements.put_messages(connection, [started])
            return in_the_way

        return await self._database.write(job)

    async def add(self, message: Message) -> None:
        """Keep a message until its target has taken it."""
        await self._database.write(partial(statements.put_messages, messages=[message]))

    async def drop(self, messages: list[Message]) -> None:
        """Forget messages that nobody will take."""
        await self._database.write(partial(statements.consume, messages=messages))

    async def commit_episode(self, episode: Episode) -> bool:
        """Write an episode as a whole; return False where its execution was purged meanwhile."""
        return await self._database.write(partial(statements.put_episode, episode=episode))

    async def commit_batch(
        self, entity: EntityRecord, consumed: list[Message], answers: list[Message]
    ) -> None:
        """Write what a batch of operations made of an entity."""

        def job(connection: sqlite3.Connection) -> None:
            statements.consume(connection, consumed)
            statements.put_messages(connection, answers)
            statements.put_entity(connection, entity)

        await self._database.write(job)

    async def rewind(
        self, instance: InstanceRecord, events: list[Event], messages: list[Message]
    ) -> bool:
        """Bring back a failed instance; return False where it is not Failed any more."""
        return await self._database.write(
            partial(statements.put_rewound, instance=instance, events=events, messages=messages)
        )

    async def purge(self, instance_ids: list[str]) -> int:
        """Forget instances and all that belongs to them; return how many there were."""
        return await self._database.write(
            lambda connection: sum(statements.purge(connection, i) for i in instance_ids)
        )


def _instance(row: sqlite3.Row) -> InstanceRecord:
    values: dict[str, Any] = dict(row)
    values["input_"] = values.pop("input")
    values["parent"] = json.loads(values["parent"]) if values["parent"] else None
    return InstanceRecord(**values)


def _entity(row: sqlite3.Row) -> EntityRecord:
    return EntityRecord(row["entity_id"], bool(row["present"]), row["state"], row["updated_at"])
