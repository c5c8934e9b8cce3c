"""What does an episode write down?

An outcome becomes one `Episode`: the new history, the tasks, messages and children that go out once
it is committed, and the instance as it stands then.
"""

from dataclasses import replace

from local_host.host.clock import Clock, wire_time
from local_host.host.durable import history, lifecycle
from local_host.host.durable.builder import compact
from local_host.host.durable.decisions import (
    CallActivity,
    CallSubOrchestration,
    Decision,
    MessageEntity,
    SetTimer,
)
from local_host.host.durable.executions import new_execution
from local_host.host.durable.history import Event
from local_host.host.durable.replay import Outcome
from local_host.host.durable.timers import timer_message
from local_host.host.store.hub import TaskHub
from local_host.host.store.records import Episode, InstanceRecord, Message, Task

_GOES_ON = {"Running", "Suspended"}


class EpisodeWriter:
    """Turns outcomes into episodes."""

    def __init__(self, hub: TaskHub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock

    def write(
        self,
        record: InstanceRecord,
        events_before: list[Event],
        news: list[Event],
        outcome: Outcome,
        custom_status: str | None,
    ) -> Episode:
        """The episode in which `news` led to `outcome`; `custom_status` is JSON text."""
        instance = replace(
            record,
            status="Suspended" if outcome.status == "Suspended" else "Running",
            output=_reason(news, record.output),
            custom_status=custom_status,
            updated_at=wire_time(self._clock.now()),
        )
        episode = Episode(instance, record.execution_id, len(events_before), [*news], [])
        for decision in outcome.decisions:
            self._carry_out(episode, decision)
        if outcome.status == "ContinuedAsNew":
            self._continue_as_new(episode, outcome)
            return episode
        if outcome.status not in _GOES_ON:
            self._end(episode, outcome, _decided([*events_before, *episode.new_events]))
        episode.new_events.append(history.orchestrator_completed(self._clock.now()))
        return episode

    def _carry_out(self, episode: Episode, decision: Decision) -> None:
        episode.new_events.append(decision.event)
        match decision:
            case CallActivity():
                episode.tasks.append(self._task(episode.instance, decision))
            case CallSubOrchestration():
                self._start_child(episode, decision)
            case SetTimer():
                number, now = self._hub.next_message_id(), self._clock.now()
                episode.messages.append(
                    timer_message(episode.instance, number, now, decision.event)
                )
            case MessageEntity():
                episode.messages.append(
                    Message(decision.target, decision.event, self._hub.next_message_id())
                )

    def _task(self, record: InstanceRecord, call: CallActivity) -> Task:
        return Task(
            self._hub.next_task_id(),
            record.instance_id,
            record.execution_id,
            call.event["EventId"],
            call.name,
            call.input_,
        )

    def _start_child(self, episode: Episode, call: CallSubOrchestration) -> None:
        parent = {
            "Name": episode.instance.name,
            "OrchestrationInstance": {
                "InstanceId": episode.instance.instance_id,
                "ExecutionId": episode.instance.execution_id,
            },
            "TaskScheduleId": call.event["EventId"],
            "Version": episode.instance.version,
        }
        child, started = new_execution(
            self._hub,
            self._clock,
            name=call.name,
            instance_id=call.instance_id,
            input_=call.input_,
            version=call.version or episode.instance.version,
            parent=parent,
        )
        episode.children.append(child)
        episode.messages.append(started)

    def _continue_as_new(self, episode: Episode, outcome: Outcome) -> None:
        record = episode.instance
        anew, started = new_execution(
            self._hub,
            self._clock,
            name=record.name,
            instance_id=record.instance_id,
            input_=outcome.result,
            version=record.version,
            parent=record.parent,
            generation=None,
        )
        episode.instance = replace(
            anew, custom_status=record.custom_status, created_at=record.created_at
        )
        episode.first_position, episode.new_events = 0, []
        episode.ends_execution = True
        unread = [
            Message(record.instance_id, event, self._hub.next_message_id())
            for event in outcome.unread_events
        ]
        episode.messages = [*_without_timers(episode), started, *unread]

    def _end(self, episode: Episode, outcome: Outcome, event_id: int) -> None:
        record, result = episode.instance, outcome.result
        if outcome.failure:
            result = None
            text = "{ErrorType}: {ErrorMessage}".format_map(outcome.failure)
        elif outcome.status == "Failed":
            result = text = f"Orchestrator function '{record.name}' failed: {result}"
        else:
            text = result or ""
        episode.new_events.append(
            history.execution_completed(
                self._clock.now(), event_id, outcome.status, result, outcome.failure
            )
        )
        output = text if outcome.status == "Completed" else compact(text)
        episode.instance = replace(record, status=outcome.status, output=output)
        episode.ends_execution = True
        episode.messages = _without_timers(episode)
        if record.parent:
            episode.messages.append(self._tell_parent(record.parent, outcome.status, text))

    def _tell_parent(self, parent: Event, status: str, text: str) -> Message:
        scheduled_id, now = parent["TaskScheduleId"], self._clock.now()
        event = (
            history.sub_orchestration_completed(now, scheduled_id, text)
            if status == "Completed"
            else history.sub_orchestration_failed(now, scheduled_id, text, f"Message: {text}")
        )
        instance = parent["OrchestrationInstance"]
        return Message(
            instance["InstanceId"],
            event,
            self._hub.next_message_id(),
            execution_id=instance["ExecutionId"],
        )


def _reason(news: list[Event], before: str | None) -> str | None:
    """What stands in the place of an output: why the instance was suspended or resumed last."""
    reasons = [e["Reason"] for e in news if lifecycle.holds_up(e) is not None]
    return compact(reasons[-1]) if reasons else before


def _decided(events: list[Event]) -> int:
    return sum(event["EventType"] in history.DECISIONS for event in events)


def _without_timers(episode: Episode) -> list[Message]:
    return [message for message in episode.messages if message.due is None]
