"""How does an action become a decision?

The extension's own arguments: names, ids that every replay makes anew, inputs as JSON text.
"""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from local_host.host.durable import history
from local_host.host.durable.actions import Action
from local_host.host.durable.decisions import (
    CallActivity,
    CallSubOrchestration,
    Decision,
    MessageEntity,
    SetTimer,
    entity_request,
)

#: The activity that the host itself runs for `call_http`.
HTTP_ACTIVITY = "BuiltIn::HttpActivity"
#: Makes a decision, given its sequence id.
Build = Callable[[int], Decision]


class DecisionBuilder:
    """Builds the decisions of one execution."""

    def __init__(self, instance_id: str, execution_id: str, at: datetime) -> None:
        """`at` is the time that new decisions are recorded with."""
        self._instance_id = instance_id
        self._execution_id = execution_id
        self._at = at

    def activity(self, action: Action) -> Build:
        """Call the activity that the action names."""
        return self._activity(action["functionName"], action["input"])

    def http_call(self, action: Action) -> Build:
        """Call the host's own activity with the request that the action holds."""
        return self._activity(HTTP_ACTIVITY, compact(action["httpRequest"]))

    def _activity(self, name: str, input_: str | None) -> Build:
        return lambda i: CallActivity(history.task_scheduled(self._at, i, name), name, input_)

    def sub_orchestration(self, action: Action) -> Build:
        """Start a child; without an id of its own it gets one that every replay makes anew."""
        name, version = action["functionName"], action.get("version")

        def build(event_id: int) -> Decision:
            child = action.get("instanceId") or f"{self._execution_id}:{event_id:x}"
            event = history.sub_orchestration_created(self._at, event_id, name, version, child)
            return CallSubOrchestration(event, name, version, child, compact(action["input"]))

        return build

    def timer(self, fire_at: datetime) -> Build:
        """Set a timer."""
        return lambda i: SetTimer(history.timer_created(self._at, i, fire_at), fire_at)

    def request_id(self, event_id: int) -> str:
        """The id of an operation; its answer comes under it, so that each replay must make it."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._execution_id}:{event_id}"))

    def entity_message(self, action: Action, request_id: str, *, signal: bool) -> Build:
        """Send an operation to an entity."""
        target = action["instanceId"]
        request = entity_request(
            operation=action["operation"],
            input_=compact(action["input"]),
            request_id=request_id,
            signal=signal,
            parent=self._instance_id,
            parent_execution=self._execution_id,
        )
        return lambda i: MessageEntity(
            history.event_sent(self._at, i, target, "op", request), target, request
        )


def compact(value: Any) -> str:  # noqa: ANN401 (JSON)
    """JSON as the real host writes it: no spaces, letters as they are, no half characters."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
