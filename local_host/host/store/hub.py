"""The operations of the task hub."""

import sqlite3
from functools import partial
from itertools import count
from pathlib import Path

from local_host.host.history.codec import event_from_json
from local_host.host.history.events import HistoryEvent, RuntimeStatus
from local_host.host.store import statements
from local_host.host.store.database import Database
from local_host.host.store.queries import EntityQuery, InstanceQuery
from local_host.host.store.records import EntityRecord, InstanceRecord, Message, Task, Turn
from local_host.host.store.schedules import Schedules


class TaskHub:
    """Instances with their histories, messages, entities, and scheduled activities."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._database = Database(path, durable=durable)
        #: The statuses of the timer triggers.
        self.schedules = Schedules(self._database)
        self._message_ids = count(self._highest("messages", "message_id") + 1)
        self._task_ids = count(self._highest("tasks", "task_id") + 1)

    def _highest(self, table: str, column: str) -> int:
        rows = self._database.read(f"SELECT max({column}) FROM {table}")  # noqa: S608 - constant names
        return rows[0][0] or 0

    def next_message_id(self) -> int:
        """Return an unused message id."""
        return next(self._message_ids)

    def next_task_id(self) -> int:
        """Return an unused task id."""
        return next(self._task_ids)

    def close(self) -> None:
        """Write what is queued and close the file."""
        self._database.close()

    # ------------------------------------------------------------ reading

    def read_instance(self, instance_id: str) -> InstanceRecord | None:
        """Read an instance, or None if there is none with this id."""
        rows = self._database.read("SELECT * FROM instances WHERE instance_id = ?", instance_id)
        return InstanceRecord.from_row(rows[0]) if rows else None

    def read_history(self, instance_id: str) -> list[HistoryEvent]:
        """Read the events of an instance, oldest first."""
        rows = self._database.read(
            "SELECT event FROM history WHERE instance_id = ? ORDER BY position", instance_id
        )
        return [event_from_json(row["event"]) for row in rows]

    def read_entity(self, entity_id: str) -> EntityRecord | None:
        """Read an entity (`@name@key`), or None if no operation ever reached it."""
        rows = self._database.read("SELECT * FROM entities WHERE entity_id = ?", entity_id)
        return EntityRecord.from_row(rows[0]) if rows else None

    def read_messages(self) -> list[Message]:
        """Read the messages that are not delivered, oldest first."""
        rows = self._database.read("SELECT * FROM messages ORDER BY message_id")
        return [Message.from_row(row) for row in rows]

    def read_tasks(self) -> list[Task]:
        """Read the activities that have no result, oldest first."""
        rows = self._database.read("SELECT * FROM tasks ORDER BY task_id")
        return [Task.from_row(row) for row in rows]

    async def list_instances(self, query: InstanceQuery) -> list[InstanceRecord]:
        """List matching instances by id: at most `query.top` and one more."""
        text, parameters = query.to_sql()
        rows = await self._database.search(text, *parameters)
        return [InstanceRecord.from_row(row) for row in rows]

    async def list_instance_ids(self, query: InstanceQuery) -> list[str]:
        """List the ids of matching instances: at most `query.top` and one more."""
        text, parameters = query.to_sql("instance_id")
        return [row["instance_id"] for row in await self._database.search(text, *parameters)]

    async def list_entities(self, query: EntityQuery) -> list[EntityRecord]:
        """List matching entities by id: at most `query.top` and one more."""
        text, parameters = query.to_sql()
        rows = await self._database.search(text, *parameters)
        return [EntityRecord.from_row(row) for row in rows]

    # ------------------------------------------------------------ writing

    async def create_instance(
        self, instance: InstanceRecord, started: Message
    ) -> RuntimeStatus | None:
        """Store a new instance, in place of an ended one if there is one.

        Returns:
            None, or the status of the running instance that has this id.
        """

        def job(connection: sqlite3.Connection) -> RuntimeStatus | None:
            conflict = statements.insert_instance(connection, instance)
            if conflict is None:
                statements.insert_messages(connection, [started])
            return conflict

        return await self._database.write(job)

    async def add_message(self, message: Message) -> None:
        """Store a message until its target has consumed it."""
        await self._database.write(partial(statements.insert_messages, messages=[message]))

    async def delete_messages(self, messages: list[Message]) -> None:
        """Delete messages that no target will consume."""
        await self._database.write(partial(statements.delete_consumed, messages=messages))

    async def commit_turn(self, turn: Turn) -> bool:
        """Write a turn as a whole; return False if its execution was purged meanwhile."""
        return await self._database.write(partial(statements.write_turn, turn=turn))

    async def commit_batch(
        self, entity: EntityRecord, consumed: list[Message], responses: list[Message]
    ) -> None:
        """Write the result of a batch of entity operations."""

        def job(connection: sqlite3.Connection) -> None:
            statements.delete_consumed(connection, consumed)
            statements.insert_messages(connection, responses)
            statements.upsert_entity(connection, entity)

        await self._database.write(job)

    async def rewind(
        self, instance: InstanceRecord, events: list[HistoryEvent], messages: list[Message]
    ) -> bool:
        """Replace the history of a failed instance; return False if it is not Failed."""
        return await self._database.write(
            partial(statements.write_rewind, instance=instance, events=events, messages=messages)
        )

    async def purge(self, instance_ids: list[str]) -> int:
        """Delete instances and everything that belongs to them; return their number."""
        return await self._database.write(
            lambda connection: sum(statements.purge(connection, i) for i in instance_ids)
        )
