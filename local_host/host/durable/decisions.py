"""What can an orchestrator ask of the host in one episode?

Each decision carries the history event that records it and what the host needs to act on it.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from local_host.host.durable.history import Event

_NAMESPACE = "Microsoft.Azure.WebJobs.Extensions.DurableTask"


@dataclass(frozen=True, slots=True)
class CallActivity:
    """Run an activity; `input_` is JSON text."""

    event: Event
    name: str
    input_: str | None


@dataclass(frozen=True, slots=True)
class CallSubOrchestration:
    """Start another orchestration and wait for it; `input_` is JSON text."""

    event: Event
    name: str
    version: str | None
    instance_id: str
    input_: str | None


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Wake the orchestration at a time."""

    event: Event
    fire_at: datetime


@dataclass(frozen=True, slots=True)
class MessageEntity:
    """Send an operation to an entity, as `@name@key`; `request` is JSON text."""

    event: Event
    target: str
    request: str


Decision = CallActivity | CallSubOrchestration | SetTimer | MessageEntity


def entity_request(  # noqa: PLR0913 (the wire's own fields)
    *,
    operation: str,
    input_: str | None,
    request_id: str,
    signal: bool,
    parent: str | None = None,
    parent_execution: str | None = None,
) -> str:
    """An operation as the extension sends it to an entity; `input_` is JSON text."""
    message = {
        "$type": f"{_NAMESPACE}.RequestMessage, {_NAMESPACE}",
        "op": operation,
        **({"signal": True} if signal else {}),
        "input": input_,
        "id": request_id,
        "parent": parent,
        "parentExecution": parent_execution,
    }
    return json.dumps(message)


def entity_response(result: str | None, *, failed: bool) -> str:
    """An entity's answer as the extension sends it back; `result` is JSON text."""
    message = {
        "$type": f"{_NAMESPACE}.ResponseMessage, {_NAMESPACE}",
        "result": result,
        **({"exceptionType": "Error"} if failed else {}),
    }
    return json.dumps(message)
