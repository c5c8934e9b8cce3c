"""Entities: batches of operations, applied one batch at a time."""

import asyncio
import json
import logging
from typing import Any

from local_host.errors import FunctionFailedError, WorkerLostError
from local_host.host.clock import Clock, format_time
from local_host.host.durable.payloads import build_entity_payload, build_entity_response
from local_host.host.history.events import EventRaised, EventSent
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import EntityRecord, Message
from local_host.host.workers import Worker

_log = logging.getLogger("local_host.entities")


def make_entity_id(name: str, key: str) -> str:
    """Return the id of an entity in the task hub; the name is lower-cased, the key is not."""
    return f"@{name.lower()}@{key}"


def is_entity(target: str) -> bool:
    """Return whether an id is one of an entity; an id of an instance may contain one `@` only."""
    return target.startswith("@") and "@" in target[1:]


class Entities:
    """Runs batches of operations."""

    def __init__(
        self, hub: TaskHub, worker: Worker, clock: Clock, slots: asyncio.Semaphore
    ) -> None:
        self._hub = hub
        self._worker = worker
        self._clock = clock
        self._slots = slots

    async def run_batch(self, target: str, messages: list[Message]) -> list[Message]:
        """Apply the operations in order, commit state and responses, and return the responses."""
        events = [message.event for message in messages]
        operations = [json.loads(e.input_) for e in events if isinstance(e, EventSent)]
        async with self._slots:
            batch = await self._invoke(target, operations)
        responses = [
            self._build_response(operation, result)
            for operation, result in zip(operations, batch["results"], strict=True)
            if operation["parent"] and not operation.get("signal")
        ]
        entity = EntityRecord(
            entity_id=target,
            present=batch["entityExists"],
            state=batch["entityState"],
            updated_at=format_time(self._clock.now()),
        )
        await self._hub.commit_batch(entity, messages, responses)
        return responses

    async def _invoke(self, target: str, operations: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the SDK's result of the batch. If the worker process dies, the batch is rerun."""
        _, name, key = target.split("@", 2)
        entity = self._hub.read_entity(target)
        payload = build_entity_payload(name, key, entity, operations)
        while True:
            try:
                response = await self._worker.invoke("entity", name, payload, about=target)
            except WorkerLostError:
                continue
            except FunctionFailedError as failure:
                _log.error("%s", failure.report, extra={"about": target})
                result = {"isError": True, "result": json.dumps(str(failure))}
                return {
                    "entityExists": bool(entity and entity.present),
                    "entityState": entity.state if entity else None,
                    "results": [result] * len(operations),
                }
            batch: dict[str, Any] = json.loads(response.body)
            return batch

    def _build_response(self, operation: dict[str, Any], result: dict[str, Any]) -> Message:
        text = build_entity_response(result["result"], is_error=result["isError"])
        return Message(
            target=operation["parent"],
            event=EventRaised(timestamp=self._clock.now(), name=operation["id"], input_=text),
            message_id=self._hub.next_message_id(),
            execution_id=operation["parentExecution"],
        )
