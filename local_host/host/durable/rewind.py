"""Rewind of a failed instance: its history without the failures."""

from collections.abc import Sequence

from local_host.host.history.events import (
    CallFailed,
    ExecutionCompleted,
    GenericEvent,
    HistoryEvent,
    RuntimeStatus,
    SubOrchestrationInstanceCreated,
    TaskScheduled,
    TimerCreated,
    TimerFired,
)


def remove_failures(
    events: Sequence[HistoryEvent],
) -> tuple[list[HistoryEvent], list[str]]:
    """Return the history as a rewind leaves it, and the ids of the failed sub-orchestrations.

    Failures, the activities that failed and the failed end become empty `GenericEvent`s. The call
    of a failed sub-orchestration stays, because the sub-orchestration returns a second time.
    """
    failed_ids = {event.scheduled_id for event in events if isinstance(event, CallFailed)}
    child_ids = [
        event.instance_id
        for event in events
        if isinstance(event, SubOrchestrationInstanceCreated) and event.event_id in failed_ids
    ]
    kept = [_blank(event) if _is_failure(event, failed_ids) else event for event in events]
    return kept, child_ids


def _is_failure(event: HistoryEvent, failed_ids: set[int]) -> bool:
    match event:
        case CallFailed():
            return True
        case TaskScheduled(event_id=event_id):
            return event_id in failed_ids
        case ExecutionCompleted(status=status):
            return status == RuntimeStatus.FAILED
    return False


def _blank(event: HistoryEvent) -> GenericEvent:
    return GenericEvent(timestamp=event.timestamp, event_id=event.event_id, data=None)


def find_pending_timers(events: Sequence[HistoryEvent]) -> list[TimerCreated]:
    """Return the timers that have not fired."""
    fired_ids = {event.timer_id for event in events if isinstance(event, TimerFired)}
    return [
        event
        for event in events
        if isinstance(event, TimerCreated) and event.event_id not in fired_ids
    ]
