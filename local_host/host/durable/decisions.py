"""Decisions: what an orchestrator schedules in one turn, built from its actions.

Each decision has the history event that records it and what the host needs to carry it out.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from local_host.host.durable.actions import Action
from local_host.host.durable.payloads import build_entity_request, encode_compact
from local_host.host.history.events import (
    EventSent,
    SubOrchestrationInstanceCreated,
    TaskScheduled,
    TimerCreated,
)

#: The activity of `call_http`; the host itself runs it.
HTTP_ACTIVITY = "BuiltIn::HttpActivity"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallActivity:
    """Run an activity; `input_` is JSON text."""

    event: TaskScheduled
    input_: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSubOrchestration:
    """Start another orchestration and wait for it; `input_` is JSON text."""

    event: SubOrchestrationInstanceCreated
    input_: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Wake the orchestration at a time."""

    event: TimerCreated


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEntity:
    """Send an operation to an entity."""

    event: EventSent


Decision = CallActivity | CallSubOrchestration | SetTimer | MessageEntity


class DecisionBuilder:
    """Builds the decisions of one execution; ids are the same in every replay."""

    def __init__(self, instance_id: str, execution_id: str, at: datetime) -> None:
        """`at` becomes the timestamp of new events."""
        self._instance_id = instance_id
        self._execution_id = execution_id
        self._at = at

    def call_activity(self, event_id: int, action: Action) -> Decision:
        """Call the activity that the action names."""
        return self._call(event_id, action["functionName"], action["input"])

    def call_http(self, event_id: int, action: Action) -> Decision:
        """Call the host's own activity with the HTTP request of the action."""
        return self._call(event_id, HTTP_ACTIVITY, encode_compact(action["httpRequest"]))

    def _call(self, event_id: int, name: str, input_: str | None) -> Decision:
        event = TaskScheduled(timestamp=self._at, event_id=event_id, name=name)
        return CallActivity(event=event, input_=input_)

    def call_sub_orchestration(self, event_id: int, action: Action) -> Decision:
        """Call a sub-orchestration, under an id of the action or a derived one."""
        event = SubOrchestrationInstanceCreated(
            timestamp=self._at,
            event_id=event_id,
            name=action["functionName"],
            version=action.get("version"),
            instance_id=action.get("instanceId") or f"{self._execution_id}:{event_id:x}",
        )
        return CallSubOrchestration(event=event, input_=encode_compact(action["input"]))

    def set_timer(self, event_id: int, fire_at: datetime) -> Decision:
        """Set a timer."""
        return SetTimer(event=TimerCreated(timestamp=self._at, event_id=event_id, fire_at=fire_at))

    def make_request_id(self, event_id: int) -> str:
        """Return the id of an entity operation; the response arrives under the same id."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._execution_id}:{event_id}"))

    def message_entity(self, event_id: int, action: Action, *, signal: bool) -> Decision:
        """Send an operation to an entity."""
        request = build_entity_request(
            operation=action["operation"],
            input_=encode_compact(action["input"]),
            request_id=self.make_request_id(event_id),
            signal=signal,
            parent=self._instance_id,
            parent_execution=self._execution_id,
        )
        event = EventSent(
            timestamp=self._at,
            event_id=event_id,
            instance_id=action["instanceId"],
            name="op",
            input_=request,
        )
        return MessageEntity(event=event)
