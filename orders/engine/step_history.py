"""Step history of an order, read from the history of its latest orchestration.

It holds steps, products and times, and no personal data.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from orders.contracts.codec import TAG
from orders.contracts.steps import step_of_operation
from orders.domain.outcome import CANCEL_REASONS
from orders.domain.results import REFUSAL_TAGS, Reversal


class StepResult(StrEnum):
    """Result of a step."""

    #: The step was done.
    DONE = "done"
    #: The step was refused; nothing was done.
    REFUSED = "refused"
    #: The order was canceled before the step was tried.
    NOT_TRIED = "notTried"
    #: The attempt failed and its effect is unknown; a later attempt may have succeeded.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One attempt of a step."""

    step: str
    at: str
    result: StepResult
    #: The product, if the step is about the stock of one.
    sku: str | None = None


def read_step_history(events: list[dict[str, Any]]) -> tuple[StepRecord, ...]:
    """Return the steps in a history as the management API shows it, oldest first."""
    requests: dict[str, tuple[str, str]] = {}
    steps: list[StepRecord] = []
    for event in events:
        match event["EventType"]:
            case "TaskCompleted":
                step = event["FunctionName"]
                result = _result(event.get("Result"))
                steps.append(StepRecord(step=step, at=event["Timestamp"], result=result))
            case "TaskFailed":
                step = event["FunctionName"]
                failed = StepResult.FAILED
                steps.append(StepRecord(step=step, at=event["Timestamp"], result=failed))
            case "EventSent":
                requests |= _stock_request(event)
            case "EventRaised" if event["Name"] in requests:
                steps.append(_stock_step(event, *requests[event["Name"]]))
    return tuple(steps)


def _stock_request(event: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Map the ID of a message to a stock entity to its step and SKU."""
    message = json.loads(event["Input"])
    step = step_of_operation(message.get("op", ""))
    sku = str(event["InstanceId"]).split("@", 2)[-1]
    return {message["id"]: (step.name, sku)} if step else {}


def _stock_step(event: dict[str, Any], step: str, sku: str) -> StepRecord:
    message = json.loads(event["Input"])
    is_failed = "exceptionType" in message
    result = StepResult.FAILED if is_failed else _result(json.loads(message["result"]))
    return StepRecord(step=step, at=event["Timestamp"], result=result, sku=sku)


def _result(result: object) -> StepResult:
    if not isinstance(result, dict):
        return StepResult.DONE
    is_refused = result.get(TAG) in REFUSAL_TAGS
    if is_refused and result.get("reason") in CANCEL_REASONS:
        return StepResult.NOT_TRIED
    reversal_refused = result.get("reversal") == Reversal.REFUSED
    return StepResult.REFUSED if is_refused or reversal_refused else StepResult.DONE
