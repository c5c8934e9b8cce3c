"""An app with one orchestrator that interprets a program, given as JSON.

A program is {"steps": […], "rest": […], "path": "…", "results": […], "unit": seconds}. Its steps
run one after another; then it continues as new with the first list of `rest`. A step is a list: its
kind and the arguments of the kind. Each step has a path, under which it writes its effects to the
file EFFECTS. The output is the list of the results of the steps.
"""

import os
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func

Steps = Generator[Any, Any, Any]
Step = list[Any]
Context = df.DurableOrchestrationContext
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def write_effect(key: str) -> None:
    """Append an effect to the file, in one atomic write."""
    file = os.open(os.environ["EFFECTS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, f"{key}\n".encode())
    os.close(file)


@app.activity_trigger(input_name="key")
def act(key: str) -> str:
    """Write an effect."""
    write_effect(key)
    return f"did {key}"


@app.activity_trigger(input_name="key")
def fail(key: str) -> str:
    """Write an effect and fail."""
    write_effect(key)
    raise ConnectionError(key)


@app.entity_trigger(context_name="context")
def tally(context: df.DurableEntityContext) -> None:
    """Add the input to the total."""
    total = context.get_state(lambda: 0) + context.get_input()
    context.set_state(total)
    context.set_result(total)


@app.orchestration_trigger(context_name="context")
def interpret(context: Context) -> Steps:
    """Run a program."""
    program: Any = context.get_input()
    path, results = program["path"], program["results"]
    for number, step in enumerate(program["steps"]):
        results.append((yield from run_step(context, step, f"{path}{number}", program["unit"])))
    if program["rest"]:
        steps, *rest = program["rest"]
        context.continue_as_new({**program, "steps": steps, "rest": rest, "path": f"{path}n"})
        return None
    return results


def run_step(context: Context, step: Step, path: str, unit: float) -> Steps:  # noqa: PLR0911 - one case for each kind
    """Run one step; return its result."""
    match step:
        case ["all", parts]:
            tasks = [
                create_task(context, part, f"{path}.{n}", unit) for n, part in enumerate(parts)
            ]
            return (yield context.task_all(tasks))
        case ["any", part]:
            return (yield from race(context, create_task(context, part, path, unit)))
        case ["retry", attempts]:
            options = df.RetryOptions(max(1, round(unit * 1000)), attempts)
            key = effect_key(context, "retry", path)
            return (
                yield from catch_failure(context.call_activity_with_retry("fail", options, key))
            )
        case ["fail"]:
            key = effect_key(context, "fail", path)
            return (yield from catch_failure(context.call_activity("fail", key)))
        case ["sub_fails", steps]:
            child = create_task(context, ["sub", [*steps, ["raise"]]], path, unit)
            return (yield from catch_failure(child))
        case ["signal", number]:
            context.signal_entity(df.EntityId("tally", context.instance_id), "add", number)
            return path
        case ["status"]:
            context.set_custom_status({"at": path})
            return path
        case ["raise"]:
            raise RuntimeError(path)
        case _:
            return (yield create_task(context, step, path, unit))


def create_task(context: Context, step: Step, path: str, unit: float) -> Any:  # noqa: ANN401 - a task of the SDK
    """Create the task of a step."""
    match step:
        case ["act"]:
            return context.call_activity("act", effect_key(context, "act", path))
        case ["timer", number]:
            return context.create_timer(
                context.current_utc_datetime + timedelta(seconds=number * unit)
            )
        case ["event"]:
            return context.wait_for_external_event(path)
        case ["entity", number]:
            return context.call_entity(df.EntityId("tally", context.instance_id), "add", number)
        case ["sub", steps]:
            program = {"steps": steps, "rest": [], "path": "", "results": [], "unit": unit}
            child = f"{context.instance_id}-{path}"
            return context.call_sub_orchestrator("interpret", program, child)
    raise ValueError(step)


def effect_key(context: Context, kind: str, path: str) -> str:
    """Return the key of an effect, the same in every run."""
    return f"{kind} {context.instance_id} {path}"


def race(context: Context, task: Any) -> Steps:  # noqa: ANN401 - a task of the SDK
    """Race a task against a distant deadline, which loses."""
    deadline = context.create_timer(context.current_utc_datetime + timedelta(days=1))
    winner = yield context.task_any([task, deadline])
    if winner is deadline:
        return "too late"
    deadline.cancel()  # type: ignore[attr-defined]
    return winner.result


def catch_failure(task: Any) -> Steps:  # noqa: ANN401 - a task of the SDK
    """Return the part of a task's failure that is the same in every run."""
    try:
        return (yield task)
    except Exception as error:  # noqa: BLE001 - the SDK raises nothing narrower
        return str(error).split("\n", maxsplit=1)[0].strip()
