"""In which shape does the extension hand work to the SDK?

As recorded from the real host: the orchestration trigger's JSON with the whole history, and the
entity trigger's with the state and a batch of operations.
"""

import json
from typing import Any

from local_host.host.durable.history import Event
from local_host.host.store.records import EntityRecord, InstanceRecord


def orchestration_payload(
    instance: InstanceRecord, events: list[Event], *, replaying: bool
) -> bytes:
    """The trigger of one episode."""
    parent = instance.parent["OrchestrationInstance"]["InstanceId"] if instance.parent else None
    payload = {
        "history": events,
        "input": None if instance.input_ is None else json.loads(instance.input_),
        "instanceId": instance.instance_id,
        "isReplaying": replaying,
        "parentInstanceId": parent,
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": 3,
        "longRunningTimerIntervalDuration": "3.00:00:00",
        "maximumShortTimerDuration": "6.00:00:00",
        "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
    }
    return json.dumps(payload).encode()


def entity_payload(
    name: str, key: str, entity: EntityRecord | None, operations: list[dict[str, Any]]
) -> bytes:
    """The trigger of a batch of operations; each is a request as orchestrations send it."""
    payload = {
        "self": {"name": name, "key": key},
        "exists": bool(entity and entity.present),
        "state": entity.state if entity else None,
        "batch": [
            {
                "name": operation["op"],
                "input": operation["input"],
                "isSignal": bool(operation.get("signal")),
                "id": operation["id"],
            }
            for operation in operations
        ],
    }
    return json.dumps(payload).encode()
