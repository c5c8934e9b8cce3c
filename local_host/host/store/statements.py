"""SQL statements of the task hub; each function runs inside a transaction of the writer."""

import sqlite3
from collections.abc import Iterable

from local_host.host.history.codec import event_to_json
from local_host.host.history.events import HistoryEvent, RuntimeStatus
from local_host.host.store.records import EntityRecord, InstanceRecord, Message, Task, Turn

_INSTANCE = (
    ":instance_id, :execution_id, :name, :version, :status, :input_, :output, :custom_status,"
    " :created_at, :updated_at, :parent"
)


def insert_instance(
    connection: sqlite3.Connection, instance: InstanceRecord
) -> RuntimeStatus | None:
    """Insert a new instance, in place of an ended one if there is one.

    Returns:
        None, or the status of the running instance that has this id.
    """
    status = _read_status(connection, instance.instance_id)
    if status is not None and not status.is_final:
        return status
    purge(connection, instance.instance_id)
    connection.execute(f"INSERT INTO instances VALUES ({_INSTANCE})", instance.to_row())  # noqa: S608 - constant names
    return None


def _read_status(connection: sqlite3.Connection, instance_id: str) -> RuntimeStatus | None:
    row = connection.execute(
        "SELECT status FROM instances WHERE instance_id = ?", (instance_id,)
    ).fetchone()
    return None if row is None else RuntimeStatus(row["status"])


def write_turn(connection: sqlite3.Connection, turn: Turn) -> bool:
    """Write a turn as a whole.

    Returns:
        False if the execution is gone; then only the consumed messages are deleted.
    """
    delete_consumed(connection, turn.consumed)
    if not _update_instance(connection, turn):
        return False
    instance_id = turn.instance.instance_id
    if turn.ends_execution:
        _delete_pending(connection, instance_id, everything=turn.instance.ended)
    if turn.first_position == 0:
        _delete_history(connection, instance_id)
    _append_history(connection, instance_id, turn.new_events, turn.first_position)
    for child in turn.children:
        insert_instance(connection, child)
    insert_messages(connection, turn.messages)
    _insert_tasks(connection, turn.tasks)
    return True


def _update_instance(connection: sqlite3.Connection, turn: Turn) -> bool:
    updated = connection.execute(
        "UPDATE instances SET execution_id = :execution_id, status = :status, input = :input_,"
        " output = :output, custom_status = :custom_status, updated_at = :updated_at"
        " WHERE instance_id = :instance_id AND execution_id = :turn_execution_id",
        {**turn.instance.to_row(), "turn_execution_id": turn.execution_id},
    )
    return updated.rowcount == 1


def write_rewind(
    connection: sqlite3.Connection,
    instance: InstanceRecord,
    events: list[HistoryEvent],
    messages: list[Message],
) -> bool:
    """Give a failed instance its rewound history.

    Returns:
        False if the instance is gone or no longer Failed.
    """
    updated = connection.execute(
        "UPDATE instances SET status = :status, output = NULL, updated_at = :updated_at"
        " WHERE instance_id = :instance_id AND execution_id = :execution_id"
        " AND status = 'Failed'",
        instance.to_row(),
    )
    if updated.rowcount == 0:
        return False
    _delete_history(connection, instance.instance_id)
    _append_history(connection, instance.instance_id, events, 0)
    insert_messages(connection, messages)
    return True


def upsert_entity(connection: sqlite3.Connection, entity: EntityRecord) -> None:
    """Write the state of an entity."""
    connection.execute(
        "INSERT OR REPLACE INTO entities VALUES (?, ?, ?, ?)",
        (entity.entity_id, entity.present, entity.state, entity.updated_at),
    )


def insert_messages(connection: sqlite3.Connection, messages: Iterable[Message]) -> None:
    """Store messages until their targets have consumed them."""
    connection.executemany(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?)", (message.to_row() for message in messages)
    )


def delete_consumed(connection: sqlite3.Connection, messages: list[Message]) -> None:
    """Delete consumed messages, and the activities whose results some of them bring."""
    connection.executemany(
        "DELETE FROM messages WHERE message_id = ?",
        [(m.message_id,) for m in messages if not m.result_of],
    )
    connection.executemany(
        "DELETE FROM tasks WHERE task_id = ?",
        [(m.result_of.task_id,) for m in messages if m.result_of],
    )


def purge(connection: sqlite3.Connection, instance_id: str) -> bool:
    """Delete an instance and everything that belongs to it; return whether it existed."""
    deleted = connection.execute("DELETE FROM instances WHERE instance_id = ?", (instance_id,))
    if deleted.rowcount == 0:
        return False
    _delete_pending(connection, instance_id, everything=True)
    _delete_history(connection, instance_id)
    return True


def _append_history(
    connection: sqlite3.Connection, instance_id: str, events: list[HistoryEvent], first: int
) -> None:
    connection.executemany(
        "INSERT INTO history VALUES (?, ?, ?)",
        ((instance_id, n, event_to_json(event)) for n, event in enumerate(events, first)),
    )


def _delete_history(connection: sqlite3.Connection, instance_id: str) -> None:
    connection.execute("DELETE FROM history WHERE instance_id = ?", (instance_id,))


def _insert_tasks(connection: sqlite3.Connection, tasks: Iterable[Task]) -> None:
    connection.executemany(
        "INSERT INTO tasks VALUES (:task_id, :instance_id, :execution_id, :scheduled_id,"
        " :name, :input_)",
        (task.to_row() for task in tasks),
    )


def _delete_pending(connection: sqlite3.Connection, instance_id: str, *, everything: bool) -> None:
    """Delete timers and tasks of an execution; other messages are kept for the next execution."""
    connection.execute(
        "DELETE FROM messages WHERE target = ? AND (? OR due IS NOT NULL)",
        (instance_id, everything),
    )
    connection.execute("DELETE FROM tasks WHERE instance_id = ?", (instance_id,))
