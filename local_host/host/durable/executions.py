"""New executions of an orchestration."""

import uuid

from local_host.host.clock import Clock, format_time
from local_host.host.history.events import (
    ExecutionStarted,
    OrchestrationInstance,
    ParentInstance,
    RuntimeStatus,
)
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import InstanceRecord, Message


def create_execution(  # noqa: PLR0913 - the parts of an execution
    hub: TaskHub,
    clock: Clock,
    *,
    name: str,
    instance_id: str,
    input_: str | None,
    version: str | None,
    parent: ParentInstance | None = None,
    generation: int | None = 0,
) -> tuple[InstanceRecord, Message]:
    """Build the record of a new execution, and the message that starts it."""
    at, execution_id = clock.now(), str(uuid.uuid4())
    record = InstanceRecord(
        instance_id=instance_id,
        execution_id=execution_id,
        name=name,
        version=version,
        status=RuntimeStatus.PENDING,
        input_=input_,
        output=None,
        custom_status=None,
        created_at=format_time(at),
        updated_at=format_time(at),
        parent=parent,
    )
    event = ExecutionStarted(
        timestamp=at,
        instance=OrchestrationInstance(instance_id=instance_id, execution_id=execution_id),
        name=name,
        version=version,
        input_=input_,
        parent=parent,
        generation=generation,
    )
    started = Message(
        target=instance_id,
        event=event,
        message_id=hub.next_message_id(),
        execution_id=execution_id,
    )
    return record, started
