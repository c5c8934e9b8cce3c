"""The app that is measured: a chain of trivial activities, and something that waits."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="hello")
def hello(req: func.HttpRequest) -> str:  # noqa: ARG001 (a trigger's shape)
    """Answer, so that a start can be timed."""
    return "hello"


@app.activity_trigger(input_name="number")
def add_one(number: int) -> int:
    """Do next to nothing."""
    return number + 1


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Generator[Any, Any, int]:
    """Call as many activities as the input's `steps`, one after another."""
    number = 0
    asked: Any = context.get_input()
    for _ in range(asked["steps"]):
        number = yield context.call_activity("add_one", number)
    return number


@app.orchestration_trigger(context_name="context")
def naps(context: df.DurableOrchestrationContext) -> Generator[Any, Any, str]:
    """Wait for a timer that is a day away."""
    yield context.create_timer(context.current_utc_datetime + timedelta(days=1))
    return "awake"


@app.orchestration_trigger(context_name="context")
def waits(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Wait until somebody raises `Go`."""
    return (yield context.wait_for_external_event("Go"))
