"""Decisions of the engine on recorded turns of the real host.

`payloads/` holds turns of the real host: the history that it handed to the SDK, and the SDK's
response. The history of the next turn shows what the real host decided on that response.
"""

import json
import uuid
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from local_host.host.durable.actions import OrchestratorState
from local_host.host.durable.replay import Outcome, Replay
from local_host.host.history.codec import EventType, decode_event, encode_event
from local_host.host.history.events import (
    DecisionEvent,
    EventSent,
    HistoryEvent,
    OrchestrationInstance,
    RuntimeStatus,
)

#: Recordings that the SDK's responses alone do not explain: the real host waited for a function
#: that does not exist, or a client rewound the instance.
NOT_EXPLAINED_BY_REPLAY = {
    "unknown_activity",
    "entity_unknown",
    "python_named_orchestration",
    "by_reference",
    "rewindable",
}
ALL_FILES = sorted((Path(__file__).parent / "payloads").glob("*.jsonl"))
FILES = [file for file in ALL_FILES if file.stem not in NOT_EXPLAINED_BY_REPLAY]
RecordedTurn = dict[str, Any]


def read_executions(file: Path) -> list[list[RecordedTurn]]:
    """Return the recorded turns of each execution, in order."""
    turns: dict[str, list[RecordedTurn]] = defaultdict(list)
    for line in file.read_text("utf-8").splitlines():
        execution_id = get_instance(json.loads(line)).execution_id
        turns[execution_id].append(json.loads(replace_request_ids(line, execution_id)))
    return list(turns.values())


def get_instance(turn: RecordedTurn) -> OrchestrationInstance:
    """Return the ids of the instance and of the execution."""
    history = turn["request"]["history"]
    started = next(e for e in history if e["EventType"] == EventType.EXECUTION_STARTED)
    ids = started["OrchestrationInstance"]
    return OrchestrationInstance(instance_id=ids["InstanceId"], execution_id=ids["ExecutionId"])


def replace_request_ids(line: str, execution_id: str) -> str:
    """Replace the ids of entity requests by those that this engine generates."""
    for event in json.loads(line)["request"]["history"]:
        if event["EventType"] == EventType.EVENT_SENT:
            recorded_id = json.loads(event["Input"])["id"]
            own_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{execution_id}:{event['EventId']}")
            line = line.replace(recorded_id, str(own_id))
    return line


def decode_history(turn: RecordedTurn) -> list[HistoryEvent]:
    """Return the history that the turn began with."""
    return [decode_event(event) for event in turn["request"]["history"]]


def get_decisions(turn: RecordedTurn) -> list[DecisionEvent]:
    """Return the decisions that the history of a turn records."""
    return [event for event in decode_history(turn) if isinstance(event, DecisionEvent)]


def replay(turn: RecordedTurn) -> Outcome:
    """Return the outcome of this engine for a recorded turn."""
    events, instance = decode_history(turn), get_instance(turn)
    state = OrchestratorState.from_json(json.dumps(turn["response"]))
    engine = Replay(instance.instance_id, instance.execution_id, state, events[-1].timestamp)
    for event in events:
        engine.feed(event)
    return engine.get_outcome()


def comparable(event: DecisionEvent) -> tuple[Any, ...]:
    """Return what two hosts must agree on: neither their own ids nor their clocks."""
    fire_at = getattr(event, "fire_at", None)
    request = json.loads(event.input_) if isinstance(event, EventSent) else {}
    return (
        type(event),
        event.event_id,
        getattr(event, "name", None),
        getattr(event, "instance_id", None),
        fire_at.replace(microsecond=0) if fire_at else None,
        request.get("op"),
        request.get("input"),
        request.get("signal", False),
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_engine_makes_the_recorded_decisions(file: Path) -> None:
    """Each recorded turn leads to the decisions that the history of the next turn shows."""
    for turns in read_executions(file):
        for turn, following in pairwise(turns):
            recorded = get_decisions(following)[len(get_decisions(turn)) :]
            own = [decision.event for decision in replay(turn).decisions]

            assert [comparable(e) for e in own] == [comparable(e) for e in recorded]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_engine_ends_with_the_recorded_end(file: Path) -> None:
    """The last recorded turn completes what the SDK has ended, without another decision."""
    if file.stem == "long_timer":  # the engine waits for a canceled long timer
        return
    for turns in read_executions(file):
        if turns[-1]["response"]["isDone"]:
            outcome = replay(turns[-1])

            assert outcome.status in {RuntimeStatus.COMPLETED, RuntimeStatus.CONTINUED_AS_NEW}
            assert outcome.decisions == []


@pytest.mark.parametrize("file", ALL_FILES, ids=lambda file: file.stem)
def test_codec_keeps_every_recorded_field(file: Path) -> None:
    """Decoding and encoding a recorded event changes nothing that an orchestrator can see."""
    traced = {"Correlation", "ParentTraceContext", "ClientSpanId", "FailureDetails"}
    times = {"Timestamp", "FireAt"}
    for line in file.read_text("utf-8").splitlines():
        for recorded in json.loads(line)["request"]["history"]:
            encoded = encode_event(decode_event(recorded))

            assert set(encoded) == set(recorded)
            assert {k: v for k, v in encoded.items() if k not in traced | times} == {
                k: v for k, v in recorded.items() if k not in traced | times
            }
            assert decode_event(encoded) == decode_event(recorded)
