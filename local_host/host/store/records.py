"""What does the task hub keep?"""

from dataclasses import dataclass, field

from local_host.host.store.event import Event

#: An instance in one of these states will not move any more.
ENDED = frozenset({"Completed", "Failed", "Terminated"})
#: All that a list can be asked for.
STATUSES = ENDED | {"Pending", "Running", "Suspended", "ContinuedAsNew", "Canceled"}


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """An orchestration instance; `input_`, `output` and `custom_status` are JSON text."""

    instance_id: str
    execution_id: str
    name: str
    version: str | None
    status: str
    input_: str | None
    output: str | None
    custom_status: str | None
    created_at: str
    updated_at: str
    parent: Event | None

    @property
    def ended(self) -> bool:
        """Whether the instance will not move any more."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """An entity's state, as JSON text; a destructed entity is not present."""

    entity_id: str
    present: bool
    state: str | None
    updated_at: str


@dataclass(frozen=True, slots=True)
class Message:
    """Something that an instance or an entity (`@name@key`) has yet to be told.

    `due` in microseconds since 1970 makes it a timer. A message with an `execution_id` is for that
    execution alone. An activity's answer is a message with the task that it answers in place of an
    id of its own: it is stored only as part of the history.
    """

    target: str
    event: Event
    message_id: int = 0
    due: int | None = None
    execution_id: str | None = None
    answers: "Task | None" = None


@dataclass(frozen=True, slots=True)
class Task:
    """An activity that is called and has not been answered; `input_` is JSON text."""

    task_id: int
    instance_id: str
    execution_id: str
    scheduled_id: int
    name: str
    input_: str | None


@dataclass(slots=True)
class Episode:
    """All that one episode changes: it is written as a whole or not at all."""

    instance: InstanceRecord
    #: The execution that the episode was for; `instance` may be the next one already.
    execution_before: str
    first_position: int
    new_events: list[Event]
    consumed: list[Message]
    tasks: list[Task] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    children: list[InstanceRecord] = field(default_factory=list)
    #: The execution is over: forget its timers and called activities.
    ends_execution: bool = False
