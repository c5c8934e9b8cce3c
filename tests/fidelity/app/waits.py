"""Orchestrators that fail, wait, race and begin anew."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

bp = df.Blueprint()
Context = df.DurableOrchestrationContext
Steps = Generator[Any, Any, Any]


def _timer(context: Context, **time: float) -> Any:  # noqa: ANN401 - the SDK's
    return context.create_timer(context.current_utc_datetime + timedelta(**time))


@bp.orchestration_trigger(context_name="context")
def activity_fails(context: Context) -> Steps:
    """Fail since an activity does."""
    yield context.call_activity("fail", "no luck")


@bp.orchestration_trigger(context_name="context")
def activity_caught(context: Context) -> Steps:
    """Catch an activity's failure."""
    try:
        yield context.call_activity("fail", "caught luck")
    except Exception as error:  # noqa: BLE001 - the SDK raises nothing narrower
        return {"caught": str(error)}


@bp.orchestration_trigger(context_name="context")
def all_with_failure(context: Context) -> Steps:
    """Wait for all, one of which fails."""
    calls = [("say", "a"), ("fail", "one of three"), ("nap", 1)]
    try:
        yield context.task_all([context.call_activity(*call) for call in calls])
    except Exception as error:  # noqa: BLE001 - all of them are recorded
        yield context.call_activity("say", "after")
        return {"caught": str(error)[:60]}


@bp.orchestration_trigger(context_name="context")
def any_with_failure(context: Context) -> Steps:
    """Wait for the first, which fails."""
    failing = context.call_activity("fail", "first to end")
    winner = yield context.task_any([failing, context.call_activity("nap", 1)])
    return {"failing_won": winner is failing, "result": str(winner.result)[:60]}


@bp.orchestration_trigger(context_name="context")
def raises(context: Context) -> Steps:
    """Fail after a step."""
    yield context.call_activity("say", "before")
    raise RuntimeError("the orchestrator gave up")


@bp.orchestration_trigger(context_name="context")
def raises_before_yield(context: Context) -> Steps:  # noqa: ARG001 - a trigger's shape
    """Fail at once."""
    raise ValueError("at once")


@bp.orchestration_trigger(context_name="context")
def retry(context: Context) -> Steps:
    """Call a flaky activity up to four times."""
    options = df.RetryOptions(500, 4)
    return (yield context.call_activity_with_retry("flaky", options, context.get_input()))


@bp.orchestration_trigger(context_name="context")
def rewindable(context: Context) -> Steps:
    """Fail at the second step until it works."""
    yield context.call_activity("say", "first")
    return (yield context.call_activity("flaky", context.get_input()))


@bp.orchestration_trigger(context_name="context")
def unknown_activity(context: Context) -> Steps:
    """Call what does not exist."""
    yield context.call_activity("no_such_activity", 1)


@bp.orchestration_trigger(context_name="context")
def entity_unknown(context: Context) -> Steps:
    """Call an entity that does not exist."""
    yield context.call_entity(df.EntityId("nosuch", "k"), "add", 1)


@bp.orchestration_trigger(context_name="context")
def entity_fails(context: Context) -> Steps:
    """Catch an entity's failure."""
    try:
        yield context.call_entity(df.EntityId("counter", context.get_input()), "explode", {"a": 1})
    except Exception as error:  # noqa: BLE001 - all of them are recorded
        return {"caught": str(error)}


@bp.orchestration_trigger(context_name="context")
def sub_fails(context: Context) -> Steps:
    """Catch a child's failure."""
    try:
        yield context.call_sub_orchestrator("activity_fails")
    except Exception as error:  # noqa: BLE001 - all of them are recorded
        return {"caught": str(error)}


@bp.orchestration_trigger(context_name="context")
def sub_waits(context: Context) -> Steps:
    """Call a child that waits for events."""
    child = f"{context.instance_id}-child"
    return (yield context.call_sub_orchestrator("two_events", None, child))


@bp.orchestration_trigger(context_name="context")
def two_events(context: Context) -> Steps:
    """Wait for one event, then for another."""
    first = yield context.wait_for_external_event("A")
    return [first, (yield context.wait_for_external_event("B"))]


@bp.orchestration_trigger(context_name="context")
def timer(context: Context) -> Steps:
    """Wait for two seconds."""
    yield _timer(context, seconds=2)
    return "fired"


@bp.orchestration_trigger(context_name="context")
def race(context: Context) -> Steps:
    """Let an activity win against a timer."""
    deadline, call = _timer(context, seconds=30), context.call_activity("say", "winner")
    winner = yield context.task_any([deadline, call])
    if winner is not call:
        return "timer"
    deadline.cancel()
    return call.result


@bp.orchestration_trigger(context_name="context")
def approval(context: Context) -> Steps:
    """Wait for an event, up to a time."""
    deadline = _timer(context, seconds=context.get_input() or 30)
    approved = context.wait_for_external_event("Approval")
    context.set_custom_status({"waiting": True})
    if (yield context.task_any([approved, deadline])) is not approved:
        return {"approved": None}
    deadline.cancel()
    return {"approved": approved.result}


@bp.orchestration_trigger(context_name="context")
def long_timer(context: Context) -> Steps:
    """Let an event win against a timer of a week."""
    deadline, go = _timer(context, days=7), context.wait_for_external_event("Go")
    if (yield context.task_any([deadline, go])) is not go:
        return "deadline"
    deadline.cancel()
    return "went"


@bp.orchestration_trigger(context_name="context")
def count_down(context: Context) -> Steps:
    """Begin anew until nothing is left."""
    left = context.get_input()
    yield context.call_activity("double", left)
    if left <= 0:
        return "liftoff"
    context.continue_as_new(left - 1)
    return None


@bp.orchestration_trigger(context_name="context")
def collect_events(context: Context) -> Steps:
    """Gather three events, each in an execution of its own."""
    seen = [*(context.get_input() or []), (yield context.wait_for_external_event("Item"))]
    if len(seen) == 3:
        return seen
    context.continue_as_new(seen)
    return None
