"""Given what the real host was given, does the engine decide what the real one decided?

`payloads/` holds episodes of the real host: the history that it handed to the SDK, and the SDK's
answer. What the real host decided on that answer stands in the history of the next episode.
"""

import json
import uuid
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from local_host.host.clock import parse_time
from local_host.host.durable import history
from local_host.host.durable.actions import OrchestratorState
from local_host.host.durable.history import Event, EventType
from local_host.host.durable.replay import Outcome, Replay

#: Episodes that no answer of the SDK explains: the real host hung on a function that does not
#: exist, or its history was rewound.
BESIDE_THE_REPLAY = {
    "unknown_activity",
    "entity_unknown",
    "python_named_orchestration",
    "by_reference",
    "rewindable",
}
FILES = [
    file
    for file in sorted((Path(__file__).parent / "payloads").glob("*.jsonl"))
    if file.stem not in BESIDE_THE_REPLAY
]
Episode = dict[str, Any]


def executions(file: Path) -> list[list[Episode]]:
    """The recorded episodes of each execution, in order."""
    found: dict[str, list[Episode]] = defaultdict(list)
    for line in file.read_text("utf-8").splitlines():
        execution_id = execution(json.loads(line))["ExecutionId"]
        found[execution_id].append(json.loads(with_our_ids(line, execution_id)))
    return list(found.values())


def execution(episode: Episode) -> dict[str, str]:
    """The ids of the instance and of the execution."""
    started = next(e for e in episode["request"]["history"] if e["EventType"] == 0)
    identity: dict[str, str] = started["OrchestrationInstance"]
    return identity


def with_our_ids(line: str, execution_id: str) -> str:
    """The episode with the ids that this engine gives to an entity's operations."""
    for event in json.loads(line)["request"]["history"]:
        if event["EventType"] == EventType.EVENT_SENT:
            theirs = json.loads(event["Input"])["id"]
            ours = uuid.uuid5(uuid.NAMESPACE_OID, f"{execution_id}:{event['EventId']}")
            line = line.replace(theirs, str(ours))
    return line


def decisions(episode: Episode) -> list[Event]:
    """What the history of an episode records as decided."""
    events = episode["request"]["history"]
    return [event for event in events if event["EventType"] in history.DECISIONS]


def decide(episode: Episode) -> Outcome:
    """What this engine makes of an episode."""
    events = episode["request"]["history"]
    identity = execution(episode)
    state = OrchestratorState.from_answer(json.dumps(episode["response"]))
    at = parse_time(events[-1]["Timestamp"])
    replay = Replay(identity["InstanceId"], identity["ExecutionId"], state, at)
    for event in events:
        replay.feed(event)
    return replay.outcome()


def essence(event: Event) -> tuple[Any, ...]:
    """What two hosts must agree on in a decision: not ids that each makes up, nor its clock."""
    fire_at = event.get("FireAt")
    sent = json.loads(event["Input"]) if event["EventType"] == 14 else {}
    return (
        event["EventType"],
        event["EventId"],
        event.get("Name"),
        event.get("InstanceId"),
        parse_time(fire_at).replace(microsecond=0) if fire_at else None,
        sent.get("op"),
        sent.get("input"),
        sent.get("signal", False),
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_engine_decides_as_the_real_host_did(file: Path) -> None:
    """Each recorded episode leads to the decisions that the next one's history shows."""
    for episodes in executions(file):
        for episode, following in pairwise(episodes):
            theirs = [essence(e) for e in decisions(following)[len(decisions(episode)) :]]

            assert [essence(d.event) for d in decide(episode).decisions] == theirs


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_engine_ends_where_the_real_host_ended(file: Path) -> None:
    """The last recorded episode completes what the SDK says is done, and decides nothing more."""
    if file.stem == "long_timer":  # a canceled long timer is waited for
        return
    for episodes in executions(file):
        if episodes[-1]["response"]["isDone"]:
            outcome = decide(episodes[-1])

            assert outcome.status in {"Completed", "ContinuedAsNew"}
            assert outcome.decisions == []
