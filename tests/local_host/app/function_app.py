"""App that uses each durable feature once."""

import os
import threading
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import http_endpoints  # type: ignore[import-not-found] # the host adds the app's folder

Steps = Generator[Any, Any, Any]
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(http_endpoints.bp)

#: The calls of the activities, in order; tests read it.
calls: list[str] = []
_lock = threading.Lock()


class Backoff(df.RetryOptions):
    """Retry options with two fields that the host supports and the SDK does not offer."""

    def to_json(self) -> dict[str, str | int]:
        """Add a coefficient of 2 and a maximal interval of 3 seconds."""
        return {
            **super().to_json(),
            "backoffCoefficient": 2,
            "maxRetryIntervalInMilliseconds": 3000,
        }


# ---------------------------------------------------------------- activities


@app.activity_trigger(input_name="value")
def note(value: str) -> str:
    """Record the call and return the value."""
    with _lock:
        calls.append(value)
    return value


@app.activity_trigger(input_name="spec")
def fail(spec: dict) -> str:
    """Fail the first `times` times under `key`."""
    with _lock:
        calls.append(spec["key"])
        failures = calls.count(spec["key"])
    if failures <= spec["times"]:
        raise ConnectionError(f"failure {failures}")
    return f"worked after {failures - 1} failures"


@app.activity_trigger(input_name="code")
def die(code: int) -> None:
    """Exit the worker process."""
    os._exit(code)


@app.activity_trigger(input_name="value", activity="renamed")
async def python_name(value: str) -> str:
    """Return a value; async, and registered under another name."""
    return f"renamed {value}"


# ---------------------------------------------------------------- orchestrators


def _input(context: df.DurableOrchestrationContext) -> Any:  # noqa: ANN401 - JSON
    return context.get_input()


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Steps:
    """Call three activities, one after another."""
    results = []
    for value in ("a", "b", "c"):
        context.set_custom_status({"at": value})
        results.append((yield context.call_activity("note", value)))
    return results


@app.orchestration_trigger(context_name="context")
def fan_out(context: df.DurableOrchestrationContext) -> Steps:
    """Call activities in parallel, as many as the input says."""
    tasks = [context.call_activity("note", str(n)) for n in range(_input(context))]
    return (yield context.task_all(tasks))


@app.orchestration_trigger(context_name="context")
def sleep(context: df.DurableOrchestrationContext) -> Steps:
    """Wait for a timer, as many days as the input says."""
    days = timedelta(days=_input(context))
    yield context.create_timer(context.current_utc_datetime + days)
    return "awake"


@app.orchestration_trigger(context_name="context")
def approval(context: df.DurableOrchestrationContext) -> Steps:
    """Wait for an event, for at most a day."""
    deadline = context.create_timer(context.current_utc_datetime + timedelta(days=1))
    approved = context.wait_for_external_event("Approved")
    winner = yield context.task_any([approved, deadline])
    if winner is deadline:
        return "too late"
    deadline.cancel()  # type: ignore[attr-defined]
    return approved.result


@app.orchestration_trigger(context_name="context")
def retry(context: df.DurableOrchestrationContext) -> Steps:
    """Call a failing activity up to five times."""
    return (yield context.call_activity_with_retry("fail", Backoff(1000, 5), context.get_input()))


@app.orchestration_trigger(context_name="context")
def caught(context: df.DurableOrchestrationContext) -> Steps:
    """Catch the failure of an activity."""
    try:
        yield context.call_activity("fail", {"key": context.instance_id, "times": 1})
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower class
        return str(error).split("\n", maxsplit=1)[0].strip()
    return "no failure"


@app.orchestration_trigger(context_name="context")
def parent(context: df.DurableOrchestrationContext) -> Steps:
    """Call two sub-orchestrations: one succeeds, one fails."""
    good = yield context.call_sub_orchestrator("chain")
    try:
        yield context.call_sub_orchestrator("gives_up", None, f"{context.instance_id}-child")
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower class
        return [good, str(error).split("\n", maxsplit=1)[0].strip()]
    return None


@app.orchestration_trigger(context_name="context")
def gives_up(context: df.DurableOrchestrationContext) -> Steps:
    """Fail after an activity."""
    yield context.call_activity("note", "before")
    raise RuntimeError("the orchestrator gave up")


@app.orchestration_trigger(context_name="context")
def count_down(context: df.DurableOrchestrationContext) -> Steps:
    """Continue as new until the input is 0."""
    count = _input(context)
    yield context.call_activity("note", str(count))
    if count > 0:
        context.continue_as_new(count - 1)
        return None
    return "liftoff"


