"""Actions of an orchestrator, as the SDK returns them after each replay.

The SDK returns everything that the orchestrator scheduled since its start (schema version 2: one
list of actions, compound ones nested), and whether the orchestrator has ended.
"""

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from local_host.errors import CustomStatusTooLargeError, FunctionFailedError
from local_host.host.durable.payloads import encode_compact

Action = dict[str, Any]
_OUT_OF_PROC = "\n\n$OutOfProcData$:"
_CUSTOM_STATUS_LIMIT_KB = 16
#: No character takes more bytes in UTF-16.
_MAX_BYTES_PER_CHARACTER = 4


class ActionType(IntEnum):
    """Numbers that the SDK gives its actions."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class OrchestratorState:
    """State of an orchestrator after a replay: its actions and how it ended, if it did."""

    actions: list[Action]
    is_done: bool
    output: Any
    error: str | None
    custom_status: Any

    @classmethod
    def from_json(cls, text: str) -> "OrchestratorState":
        """Decode the JSON that the SDK returns."""
        state = json.loads(text)
        return cls(
            actions=state["actions"][0] if state["actions"] else [],
            is_done=state["isDone"],
            output=state.get("output"),
            error=state.get("error"),
            custom_status=state.get("customStatus"),
        )

    @classmethod
    def from_failure(cls, failure: FunctionFailedError) -> "OrchestratorState":
        """Decode the state that the SDK appends to the message of an orchestrator's exception."""
        message, label, state = str(failure).partition(_OUT_OF_PROC)
        return (
            cls.from_json(state) if label else cls.failed(_format_aggregate(failure.kind, message))
        )

    @classmethod
    def failed(cls, message: str) -> "OrchestratorState":
        """Return the state of an orchestrator that failed before it scheduled anything."""
        return cls(actions=[], is_done=False, output=None, error=message, custom_status=None)

    def encode_custom_status(self) -> str | None:
        """Encode the custom status as JSON text.

        Raises:
            CustomStatusTooLargeError: It exceeds 16 KB in UTF-16.
        """
        if self.custom_status is None:
            return None
        text = encode_compact(self.custom_status)
        if len(text) * _MAX_BYTES_PER_CHARACTER <= _CUSTOM_STATUS_LIMIT_KB * 1024:
            return text
        kilobytes = len(text.encode("utf-16-le", "surrogatepass")) / 1024
        if kilobytes > _CUSTOM_STATUS_LIMIT_KB:
            raise CustomStatusTooLargeError(
                "The UTF-16 size of the JSON-serialized payload must not exceed "
                f"{_CUSTOM_STATUS_LIMIT_KB} KB. The current payload size is {kilobytes:.0f} KB."
            )
        return text


def _format_aggregate(kind: str, message: str) -> str:
    """Word a failure that the SDK did not wrap as the real host does."""
    return (
        "One or more errors occurred. "
        f"(Result: Failure\nException: {kind}: {message}\nStack: see the worker's log)"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Retry options of a call; intervals are in milliseconds."""

    first_interval: float
    max_attempts: int
    backoff_coefficient: float
    max_interval: float

    @classmethod
    def from_action(cls, action: Action) -> "RetryPolicy":
        """Read the retry options of an action, including the two that the SDK lacks."""
        options = action["retryOptions"]
        return cls(
            first_interval=options["firstRetryIntervalInMilliseconds"],
            max_attempts=options["maxNumberOfAttempts"],
            backoff_coefficient=options.get("backoffCoefficient", 1),
            max_interval=options.get("maxRetryIntervalInMilliseconds", float("inf")),
        )

    def compute_interval(self, failures: int) -> float:
        """Return the interval in milliseconds after this many failures."""
        interval = self.first_interval * self.backoff_coefficient ** (failures - 1)
        return min(interval, self.max_interval)
