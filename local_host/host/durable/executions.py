"""What is there of an orchestration before it has run?"""

import uuid

from local_host.host.clock import Clock, wire_time
from local_host.host.durable import history
from local_host.host.durable.history import Event
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import InstanceRecord, Message


def new_execution(  # noqa: PLR0913 (what an execution consists of)
    hub: TaskHub,
    clock: Clock,
    *,
    name: str,
    instance_id: str,
    input_: str | None,
    version: str | None,
    parent: Event | None = None,
    generation: int | None = 0,
) -> tuple[InstanceRecord, Message]:
    """A new execution of an orchestration, and the message that starts it."""
    at, execution_id = clock.now(), str(uuid.uuid4())
    record = InstanceRecord(
        instance_id=instance_id,
        execution_id=execution_id,
        name=name,
        version=version,
        status="Pending",
        input_=input_,
        output=None,
        custom_status=None,
        created_at=wire_time(at),
        updated_at=wire_time(at),
        parent=parent,
    )
    event = history.execution_started(
        at,
        instance_id=instance_id,
        execution_id=execution_id,
        name=name,
        version=version,
        input_=input_,
        parent=parent,
        generation=generation,
    )
    message_id = hub.next_message_id()
    return record, Message(instance_id, event, message_id, execution_id=execution_id)