@app.orchestration_trigger(context_name="context")
def collect(context: df.DurableOrchestrationContext) -> Steps:
    """Collect three events, each in its own execution."""
    items = context.get_input() or []
    items.append((yield context.wait_for_external_event(f"Item{len(items)}")))
    if len(items) < 3:
        context.continue_as_new(items)
        return None
    return items


@app.orchestration_trigger(context_name="context")
def use_counter(context: df.DurableOrchestrationContext) -> Steps:
    """Signal and call an entity."""
    counter = df.EntityId("counter", _input(context))
    context.signal_entity(counter, "add", 2)
    total = yield context.call_entity(counter, "add", 5)
    try:
        yield context.call_entity(counter, "explode")
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower class
        return [total, str(error)]
    return None


@app.orchestration_trigger(context_name="context")
def misspelled(context: df.DurableOrchestrationContext) -> Steps:
    """Call an activity that does not exist."""
    yield context.call_activity(_input(context), 1)


@app.orchestration_trigger(context_name="context")
def fickle(context: df.DurableOrchestrationContext) -> Steps:
    """Call another activity in each replay, which is not deterministic."""
    with _lock:
        calls.append(context.instance_id)
    if calls.count(context.instance_id) > 1:
        yield context.call_activity("renamed", "x")
    else:
        yield context.call_activity("note", "x")


@app.orchestration_trigger(context_name="context")
def renamed_call(context: df.DurableOrchestrationContext) -> Steps:
    """Call an activity by its registered name."""
    return (yield context.call_activity("renamed", "activity"))


@app.orchestration_trigger(context_name="context")
def calls_http(context: df.DurableOrchestrationContext) -> Steps:
    """Send a durable HTTP request to the URL in the input."""
    request: Any = {"said": "ü"}
    response: Any = yield context.call_http("POST", _input(context), request)
    return [response["statusCode"], response["content"]]


@app.orchestration_trigger(context_name="context")
def calls_as_itself(context: df.DurableOrchestrationContext) -> Steps:
    """Send a durable HTTP request with a managed identity, which exists on Azure only."""
    identity = df.ManagedIdentityTokenSource("https://management.core.windows.net")
    yield context.call_http("GET", _input(context), token_source=identity)


@app.orchestration_trigger(context_name="context")
def stumbles(context: df.DurableOrchestrationContext) -> Steps:
    """Fail in the second activity, once."""
    yield context.call_activity("note", "once")
    return (yield context.call_activity("fail", {"key": context.instance_id, "times": 1}))


@app.orchestration_trigger(context_name="context")
def stumbles_below(context: df.DurableOrchestrationContext) -> Steps:
    """Fail because a sub-orchestration fails."""
    return (yield context.call_sub_orchestrator("stumbles", None, f"{context.instance_id}-child"))


@app.orchestration_trigger(context_name="context")
def catches_and_fails(context: df.DurableOrchestrationContext) -> Steps:
    """Catch the failure of an activity, and fail later."""
    try:
        yield context.call_activity("fail", {"key": context.instance_id, "times": 1})
    except Exception:  # noqa: BLE001 - the SDK raises no narrower class
        yield context.call_activity("note", "caught")
    raise RuntimeError("later")


@app.orchestration_trigger(context_name="context")
def fickle_once(context: df.DurableOrchestrationContext) -> Steps:
    """Call another activity in the second replay only, while a timer is pending."""
    with _lock:
        calls.append(context.instance_id)
    name = "renamed" if calls.count(context.instance_id) == 2 else "note"
    deadline = context.create_timer(context.current_utc_datetime + timedelta(days=1))
    yield context.task_any([deadline, context.call_activity(name, "x")])
    yield deadline
    return "the deadline"


@app.orchestration_trigger(context_name="context")
def tells(context: df.DurableOrchestrationContext) -> Steps:
    """Set a custom status with as many characters as the input says."""
    context.set_custom_status("x" * _input(context))
    yield context.call_activity("note", "told")


@app.orchestration_trigger(context_name="context")
def borrows_an_id(context: df.DurableOrchestrationContext) -> Steps:
    """Call a sub-orchestration with the instance ID in the input."""
    return (yield context.call_sub_orchestrator("chain", None, _input(context)))


@app.orchestration_trigger(context_name="context")
def dies(context: df.DurableOrchestrationContext) -> Steps:
    """Call an activity that exits the worker process."""
    try:
        yield context.call_activity("die", 3)
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower class
        return str(error).split("\n", maxsplit=1)[0].strip()
    return None


# ---------------------------------------------------------------- entities


@app.entity_trigger(context_name="context")
def counter(context: df.DurableEntityContext) -> None:
    """Add up the inputs of `add`."""
    total = context.get_state(lambda: 0)
    match context.operation_name:
        case "add":
            total += context.get_input()
        case "explode":
            raise ValueError("it exploded")
    context.set_state(total)
    context.set_result(total)
