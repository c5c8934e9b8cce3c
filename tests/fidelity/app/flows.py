"""Orchestrators that call activities, children and entities."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
from steps import identity, python_named_activity

bp = df.Blueprint()
Context = df.DurableOrchestrationContext
Steps = Generator[Any, Any, Any]
VALUES = (None, 0, "", "text", 1.5, True, [], {}, {"a": [1]}, "ü")


@bp.orchestration_trigger(context_name="context")
def chain(context: Context) -> Steps:
    """Greet three cities, one after another."""
    greetings = []
    for city in ("Tokyo", "Seattle", "London"):
        greetings.append((yield context.call_activity("say", city)))  # noqa: PERF401 - a yield
    return greetings


@bp.orchestration_trigger(context_name="context")
def chain4(context: Context) -> Steps:
    """Pass the input through four activities."""
    value = context.get_input()
    for _ in range(4):
        value = yield context.call_activity("identity", value)
    return value


@bp.orchestration_trigger(context_name="context")
def fan_out(context: Context) -> Steps:
    """Double numbers side by side."""
    numbers = range(context.get_input() or 5)
    return sum((yield context.task_all([context.call_activity("double", n) for n in numbers])))


@bp.orchestration_trigger(context_name="context")
def values(context: Context) -> Steps:
    """Send each sort of value through an activity."""
    found = []
    for value in (*VALUES, "2026-01-01T00:00:00Z", '{"json": "in a string"}'):
        found.append((yield context.call_activity("identity", value)))  # noqa: PERF401 - a yield
    return found


@bp.orchestration_trigger(context_name="context")
def big(context: Context) -> Steps:
    """Send a large value through an activity."""
    return (yield context.call_activity("identity", "x" * context.get_input()))


@bp.orchestration_trigger(context_name="context")
def echo_input(context: Context) -> Any:  # noqa: ANN401 - JSON
    """Return the input at once."""
    return context.get_input()


@bp.orchestration_trigger(context_name="context")
def ids(context: Context) -> Steps:
    """Return what the context makes up."""
    first = context.new_uuid()
    yield context.call_activity("say", "x")
    now = str(context.current_utc_datetime)
    return [first, context.new_uuid(), now, context.instance_id]


@bp.orchestration_trigger(context_name="context")
def version(context: Context) -> Steps:
    """Return the instance's version."""
    yield context.call_activity("say", "v")
    return context.version


@bp.orchestration_trigger(context_name="context")
def returns_none(context: Context) -> Steps:
    """Return nothing, as the activity does."""
    yield context.call_activity("none_async", None)


@bp.orchestration_trigger(context_name="context")
def statuses(context: Context) -> Steps:
    """Tell how far it is."""
    context.set_custom_status("one")
    yield context.call_activity("say", "a")
    context.set_custom_status({"step": 2})
    yield context.call_activity("say", "b")
    return "done"


@bp.orchestration_trigger(context_name="context")
def by_reference(context: Context) -> Steps:
    """Call an activity by its function."""
    return (yield context.call_activity(identity, "by reference"))


@bp.orchestration_trigger(context_name="context", orchestration="customOrchestration")
def python_named_orchestration(context: Context) -> Steps:
    """Call a renamed activity by its function, which the host does not find."""
    found = [(yield context.call_activity(python_named_activity, "by reference"))]
    return [*found, (yield context.call_activity("customActivity", "by name"))]


@bp.orchestration_trigger(context_name="context", orchestration="namedOrchestration")
def named_orchestration(context: Context) -> Steps:
    """Call a renamed activity by its name."""
    return (yield context.call_activity("customActivity", "by name"))


@bp.function_name("renamedOrchestration")
@bp.orchestration_trigger(context_name="context")
def python_renamed_orchestration(context: Context) -> Steps:
    """Have another name."""
    return (yield context.call_activity("identity", context.get_input()))


@bp.orchestration_trigger(context_name="context")
def sub(context: Context) -> Steps:
    """Call children, with and without an id."""
    child = f"{context.instance_id}-child"
    named = yield context.call_sub_orchestrator("chain4", {"n": 1}, child)
    return [named, (yield context.call_sub_orchestrator("chain4", {"n": 2}))]


@bp.orchestration_trigger(context_name="context")
def sub_fan_out(context: Context) -> Steps:
    """Call children side by side."""
    children = [context.call_sub_orchestrator("chain4", n) for n in range(3)]
    return (yield context.task_all(children))


@bp.orchestration_trigger(context_name="context")
def use_entity(context: Context) -> Steps:
    """Call and signal an entity."""
    counter = df.EntityId("counter", context.get_input())
    yield context.call_entity(counter, "reset")
    yield context.call_entity(counter, "add", 5)
    context.signal_entity(counter, "add", 2)
    return (yield context.call_entity(counter, "get"))


@bp.orchestration_trigger(context_name="context")
def entity_fan_out(context: Context) -> Steps:
    """Call entities side by side."""
    counters = [df.EntityId("counter", f"{context.get_input()}-{n}") for n in range(3)]
    return (yield context.task_all([context.call_entity(c, "add", 1) for c in counters]))


@bp.orchestration_trigger(context_name="context")
def entity_batch(context: Context) -> Steps:
    """Send a batch in which one fails and one sets no result."""
    ledger = df.EntityId("ledger", context.get_input())
    for operation in ("add", "set_then_fail", "no_result", "add"):
        context.signal_entity(ledger, operation, 10)
    answer = yield context.call_entity(ledger, "add", 1)
    return {"answer": answer, "state": (yield context.call_entity(ledger, "get"))}


@bp.orchestration_trigger(context_name="context")
def http_call(context: Context) -> Steps:
    """GET what the input says."""
    answer = yield context.call_http("GET", context.get_input())
    return {"status": answer["statusCode"], "content": answer["content"]}


@bp.orchestration_trigger(context_name="context")
def http_post(context: Context) -> Steps:
    """POST to where the input says."""
    body, headers = {"a": [1, "ü"]}, {"x-lab": "yes"}
    answer = yield context.call_http("POST", context.get_input(), body, headers)
    shown = {"status": answer["statusCode"], "content": answer["content"]}
    return {**shown, "headers": sorted(answer["headers"])}
