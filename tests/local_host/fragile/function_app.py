"""App whose functions hang or exit. The file named by `MARKS` records what they did before."""

import json
import logging
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

Steps = Generator[Any, Any, Any]
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def mark(text: str) -> int:
    """Record an event; return how often it has been recorded."""
    with Path(os.environ["MARKS"]).open("a+", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        file.seek(0)
        return file.read().splitlines().count(text)


@app.route(route="start/{name}/{id}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start an orchestration."""
    body = json.loads(req.get_body() or b"null")
    await client.start_new(req.route_params["name"], req.route_params["id"], body)
    return func.HttpResponse(str(os.getpid()), status_code=202)


@app.route(route="pause/{seconds}")
def pause_over_http(req: func.HttpRequest) -> str:
    """Sleep, then return the process ID of the worker."""
    mark("request began")
    time.sleep(float(req.route_params["seconds"]))
    return str(os.getpid())


@app.activity_trigger(input_name="seconds", activity="pause")
def pause_activity(seconds: float) -> str:
    """Sleep."""
    mark("pause began")
    time.sleep(seconds)
    mark("pause ended")
    return "paused"


@app.activity_trigger(input_name="code")
def exit_process(code: int) -> None:
    """Exit the worker process."""
    mark("exit_process")
    os._exit(code)


@app.activity_trigger(input_name="text")
def log_text(text: str) -> str:
    """Log and print a text."""
    logging.getLogger(__name__).info("logged %s", text)
    print(f"printed {text}", flush=True)  # noqa: T201 - output of the app under test
    mark(text)
    return text


@app.orchestration_trigger(context_name="context")
def call_pause(context: df.DurableOrchestrationContext) -> Steps:
    """Call an activity that sleeps; return its result or its error."""
    seconds: Any = context.get_input()
    try:
        result = yield context.call_activity("pause", seconds)
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower class
        return str(error).split("\n", maxsplit=1)[0].strip()
    yield context.call_activity("log_text", "after the pause")
    return result


@app.orchestration_trigger(context_name="context")
def call_exit(context: df.DurableOrchestrationContext) -> Steps:
    """Call an activity that exits the worker process; return its error."""
    try:
        yield context.call_activity("exit_process", context.get_input())
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower class
        return str(error).split("\n", maxsplit=1)[0].strip()
    return None


@app.orchestration_trigger(context_name="context")
def exit_once(context: df.DurableOrchestrationContext) -> Steps:
    """Exit the worker process during the second turn, once."""
    context.set_custom_status("halfway")
    yield context.call_activity("log_text", "one step")
    if mark("exit once") == 1:
        os._exit(3)
    return "survived"


@app.orchestration_trigger(context_name="context")
def call_counter(context: df.DurableOrchestrationContext) -> Steps:
    """Call an operation of the entity."""
    return (yield context.call_entity(df.EntityId("counter", context.instance_id), "add", 1))


@app.entity_trigger(context_name="context")
def counter(context: df.DurableEntityContext) -> None:
    """Add up; exit the worker process during the first operation."""
    if mark(f"{context.entity_key}: {context.operation_name}") == 1:
        os._exit(3)
    context.set_state(context.get_state(lambda: 0) + 1)
    context.set_result(context.get_state(lambda: 0))
