"""An app whose functions hang, die, and note in the file `MARKS` what they did before that."""

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
    """Note something; return how often it was noted by now."""
    with Path(os.environ["MARKS"]).open("a+", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        file.seek(0)
        return file.read().splitlines().count(text)


@app.route(route="start/{name}/{id}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start an orchestration as a client function does."""
    body = json.loads(req.get_body() or b"null")
    await client.start_new(req.route_params["name"], req.route_params["id"], body)
    return func.HttpResponse(str(os.getpid()), status_code=202)


@app.route(route="nap/{seconds}")
def nap_over_http(req: func.HttpRequest) -> str:
    """Take time to answer, and tell which process it was."""
    mark("nap over http")
    time.sleep(float(req.route_params["seconds"]))
    return str(os.getpid())


@app.activity_trigger(input_name="seconds", activity="nap")
def take_a_nap(seconds: float) -> str:
    """Take time."""
    mark("nap began")
    time.sleep(seconds)
    mark("nap ended")
    return "rested"


@app.activity_trigger(input_name="code")
def die(code: int) -> None:
    """Take the worker process down."""
    mark("die")
    os._exit(code)


@app.activity_trigger(input_name="text")
def say(text: str) -> str:
    """Log as an app does."""
    logging.getLogger(__name__).info("said %s", text)
    print(f"printed {text}", flush=True)  # noqa: T201 (some apps do)
    mark(text)
    return text


@app.orchestration_trigger(context_name="context")
def naps(context: df.DurableOrchestrationContext) -> Steps:
    """Take a nap, and tell what came of it."""
    seconds: Any = context.get_input()
    try:
        found = yield context.call_activity("nap", seconds)
    except Exception as error:  # noqa: BLE001 (the SDK raises nothing narrower)
        return str(error).split("\n", maxsplit=1)[0].strip()
    yield context.call_activity("say", "after the nap")
    return found


@app.orchestration_trigger(context_name="context")
def dies(context: df.DurableOrchestrationContext) -> Steps:
    """Call an activity that takes the worker down."""
    try:
        yield context.call_activity("die", context.get_input())
    except Exception as error:  # noqa: BLE001 (the SDK raises nothing narrower)
        return str(error).split("\n", maxsplit=1)[0].strip()
    return None


@app.orchestration_trigger(context_name="context")
def dies_itself(context: df.DurableOrchestrationContext) -> Steps:
    """Take the worker down in the middle of an episode, the first time."""
    context.set_custom_status("half way")
    yield context.call_activity("say", "one step")
    if mark("dies itself") == 1:
        os._exit(3)
    return "survived"


@app.orchestration_trigger(context_name="context")
def asks_entity(context: df.DurableOrchestrationContext) -> Steps:
    """Call the entity."""
    return (yield context.call_entity(df.EntityId("fragile", context.instance_id), "add", 1))


@app.entity_trigger(context_name="context")
def fragile(context: df.DurableEntityContext) -> None:
    """Add up; take the worker down the first time."""
    if mark(f"{context.entity_key}: {context.operation_name}") == 1:
        os._exit(3)
    context.set_state(context.get_state(lambda: 0) + 1)
    context.set_result(context.get_state(lambda: 0))
