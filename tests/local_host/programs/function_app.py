"""An app with one orchestrator that runs a program given as JSON.

A program is {"steps": […], "rest": […], "path": "…", "seen": […], "unit": seconds}: its steps are
run one after another, then it continues as new with the first list of `rest`. A step is a list: its
kind and what the kind needs. Each gets a path of its own, under which it notes its effects in the
file EFFECTS. What the steps brought is the output.
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


def note(key: str) -> None:
    """Note an effect, in one write that no other one can cut in two."""
    file = os.open(os.environ["EFFECTS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, f"{key}\n".encode())
    os.close(file)


@app.activity_trigger(input_name="key")
def act(key: str) -> str:
    """Have an effect."""
    note(key)
    return f"did {key}"


@app.activity_trigger(input_name="key")
def fail(key: str) -> str:
    """Have an effect, and fail."""
    note(key)
    raise ConnectionError(key)


@app.entity_trigger(context_name="context")
def tally(context: df.DurableEntityContext) -> None:
    """Add up."""
    total = context.get_state(lambda: 0) + context.get_input()
    context.set_state(total)
    context.set_result(total)


@app.orchestration_trigger(context_name="context")
def interpret(context: Context) -> Steps:
    """Run a program."""
    program: Any = context.get_input()
    path, seen = program["path"], program["seen"]
    for number, step in enumerate(program["steps"]):
        seen.append((yield from perform(context, step, f"{path}{number}", program["unit"])))
    if program["rest"]:
        steps, *rest = program["rest"]
        context.continue_as_new({**program, "steps": steps, "rest": rest, "path": f"{path}n"})
        return None
    return seen


def perform(context: Context, step: Step, path: str, unit: float) -> Steps:  # noqa: PLR0911 (kinds)
    """Run one step; return what it brought."""
    match step:
        case ["all", parts]:
            return (
                yield context.task_all(
                    [task(context, part, f"{path}.{n}", unit) for n, part in enumerate(parts)]
                )
            )
        case ["any", part]:
            return (yield from race(context, task(context, part, path, unit)))
        case ["retry", attempts]:
            options = df.RetryOptions(max(1, round(unit * 1000)), attempts)
            call = context.call_activity_with_retry("fail", options, key(context, "retry", path))
            return (yield from caught(call))
        case ["fail"]:
            return (yield from caught(context.call_activity("fail", key(context, "fail", path))))
        case ["sub_fails", steps]:
            return (yield from caught(task(context, ["sub", [*steps, ["raise"]]], path, unit)))
        case ["signal", number]:
            context.signal_entity(df.EntityId("tally", context.instance_id), "add", number)
            return path
        case ["status"]:
            context.set_custom_status({"at": path})
            return path
        case ["raise"]:
            raise RuntimeError(path)
        case _:
            return (yield task(context, step, path, unit))


def task(context: Context, step: Step, path: str, unit: float) -> Any:  # noqa: ANN401 (the SDK's)
    """The task of a step that is one."""
    match step:
        case ["act"]:
            return context.call_activity("act", key(context, "act", path))
        case ["timer", number]:
            return context.create_timer(
                context.current_utc_datetime + timedelta(seconds=number * unit)
            )
        case ["event"]:
            return context.wait_for_external_event(path)
        case ["entity", number]:
            return context.call_entity(df.EntityId("tally", context.instance_id), "add", number)
        case ["sub", steps]:
            program = {"steps": steps, "rest": [], "path": "", "seen": [], "unit": unit}
            child = f"{context.instance_id}-{path}"
            return context.call_sub_orchestrator("interpret", program, child)
    raise ValueError(step)


def key(context: Context, kind: str, path: str) -> str:
    """The name of an effect, the same in every run."""
    return f"{kind} {context.instance_id} {path}"


def race(context: Context, racer: Any) -> Steps:  # noqa: ANN401 (the SDK's)
    """Race a task against a far deadline, which it wins."""
    deadline = context.create_timer(context.current_utc_datetime + timedelta(days=1))
    winner = yield context.task_any([racer, deadline])
    if winner is deadline:
        return "too late"
    deadline.cancel()  # type: ignore[attr-defined]
    return winner.result


def caught(failing: Any) -> Steps:  # noqa: ANN401 (the SDK's)
    """The failure of a task, as far as it is the same in every run."""
    try:
        return (yield failing)
    except Exception as error:  # noqa: BLE001 (the SDK raises nothing narrower)
        return str(error).split("\n", maxsplit=1)[0].strip()
