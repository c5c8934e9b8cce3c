"""What did the SDK answer to an episode?

The SDK returns, after each replay, all that the orchestrator has asked for since its start
(schema version 2: one list of actions, compound ones nested), and whether it has ended.
"""

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from local_host.errors import FunctionFailedError

Action = dict[str, Any]
_OUT_OF_PROC = "\n\n$OutOfProcData$:"


class ActionType(IntEnum):
    """The numbers that the SDK gives its actions."""

    CALL_ACTIVITY = 0
    CALL_ACTIVITY_WITH_RETRY = 1
    CALL_SUB_ORCHESTRATOR = 2
    CALL_SUB_ORCHESTRATOR_WITH_RETRY = 3
    CONTINUE_AS_NEW = 4
    CREATE_TIMER = 5
    WAIT_FOR_EXTERNAL_EVENT = 6
    CALL_ENTITY = 7
    CALL_HTTP = 8
    SIGNAL_ENTITY = 9
    WHEN_ANY = 11
    WHEN_ALL = 12


@dataclass(frozen=True, slots=True)
class OrchestratorState:
    """The SDK's answer: actions so far, and how it stands with the orchestrator."""

    actions: list[Action]
    is_done: bool
    output: Any
    error: str | None
    custom_status: Any

    @classmethod
    def from_answer(cls, text: str) -> "OrchestratorState":
        """Read the SDK's JSON answer."""
        answer = json.loads(text)
        return cls(
            actions=answer["actions"][0] if answer["actions"] else [],
            is_done=answer["isDone"],
            output=answer.get("output"),
            error=answer.get("error"),
            custom_status=answer.get("customStatus"),
        )

    @classmethod
    def from_failure(cls, failure: FunctionFailedError) -> "OrchestratorState":
        """Read the state that the SDK hides in the message of an orchestrator's exception."""
        message, label, state = str(failure).partition(_OUT_OF_PROC)
        return cls.from_answer(state) if label else cls.failed(_aggregate(failure.kind, message))

    @classmethod
    def failed(cls, message: str) -> "OrchestratorState":
        """An orchestrator that failed before it could ask for anything."""
        return cls(actions=[], is_done=False, output=None, error=message, custom_status=None)


def _aggregate(kind: str, message: str) -> str:
    """The real host's words for a failure that the SDK did not wrap."""
    return (
        "One or more errors occurred. "
        f"(Result: Failure\nException: {kind}: {message}\nStack: see the worker's log)"
    )


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is tried, and how long the pauses between are, in milliseconds."""

    first_interval: float
    attempts: int
    coefficient: float
    longest_interval: float

    @classmethod
    def from_action(cls, action: Action) -> "RetryPolicy":
        """Read an action's retry options, the two that the SDK lacks included."""
        options = action["retryOptions"]
        return cls(
            first_interval=options["firstRetryIntervalInMilliseconds"],
            attempts=options["maxNumberOfAttempts"],
            coefficient=options.get("backoffCoefficient", 1),
            longest_interval=options.get("maxRetryIntervalInMilliseconds", float("inf")),
        )

    def pause(self, failures: int) -> float:
        """The pause in milliseconds after this many failures."""
        return min(self.first_interval * self.coefficient ** (failures - 1), self.longest_interval)
