"""Turns: what one outcome writes to the task hub.

A turn has the new history events, the activities, messages and sub-orchestrations that go out once
it is committed, and the next state of the instance.
"""

from collections.abc import Sequence
from dataclasses import replace

from local_host.host.clock import Clock, format_time
from local_host.host.durable.decisions import (
    CallActivity,
    CallSubOrchestration,
    Decision,
    MessageEntity,
    SetTimer,
)
from local_host.host.durable.executions import create_execution
from local_host.host.durable.payloads import encode_compact
from local_host.host.durable.replay import Outcome
from local_host.host.durable.timers import build_timer_message
from local_host.host.history.events import (
    DecisionEvent,
    ExecutionCompleted,
    ExecutionResumed,
    ExecutionSuspended,
    HistoryEvent,
    OrchestrationInstance,
    OrchestratorCompleted,
    ParentInstance,
    RuntimeStatus,
    SubOrchestrationInstanceCompleted,
    SubOrchestrationInstanceFailed,
)
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import InstanceRecord, Message, Task, Turn

_OPEN_STATUSES = {RuntimeStatus.RUNNING, RuntimeStatus.SUSPENDED}


class TurnBuilder:
    """Builds turns from outcomes."""

    def __init__(self, hub: TaskHub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock

    def build(
        self,
        record: InstanceRecord,
        history: Sequence[HistoryEvent],
        received: Sequence[HistoryEvent],
        outcome: Outcome,
        custom_status: str | None,
    ) -> Turn:
        """Build the turn in which `received` led to `outcome`; `custom_status` is JSON text."""
        is_suspended = outcome.status == RuntimeStatus.SUSPENDED
        instance = replace(
            record,
            status=RuntimeStatus.SUSPENDED if is_suspended else RuntimeStatus.RUNNING,
            output=_find_suspension_reason(received) or record.output,
            custom_status=custom_status,
            updated_at=format_time(self._clock.now()),
        )
        turn = Turn(
            instance=instance,
            execution_id=record.execution_id,
            first_position=len(history),
            new_events=[*received],
        )
        for decision in outcome.decisions:
            self._add_decision(turn, decision)
        if outcome.status == RuntimeStatus.CONTINUED_AS_NEW:
            self._continue_as_new(turn, outcome)
            return turn
        if outcome.status not in _OPEN_STATUSES:
            self._end(turn, outcome, _count_decisions([*history, *turn.new_events]))
        turn.new_events.append(OrchestratorCompleted(timestamp=self._clock.now()))
        return turn

    def _add_decision(self, turn: Turn, decision: Decision) -> None:
        turn.new_events.append(decision.event)
        match decision:
            case CallActivity():
                turn.tasks.append(self._new_task(turn.instance, decision))
            case CallSubOrchestration():
                self._start_child(turn, decision)
            case SetTimer():
                number, now = self._hub.next_message_id(), self._clock.now()
                turn.messages.append(
                    build_timer_message(turn.instance, number, now, decision.event)
                )
            case MessageEntity():
                target = decision.event.instance_id
                turn.messages.append(self._new_message(target, decision.event))

    def _new_task(self, record: InstanceRecord, call: CallActivity) -> Task:
        return Task(
            task_id=self._hub.next_task_id(),
            instance_id=record.instance_id,
            execution_id=record.execution_id,
            scheduled_id=call.event.event_id,
            name=call.event.name,
            input_=call.input_,
        )

    def _new_message(
        self, target: str, event: HistoryEvent, execution_id: str | None = None
    ) -> Message:
        number = self._hub.next_message_id()
        return Message(target=target, event=event, message_id=number, execution_id=execution_id)

    def _start_child(self, turn: Turn, call: CallSubOrchestration) -> None:
        instance, event = turn.instance, call.event
        parent = ParentInstance(
            name=instance.name,
            version=instance.version,
            instance=OrchestrationInstance(
                instance_id=instance.instance_id, execution_id=instance.execution_id
            ),
            scheduled_id=event.event_id,
        )
        child, started = create_execution(
            self._hub,
            self._clock,
            name=event.name,
            instance_id=event.instance_id,
            input_=call.input_,
            version=event.version or instance.version,
            parent=parent,
        )
        turn.children.append(child)
        turn.messages.append(started)

    def _continue_as_new(self, turn: Turn, outcome: Outcome) -> None:
        record = turn.instance
        next_record, started = create_execution(
            self._hub,
            self._clock,
            name=record.name,
            instance_id=record.instance_id,
            input_=outcome.result,
            version=record.version,
            parent=record.parent,
            generation=None,
        )
        turn.instance = replace(
            next_record, custom_status=record.custom_status, created_at=record.created_at
        )
        turn.first_position, turn.new_events = 0, []
        turn.ends_execution = True
        unread = [self._new_message(record.instance_id, event) for event in outcome.unread_events]
        turn.messages = [*_drop_timers(turn), started, *unread]

    def _end(self, turn: Turn, outcome: Outcome, event_id: int) -> None:
        record, result = turn.instance, outcome.result
        if outcome.failure:
            result = None
            text = f"{outcome.failure.error_type}: {outcome.failure.message}"
        elif outcome.status == RuntimeStatus.FAILED:
            result = text = f"Orchestrator function '{record.name}' failed: {result}"
        else:
            text = result or ""
        turn.new_events.append(
            ExecutionCompleted(
                timestamp=self._clock.now(),
                event_id=event_id,
                status=outcome.status,
                result=result,
                failure=outcome.failure,
            )
        )
        is_completed = outcome.status == RuntimeStatus.COMPLETED
        output = text if is_completed else encode_compact(text)
        turn.instance = replace(record, status=outcome.status, output=output)
        turn.ends_execution = True
        turn.messages = _drop_timers(turn)
        if record.parent:
            turn.messages.append(self._new_result(record.parent, text, is_completed))

    def _new_result(self, parent: ParentInstance, text: str, is_completed: bool) -> Message:  # noqa: FBT001 - private
        """Build the message that brings the result of a sub-orchestration to its parent."""
        now, event_id = self._clock.now(), parent.scheduled_id
        event: HistoryEvent
        if is_completed:
            event = SubOrchestrationInstanceCompleted(
                timestamp=now, scheduled_id=event_id, result=text
            )
        else:
            details = f"Message: {text}"
            event = SubOrchestrationInstanceFailed(
                timestamp=now, scheduled_id=event_id, reason=text, details=details
            )
        return self._new_message(parent.instance.instance_id, event, parent.instance.execution_id)


def _find_suspension_reason(events: Sequence[HistoryEvent]) -> str | None:
    """Return the reason of the last suspend or resume; the real host shows it as the output."""
    reasons = [e.reason for e in events if isinstance(e, ExecutionSuspended | ExecutionResumed)]
    return encode_compact(reasons[-1]) if reasons else None


def _count_decisions(events: Sequence[HistoryEvent]) -> int:
    return sum(isinstance(event, DecisionEvent) for event in events)


def _drop_timers(turn: Turn) -> list[Message]:
    return [message for message in turn.messages if message.due is None]
