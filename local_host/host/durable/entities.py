"""How does an entity get from a batch of operations to its next state?"""

import asyncio
import json
import logging
from typing import Any

from local_host.errors import FunctionFailedError, WorkerLostError
from local_host.host.clock import Clock, wire_time
from local_host.host.durable import history
from local_host.host.durable.decisions import entity_response
from local_host.host.durable.payloads import entity_payload
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import EntityRecord, Message
from local_host.host.workers import Worker

_log = logging.getLogger("local_host.entities")


def entity_id(name: str, key: str) -> str:
    """The id under which the task hub knows an entity; names are lower-cased, keys are not."""
    return f"@{name.lower()}@{key}"


def is_entity(target: str) -> bool:
    """Whether an id is an entity's; an instance may have an `@` in its id, but not like this."""
    return target.startswith("@") and "@" in target[1:]


class Entities:
    """Runs operations, one batch of an entity at a time."""

    def __init__(
        self, hub: TaskHub, worker: Worker, clock: Clock, slots: asyncio.Semaphore
    ) -> None:
        self._hub = hub
        self._worker = worker
        self._clock = clock
        self._slots = slots

    async def operate(self, target: str, messages: list[Message]) -> list[Message]:
        """Apply the operations in order, write state and answers, and return the answers."""
        operations = [json.loads(message.event["Input"]) for message in messages]
        async with self._slots:
            response = await self._response(target, operations)
        answers = [
            self._answer(operation, result)
            for operation, result in zip(operations, response["results"], strict=True)
            if operation["parent"] and not operation.get("signal")
        ]
        entity = EntityRecord(
            target,
            response["entityExists"],
            response["entityState"],
            wire_time(self._clock.now()),
        )
        await self._hub.commit_batch(entity, messages, answers)
        return answers

    async def _response(self, target: str, operations: list[dict[str, Any]]) -> dict[str, Any]:
        """The SDK's answer to the batch. A batch whose worker died is run again."""
        _, name, key = target.split("@", 2)
        before = self._hub.entity(target)
        payload = entity_payload(name, key, before, operations)
        while True:
            try:
                answer = await self._worker.invoke("entity", name, payload, about=target)
            except WorkerLostError:
                continue
            except FunctionFailedError as failure:
                _log.error("%s", failure.report, extra={"about": target})
                failed = {"isError": True, "result": json.dumps(str(failure))}
                return {
                    "entityExists": bool(before and before.present),
                    "entityState": before.state if before else None,
                    "results": [failed] * len(operations),
                }
            response: dict[str, Any] = json.loads(answer.body)
            return response

    def _answer(self, operation: dict[str, Any], result: dict[str, Any]) -> Message:
        response = entity_response(result["result"], failed=result["isError"])
        return Message(
            operation["parent"],
            history.event_raised(self._clock.now(), operation["id"], response),
            self._hub.next_message_id(),
            execution_id=operation["parentExecution"],
        )
