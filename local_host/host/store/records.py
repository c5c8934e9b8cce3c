"""Records of the task hub, and the turn that changes them."""

import json
import sqlite3
from dataclasses import dataclass, field, fields
from typing import Any

from local_host.host.history.codec import (
    decode_parent,
    encode_parent,
    event_from_json,
    event_to_json,
)
from local_host.host.history.events import HistoryEvent, ParentInstance, RuntimeStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRecord:
    """An orchestration instance; `input_`, `output` and `custom_status` are JSON text."""

    instance_id: str
    execution_id: str
    name: str
    version: str | None
    status: RuntimeStatus
    input_: str | None
    output: str | None
    custom_status: str | None
    created_at: str
    updated_at: str
    parent: ParentInstance | None

    @property
    def ended(self) -> bool:
        """Whether the instance has a final status."""
        return self.status.is_final

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> "InstanceRecord":
        """Decode a row of `instances`."""
        values: dict[str, Any] = dict(row)
        values["input_"] = values.pop("input")
        values["status"] = RuntimeStatus(values["status"])
        values["parent"] = values["parent"] and decode_parent(json.loads(values["parent"]))
        return cls(**values)

    def to_row(self) -> dict[str, Any]:
        """Encode the record as parameters of a statement, by attribute."""
        values = {column.name: getattr(self, column.name) for column in fields(self)}
        values["parent"] = json.dumps(encode_parent(self.parent)) if self.parent else None
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRecord:
    """State of an entity, as JSON text; a deleted entity is not present."""

    entity_id: str
    present: bool
    state: str | None
    updated_at: str

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> "EntityRecord":
        """Decode a row of `entities`."""
        values: dict[str, Any] = dict(row)
        values["present"] = bool(values["present"])
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An activity that is scheduled and has no result yet; `input_` is JSON text."""

    task_id: int
    instance_id: str
    execution_id: str
    scheduled_id: int
    name: str
    input_: str | None

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> "Task":
        """Decode a row of `tasks`."""
        values: dict[str, Any] = dict(row)
        values["input_"] = values.pop("input")
        return cls(**values)

    def to_row(self) -> dict[str, Any]:
        """Encode the record as parameters of a statement, by attribute."""
        return {column.name: getattr(self, column.name) for column in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An event on its way to an instance or an entity (`@name@key`).

    A message with `due`, in microseconds since 1970, is a timer. One with an `execution_id` is for
    that execution alone. One with a `result_of` brings the result of an activity: it has no id of
    its own and is stored only as part of the history.
    """

    target: str
    event: HistoryEvent
    message_id: int = 0
    due: int | None = None
    execution_id: str | None = None
    result_of: Task | None = None

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> "Message":
        """Decode a row of `messages`."""
        values: dict[str, Any] = dict(row)
        values["event"] = event_from_json(values["event"])
        return cls(**values)

    def to_row(self) -> tuple[Any, ...]:
        """Encode the message as a row of `messages`."""
        return (
            self.message_id,
            self.target,
            event_to_json(self.event),
            self.due,
            self.execution_id,
        )


@dataclass(slots=True, kw_only=True)
class Turn:
    """Everything that one turn changes, committed as a whole; it is unfrozen to be filled."""

    instance: InstanceRecord
    #: The execution that the turn ran; `instance` may be the next one already.
    execution_id: str
    #: Length of the history before the turn; 0 replaces the history.
    first_position: int
    new_events: list[HistoryEvent]
    consumed: list[Message] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    children: list[InstanceRecord] = field(default_factory=list)
    #: Whether the execution has ended; its timers and scheduled activities are then deleted.
    ends_execution: bool = False
