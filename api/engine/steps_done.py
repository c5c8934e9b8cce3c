"""What was done for an order, and undone, and when? Read from its orchestration's history.

The history is the latest run's. It names steps, articles and times, and nothing about a person.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from contracts.names import Activity, StockOperation, StockStep
from domain.answers import Withdrawal


class Answer(StrEnum):
    """How a step was answered."""

    #: It is done.
    DONE = "done"
    #: The answer was no; nothing was done.
    REFUSED = "refused"
    #: Nobody could tell; it may have been tried again since.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """One step that was tried."""

    step: str
    at: str
    answer: Answer
    #: The article, where the step is about the stock of one.
    sku: str | None = None


#: The fields of the steps' answers that say yes or no.
_VERDICTS: Final[dict[str, str]] = {
    Activity.VALIDATE_ORDER: "accepted",
    Activity.PROCESS_PAYMENT: "approved",
    Activity.SHIP_ORDER: "booked",
    Activity.CAPTURE_PAYMENT: "captured",
    Activity.DISPATCH_ORDER: "dispatched",
    StockStep.RESERVE_STOCK: "reserved",
    StockStep.COMMIT_STOCK: "reserved",
}
_ENTITY_STEPS: Final[dict[str, str]] = {
    StockOperation.RESERVE: StockStep.RESERVE_STOCK,
    StockOperation.COMMIT: StockStep.COMMIT_STOCK,
    StockOperation.RELEASE: StockStep.RELEASE_STOCK,
}


def steps_done(events: list[dict[str, Any]]) -> tuple[StepDone, ...]:
    """The steps in a history as the management API shows it, oldest first."""
    asked: dict[str, tuple[str, str]] = {}
    found: list[StepDone] = []
    for event in events:
        match event["EventType"]:
            case "TaskCompleted":
                step = event["FunctionName"]
                answer = _judged(step, event.get("Result"))
                found.append(StepDone(step=step, at=event["Timestamp"], answer=answer))
            case "TaskFailed":
                found.append(
                    StepDone(
                        step=event["FunctionName"], at=event["Timestamp"], answer=Answer.FAILED
                    )
                )
            case "EventSent":
                asked |= _question(event)
            case "EventRaised" if event["Name"] in asked:
                found.extend(_stock_step(event, *asked[event["Name"]]))
    return tuple(found)


def _question(event: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Under the id of a message to the stock of an article: the step, and the article."""
    message = json.loads(event["Input"])
    step = _ENTITY_STEPS.get(message.get("op"))
    sku = str(event["InstanceId"]).split("@", 2)[-1]
    return {message["id"]: (step, sku)} if step else {}


def _stock_step(event: dict[str, Any], step: str, sku: str) -> Iterator[StepDone]:
    message = json.loads(event["Input"])
    result = json.loads(message["result"])
    answer = Answer.FAILED if "exceptionType" in message else _judged(step, result)
    yield StepDone(step=step, at=event["Timestamp"], answer=answer, sku=sku)


def _judged(step: str, result: object) -> Answer:
    if not isinstance(result, dict):
        return Answer.DONE
    said_no = result.get(_VERDICTS.get(step, "")) is False
    refused = result.get("withdrawal") == Withdrawal.REFUSED
    return Answer.REFUSED if said_no or refused else Answer.DONE
