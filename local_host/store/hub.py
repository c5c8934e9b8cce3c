"""Which operations does the task hub know, and what does each write?"""

import json
import sqlite3
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from local_host.durable.history import Event
from local_host.store.database import Database
from local_host.store.records import EntityRecord, Episode, InstanceRecord, Message, Task


class TaskHub:
    """Instances, their histories and messages, entities and called activities."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._database = Database(path, durable=durable)
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
            row = connection.execute(
                "SELECT status FROM instances WHERE instance_id = ?", (instance.instance_id,)
            ).fetchone()
            if row and row["status"] in ("Pending", "Running", "Suspended", "ContinuedAsNew"):
                return str(row["status"])
            _forget(connection, instance.instance_id, everything=True)
            _drop_history(connection, instance.instance_id)
            _put_instance(connection, instance)
            _put_messages(connection, [started])
            return None

        return await self._database.write(job)

    async def add(self, message: Message) -> None:
        """Keep a message until its target has taken it."""
        await self._database.write(lambda connection: _put_messages(connection, [message]))

    async def drop(self, messages: list[Message]) -> None:
        """Forget messages that nobody will take."""
        await self._database.write(lambda connection: _consume(connection, messages))

    async def commit_episode(self, episode: Episode) -> None:
        """Write an episode as a whole."""
        await self._database.write(lambda connection: _put_episode(connection, episode))

    async def commit_batch(
        self, entity: EntityRecord, consumed: list[Message], answers: list[Message]
    ) -> None:
        """Write what a batch of operations made of an entity."""

        def job(connection: sqlite3.Connection) -> None:
            _consume(connection, consumed)
            _put_messages(connection, answers)
            connection.execute(
                "INSERT OR REPLACE INTO entities VALUES (?, ?, ?, ?)",
                (entity.entity_id, entity.present, entity.state, entity.updated_at),
            )

        await self._database.write(job)


def _put_episode(connection: sqlite3.Connection, episode: Episode) -> None:
    instance_id = episode.instance.instance_id
    _consume(connection, episode.consumed)
    if episode.ends_execution:
        _forget(connection, instance_id, everything=episode.instance.ended)
    if episode.first_position == 0:
        _drop_history(connection, instance_id)
    connection.executemany(
        "INSERT INTO history VALUES (?, ?, ?)",
        (
            (instance_id, position, json.dumps(event))
            for position, event in enumerate(episode.new_events, episode.first_position)
        ),
    )
    for child in episode.children:
        _put_instance(connection, child)
    _put_messages(connection, episode.messages)
    connection.executemany(
        "INSERT INTO tasks VALUES (:task_id, :instance_id, :execution_id, :scheduled_id,"
        " :name, :input_)",
        (asdict(task) for task in episode.tasks),
    )
    _put_instance(connection, episode.instance)


def _put_instance(connection: sqlite3.Connection, instance: InstanceRecord) -> None:
    values = asdict(instance)
    values["parent"] = json.dumps(instance.parent) if instance.parent else None
    connection.execute(
        "INSERT OR REPLACE INTO instances VALUES (:instance_id, :execution_id, :name, :version,"
        " :status, :input_, :output, :custom_status, :created_at, :updated_at, :parent)",
        values,
    )


def _put_messages(connection: sqlite3.Connection, messages: list[Message]) -> None:
    connection.executemany(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?)",
        ((m.message_id, m.target, json.dumps(m.event), m.due, m.execution_id) for m in messages),
    )


def _consume(connection: sqlite3.Connection, messages: list[Message]) -> None:
    connection.executemany(
        "DELETE FROM messages WHERE message_id = ?",
        [(m.message_id,) for m in messages if not m.answers],
    )
    connection.executemany(
        "DELETE FROM tasks WHERE task_id = ?",
        [(m.answers.task_id,) for m in messages if m.answers],
    )


def _forget(connection: sqlite3.Connection, instance_id: str, *, everything: bool) -> None:
    """Drop an execution's timers and tasks; what others sent it stays for the next execution."""
    connection.execute(
        "DELETE FROM messages WHERE target = ? AND (? OR due IS NOT NULL)",
        (instance_id, everything),
    )
    connection.execute("DELETE FROM tasks WHERE instance_id = ?", (instance_id,))


def _drop_history(connection: sqlite3.Connection, instance_id: str) -> None:
    connection.execute("DELETE FROM history WHERE instance_id = ?", (instance_id,))


def _instance(row: sqlite3.Row) -> InstanceRecord:
    values: dict[str, Any] = dict(row)
    values["input_"] = values.pop("input")
    values["parent"] = json.loads(values["parent"]) if values["parent"] else None
    return InstanceRecord(**values)


def _entity(row: sqlite3.Row) -> EntityRecord:
    return EntityRecord(row["entity_id"], bool(row["present"]), row["state"], row["updated_at"])
