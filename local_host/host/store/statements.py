"""Which rows does each thing that happens write?

Each function runs inside a transaction of the writer's.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict

from local_host.host.store.records import (
    ENDED,
    EntityRecord,
    Episode,
    InstanceRecord,
    Message,
    Task,
)

_INSTANCE = (
    ":instance_id, :execution_id, :name, :version, :status, :input_, :output, :custom_status,"
    " :created_at, :updated_at, :parent"
)


def living_status(connection: sqlite3.Connection, instance_id: str) -> str | None:
    """The status of the instance with this id, if it has not ended."""
    row = connection.execute(
        "SELECT status FROM instances WHERE instance_id = ?", (instance_id,)
    ).fetchone()
    return None if row is None or row["status"] in ENDED else str(row["status"])


def put_new_instance(connection: sqlite3.Connection, instance: InstanceRecord) -> str | None:
    """Put an instance in the place of an ended one or of none.

    Returns:
        None, or the status of the living instance that is in the way.
    """
    in_the_way = living_status(connection, instance.instance_id)
    if in_the_way is None:
        purge(connection, instance.instance_id)
        connection.execute(f"INSERT INTO instances VALUES ({_INSTANCE})", _values(instance))  # noqa: S608 (our names)
    return in_the_way


def put_episode(connection: sqlite3.Connection, episode: Episode) -> bool:
    """Write an episode as a whole.

    Returns:
        False where the execution is no longer there: only its messages are gone then.
    """
    consume(connection, episode.consumed)
    if not _update_instance(connection, episode):
        return False
    instance_id = episode.instance.instance_id
    if episode.ends_execution:
        _forget(connection, instance_id, everything=episode.instance.ended)
    if episode.first_position == 0:
        drop_history(connection, instance_id)
    put_history(connection, instance_id, episode.new_events, episode.first_position)
    for child in episode.children:
        put_new_instance(connection, child)
    put_messages(connection, episode.messages)
    put_tasks(connection, episode.tasks)
    return True


def _update_instance(connection: sqlite3.Connection, episode: Episode) -> bool:
    updated = connection.execute(
        "UPDATE instances SET execution_id = :execution_id, status = :status, input = :input_,"
        " output = :output, custom_status = :custom_status, updated_at = :updated_at"
        " WHERE instance_id = :instance_id AND execution_id = :before",
        {**_values(episode.instance), "before": episode.execution_before},
    )
    return updated.rowcount == 1


def put_rewound(
    connection: sqlite3.Connection,
    instance: InstanceRecord,
    events: list[dict[str, object]],
    messages: list[Message],
) -> bool:
    """Bring a failed instance back with the history that a rewind leaves it.

    Returns:
        False where it is not there or not Failed any more.
    """
    updated = connection.execute(
        "UPDATE instances SET status = :status, output = NULL, updated_at = :updated_at"
        " WHERE instance_id = :instance_id AND execution_id = :execution_id"
        " AND status = 'Failed'",
        _values(instance),
    )
    if updated.rowcount == 0:
        return False
    drop_history(connection, instance.instance_id)
    put_history(connection, instance.instance_id, events, 0)
    put_messages(connection, messages)
    return True


def put_entity(connection: sqlite3.Connection, entity: EntityRecord) -> None:
    """Write an entity's state."""
    connection.execute(
        "INSERT OR REPLACE INTO entities VALUES (?, ?, ?, ?)",
        (entity.entity_id, entity.present, entity.state, entity.updated_at),
    )


def put_history(
    connection: sqlite3.Connection, instance_id: str, events: list[dict[str, object]], first: int
) -> None:
    """Append events to a history whose length is `first`."""
    connection.executemany(
        "INSERT INTO history VALUES (?, ?, ?)",
        ((instance_id, n, json.dumps(event)) for n, event in enumerate(events, first)),
    )


def put_messages(connection: sqlite3.Connection, messages: Iterable[Message]) -> None:
    """Keep messages until their targets have taken them."""
    connection.executemany(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?)",
        ((m.message_id, m.target, json.dumps(m.event), m.due, m.execution_id) for m in messages),
    )


def put_tasks(connection: sqlite3.Connection, tasks: Iterable[Task]) -> None:
    """Keep called activities until they are answered."""
    connection.executemany(
        "INSERT INTO tasks VALUES (:task_id, :instance_id, :execution_id, :scheduled_id,"
        " :name, :input_)",
        (asdict(task) for task in tasks),
    )


def consume(connection: sqlite3.Connection, messages: list[Message]) -> None:
    """Forget messages that were taken, and the activities that some of them answer."""
    connection.executemany(
        "DELETE FROM messages WHERE message_id = ?",
        [(m.message_id,) for m in messages if not m.answers],
    )
    connection.executemany(
        "DELETE FROM tasks WHERE task_id = ?",
        [(m.answers.task_id,) for m in messages if m.answers],
    )


def purge(connection: sqlite3.Connection, instance_id: str) -> bool:
    """Forget an instance and all that belongs to it; return whether it was there."""
    deleted = connection.execute("DELETE FROM instances WHERE instance_id = ?", (instance_id,))
    if deleted.rowcount == 0:
        return False
    _forget(connection, instance_id, everything=True)
    drop_history(connection, instance_id)
    return True


def drop_history(connection: sqlite3.Connection, instance_id: str) -> None:
    """Forget what happened to an instance."""
    connection.execute("DELETE FROM history WHERE instance_id = ?", (instance_id,))


def _forget(connection: sqlite3.Connection, instance_id: str, *, everything: bool) -> None:
    """Drop an execution's timers and tasks; what others sent it stays for the next execution."""
    connection.execute(
        "DELETE FROM messages WHERE target = ? AND (? OR due IS NOT NULL)",
        (instance_id, everything),
    )
    connection.execute("DELETE FROM tasks WHERE instance_id = ?", (instance_id,))


def _values(instance: InstanceRecord) -> dict[str, object]:
    values = asdict(instance)
    values["parent"] = json.dumps(instance.parent) if instance.parent else None
    return values
