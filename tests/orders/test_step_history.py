"""Step history: attempts of steps, read from a history as the management API shows it."""

import json
from typing import Any

import pytest

from orders.engine.step_history import StepRecord, StepResult, read_step_history

TIME = "2026-03-01T12:00:00Z"


def completed(activity: str, result: object) -> dict[str, Any]:
    """Return the event of a completed activity."""
    return {
        "EventType": "TaskCompleted",
        "FunctionName": activity,
        "Timestamp": TIME,
        "Result": result,
    }


def stock_events(operation: str, reply: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events of a call of the stock entity."""
    request = {"id": "message-1", "op": operation}
    return [
        {"EventType": "EventSent", "InstanceId": "@stock@A@1", "Input": json.dumps(request)},
        {
            "EventType": "EventRaised",
            "Name": "message-1",
            "Timestamp": TIME,
            "Input": json.dumps(reply),
        },
    ]


@pytest.mark.parametrize(
    ("activity", "result", "expected"),
    [
        ("openOrder", {}, StepResult.DONE),
        ("sendConfirmation", None, StepResult.DONE),
        ("validateOrder", {"result": "accepted"}, StepResult.DONE),
        ("validateOrder", {"result": "invalid"}, StepResult.REFUSED),
        ("processPayment", {"result": "authorized"}, StepResult.DONE),
        ("shipOrder", {"result": "booked", "trackingNumber": "T1"}, StepResult.DONE),
        ("processPayment", {"result": "refused", "reason": "cardDeclined"}, StepResult.REFUSED),
        ("processPayment", {"result": "refused", "reason": "canceled"}, StepResult.NOT_TRIED),
        ("shipOrder", {"result": "refused", "reason": "stoppedByOperator"}, StepResult.NOT_TRIED),
        ("reversePayment", {"reversal": "refused"}, StepResult.REFUSED),
        ("reversePayment", {"reversal": "voided"}, StepResult.DONE),
    ],
)
def test_completed_activity_is_done_refused_or_not_tried(
    activity: str, result: object, expected: StepResult
) -> None:
    """Its result decides."""
    steps = read_step_history([completed(activity, result)])

    assert steps == (StepRecord(step=activity, at=TIME, result=expected),)


def test_failed_activity_is_listed() -> None:
    """The attempt may have had its effect."""
    event = {"EventType": "TaskFailed", "FunctionName": "shipOrder", "Timestamp": TIME}

    assert read_step_history([event]) == (
        StepRecord(step="shipOrder", at=TIME, result=StepResult.FAILED),
    )


@pytest.mark.parametrize(
    ("operation", "reply", "step", "expected"),
    [
        ("reserve", {"result": '{"result": "reserved"}'}, "reserveStock", StepResult.DONE),
        ("reserve", {"result": '{"result": "refused"}'}, "reserveStock", StepResult.REFUSED),
        ("commit", {"result": '{"result": "sold"}'}, "commitStock", StepResult.DONE),
        ("commit", {"result": '{"result": "refused"}'}, "commitStock", StepResult.REFUSED),
        ("release", {"result": '{"available": 1}'}, "releaseStock", StepResult.DONE),
        ("reserve", {"exceptionType": "x", "result": "x"}, "reserveStock", StepResult.FAILED),
    ],
)
def test_stock_operation_is_listed_with_its_sku(
    operation: str, reply: dict[str, Any], step: str, expected: StepResult
) -> None:
    """Each call of a product's entity is a step of its own."""
    steps = read_step_history(stock_events(operation, reply))

    assert steps == (StepRecord(step=step, at=TIME, result=expected, sku="A@1"),)


def test_other_events_are_ignored() -> None:
    """Timers, external events, and operations that are no step of an order."""
    events = [
        {"EventType": "TimerFired", "Timestamp": TIME},
        {"EventType": "EventRaised", "Name": "message-9", "Timestamp": TIME, "Input": "{}"},
        *stock_events("adjust", {"result": "{}"}),
    ]

    assert read_step_history(events) == ()
