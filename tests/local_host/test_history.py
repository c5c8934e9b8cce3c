"""The codec of history events."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from local_host.host.history import events
from local_host.host.history.codec import (
    EventType,
    encode_event,
    event_from_json,
    event_to_json,
    get_event_name,
)
from local_host.host.history.events import HistoryEvent, RuntimeStatus, mark_played

AT = datetime(2026, 11, 22, 16, 21, 54, 58687, tzinfo=UTC)
INSTANCE = events.OrchestrationInstance(instance_id="one", execution_id="first")
PARENT = events.ParentInstance(name="p", version="1.0", instance=INSTANCE, scheduled_id=3)
FAILURE = events.FailureDetails(error_type="E", message="m", is_non_retriable=True)
SAMPLES: list[HistoryEvent] = [
    events.OrchestratorStarted(timestamp=AT),
    events.OrchestratorCompleted(timestamp=AT),
    events.ExecutionStarted(
        timestamp=AT, instance=INSTANCE, name="n", version=None, input_="1", parent=PARENT
    ),
    events.ExecutionCompleted(
        timestamp=AT, event_id=4, status=RuntimeStatus.FAILED, result=None, failure=FAILURE
    ),
    events.ExecutionTerminated(timestamp=AT, reason="r"),
    events.ExecutionSuspended(timestamp=AT, reason="r"),
    events.ExecutionResumed(timestamp=AT, reason="r"),
    events.GenericEvent(timestamp=AT, event_id=2, data=None),
    events.TaskScheduled(timestamp=AT, event_id=0, name="n"),
    events.TaskCompleted(timestamp=AT, scheduled_id=0, result="1"),
    events.TaskFailed(timestamp=AT, scheduled_id=0, reason="r", details="d"),
    events.SubOrchestrationInstanceCreated(
        timestamp=AT, event_id=1, name="n", version="1.0", instance_id="child"
    ),
    events.SubOrchestrationInstanceCompleted(timestamp=AT, scheduled_id=1, result=None),
    events.SubOrchestrationInstanceFailed(timestamp=AT, scheduled_id=1, reason="r", details="d"),
    events.TimerCreated(timestamp=AT, event_id=2, fire_at=AT),
    events.TimerFired(timestamp=AT, timer_id=2, fire_at=AT),
    events.EventSent(timestamp=AT, event_id=3, instance_id="@e@k", name="op", input_="{}"),
    events.EventRaised(timestamp=AT, is_played=True, name="n", input_=None),
]


@pytest.mark.parametrize("event", SAMPLES, ids=get_event_name)
def test_codec_restores_every_kind_of_event(event: HistoryEvent) -> None:
    """Encoding and decoding an event returns an equal one."""
    assert event_from_json(event_to_json(event)) == event


def test_every_event_type_has_a_sample() -> None:
    """The samples cover all numbers of the wire."""
    assert {encode_event(event)["EventType"] for event in SAMPLES} == set(EventType)


def test_execution_started_has_the_fields_of_the_wire_in_order() -> None:
    """The JSON has the real host's fields, also those that this host does not use."""
    started = json.loads(event_to_json(SAMPLES[2]))

    assert list(started.items()) == [
        ("EventType", 0),
        ("OrchestrationInstance", {"InstanceId": "one", "ExecutionId": "first"}),
        (
            "ParentInstance",
            {
                "Name": "p",
                "OrchestrationInstance": {"InstanceId": "one", "ExecutionId": "first"},
                "TaskScheduleId": 3,
                "Version": "1.0",
            },
        ),
        ("Name", "n"),
        ("Version", None),
        ("Input", "1"),
        ("Tags", None),
        ("Correlation", None),
        ("ParentTraceContext", None),
        ("ScheduledStartTime", None),
        ("Generation", 0),
        ("GenerateNewTrace", False),
        ("EventId", -1),
        ("IsPlayed", False),
        ("Timestamp", "2026-11-22T16:21:54.058687Z"),
    ]


def test_decisions_and_turns_never_count_as_played() -> None:
    """All other events do in later turns, as on the real host."""
    unplayed = [replace(event, is_played=False) for event in SAMPLES]
    played = {get_event_name(event) for event in unplayed if mark_played(event).is_played}

    assert played == {
        "ExecutionStarted",
        "ExecutionTerminated",
        "ExecutionSuspended",
        "ExecutionResumed",
        "TaskCompleted",
        "TaskFailed",
        "SubOrchestrationInstanceCompleted",
        "SubOrchestrationInstanceFailed",
        "TimerFired",
        "EventRaised",
    }
