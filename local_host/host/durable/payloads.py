"""JSON that the extension exchanges with the SDK and with entities, as the recordings show it."""

import json
from collections.abc import Iterable
from typing import Any

from local_host.host.store.records import EntityRecord, InstanceRecord

_NAMESPACE = "Microsoft.Azure.WebJobs.Extensions.DurableTask"


def encode_compact(value: Any) -> str:  # noqa: ANN401 - JSON
    """Encode JSON as the real host does: no spaces, no escapes, no lone surrogates."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def build_orchestration_payload(
    instance: InstanceRecord, history: Iterable[str], *, is_replaying: bool
) -> bytes:
    """Build the trigger payload of one turn; `history` is the JSON text of each event."""
    payload = {
        "input": None if instance.input_ is None else json.loads(instance.input_),
        "instanceId": instance.instance_id,
        "isReplaying": is_replaying,
        "parentInstanceId": instance.parent and instance.parent.instance.instance_id,
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": 3,
        "longRunningTimerIntervalDuration": "3.00:00:00",
        "maximumShortTimerDuration": "6.00:00:00",
        "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
    }
    # Events are joined as text: encoding a long history anew would dominate each turn.
    fields = json.dumps(payload).removeprefix("{")
    return f'{{"history": [{", ".join(history)}], {fields}'.encode()


def build_entity_payload(
    name: str, key: str, entity: EntityRecord | None, operations: list[dict[str, Any]]
) -> bytes:
    """Build the trigger payload of a batch; each operation is a request to the entity."""
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


def build_entity_request(  # noqa: PLR0913 - the fields of the wire
    *,
    operation: str,
    input_: str | None,
    request_id: str,
    signal: bool,
    parent: str | None = None,
    parent_execution: str | None = None,
) -> str:
    """Encode an operation as the extension sends it to an entity; `input_` is JSON text."""
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


def build_entity_response(result: str | None, *, is_error: bool) -> str:
    """Encode the response of an entity as the extension sends it; `result` is JSON text."""
    message = {
        "$type": f"{_NAMESPACE}.ResponseMessage, {_NAMESPACE}",
        "result": result,
        **({"exceptionType": "Error"} if is_error else {}),
    }
    return json.dumps(message)
