"""Suspend, resume, rewind, restart and purge instances, as on the real host."""

from typing import Any

import pytest

from local_host.testing import App
from tests.local_host.process import HOOK


def post(app: App, path: str) -> tuple[int, Any]:
    """POST to an instance; return the status code, and the body if there is one."""
    response = app.request("POST", f"{HOOK}/instances/{path}")
    app.wait_until_idle()
    return response.status, response.json() if response.body else None


def event_types(app: App, instance_id: str) -> list[str]:
    """Return the types of the history events of an instance."""
    return [event["EventType"] for event in app.get_run(instance_id).history]


def test_suspended_instance_defers_events(app: App) -> None:
    """An event is in the history at once; the instance acts on it when it is resumed."""
    app.start("approval", None, "one")
    app.wait_until_idle()
    assert post(app, "one/suspend?reason=hold") == (202, None)
    app.raise_event("one", "Approved", "Ada")
    app.wait_until_idle()
    suspended = app.get_run("one")
    assert post(app, "one/resume?reason=go") == (202, None)

    assert (suspended.status, suspended.output) == ("Suspended", "hold")
    assert app.get_run("one").output == "Ada"
    assert event_types(app, "one")[2:6] == [
        "ExecutionSuspended",
        "EventRaised",
        "ExecutionResumed",
        "ExecutionCompleted",
    ]


def test_suspended_instance_keeps_a_fired_timer(app: App) -> None:
    """A timer that fires while the instance is suspended takes effect when it is resumed."""
    app.start("sleep", 1, "one")
    app.wait_until_idle()
    post(app, "one/suspend")
    with pytest.raises(AssertionError, match="waits forever"):
        app.wait("one")

    post(app, "one/resume")

    assert app.get_run("one").output == "awake"


def test_suspending_or_resuming_twice_is_an_error(app: App) -> None:
    """The response is the 500 of an exception in the extension."""
    app.start("approval", None, "one")
    app.wait_until_idle()
    resumed = post(app, "one/resume")
    post(app, "one/suspend")
    suspended = post(app, "one/suspend")

    assert resumed[0] == suspended[0] == 500
    assert resumed[1]["ExceptionMessage"].endswith("because instance is in the Running state.")
    assert suspended[1]["ExceptionMessage"].endswith("because instance is in the Suspended state.")


@pytest.mark.parametrize("operation", ["suspend", "resume", "terminate"])
def test_operations_on_unknown_or_ended_instances_are_refused(app: App, operation: str) -> None:
    """An unknown instance is 404, an ended one 410."""
    app.run("chain", None, "ended")

    assert post(app, f"unknown/{operation}") == (404, None)
    assert post(app, f"ended/{operation}") == (410, None)


def test_rewound_instance_continues_from_its_failure(app: App, calls: list[str]) -> None:
    """The failed activity runs again; completed ones do not."""
    app.run("stumbles", None, "one")
    post(app, "one/rewind?reason=fixed")

    assert app.wait("one").output == "worked after 1 failures"
    assert calls == ["once", "one", "one"]
    assert event_types(app, "one") == [
        "ExecutionStarted",
        "TaskCompleted",
        *["GenericEvent"] * 4,
        "TaskCompleted",
        "ExecutionCompleted",
    ]


def test_rewind_includes_the_failed_child(app: App, calls: list[str]) -> None:
    """The failed child continues, and its result wakes the parent."""
    app.run("stumbles_below", None, "one")
    post(app, "one/rewind?reason=fixed")

    assert app.wait("one").output == "worked after 1 failures"
    assert calls.count("once") == 1


def test_rewind_after_a_caught_failure_is_non_deterministic(app: App) -> None:
    """The rewind also removes a failure that the orchestrator caught, so the replay differs."""
    app.run("catches_and_fails", None, "one")
    post(app, "one/rewind?reason=retry")

    assert app.get_run("one").status == "Failed"
    assert "Non-Deterministic workflow detected" in app.get_run("one").output


@pytest.mark.usefixtures("calls")
def test_rewound_instance_keeps_its_pending_timers(app: App) -> None:
    """A timer that was pending when the instance failed still fires."""
    app.start("fickle_once", None, "one")
    app.wait_until_idle()
    assert app.get_run("one").status == "Failed"
    post(app, "one/rewind?reason=fixed")

    assert app.wait("one").output == "the deadline"


def test_rewind_of_an_instance_that_has_not_failed_is_refused(app: App) -> None:
    """The responses are those of the real host."""
    app.run("chain", None, "one")

    message = (
        "This orchestration has status Completed, but only orchestrations in the "
        '"Failed" state can be rewound.'
    )
    assert post(app, "one/rewind") == (412, message)
    assert post(app, "none/rewind") == (404, 'No orchestration with instance ID "$none" found.')


def test_restart_runs_the_same_input_again(app: App) -> None:
    """A restart uses a new id, or the id of the ended instance if the caller wants it."""
    app.run("fan_out", 3, "one")

    status, links = post(app, "one/restart")
    same_id_status, _ = post(app, "one/restart?restartWithNewInstanceId=false")

    assert (status, same_id_status) == (202, 202)
    assert links["id"] != "one"
    assert app.wait(links["id"]).output == app.wait("one").output == ["0", "1", "2"]


def test_restart_of_running_or_unknown_instances_is_refused(app: App) -> None:
    """The id of a running instance is a conflict; an unknown id is 404."""
    app.start("approval", None, "one")

    assert post(app, "one/restart?restartWithNewInstanceId=false")[0] == 409
    assert post(app, "none/restart")[0] == 404


def test_purged_instance_is_unknown(app: App) -> None:
    """An instance of any status can be purged; afterwards its id is 404."""
    app.run("chain", None, "one")
    app.start("approval", None, "two")
    app.wait_until_idle()

    responses = [app.request("DELETE", f"{HOOK}/instances/{i}") for i in ("one", "two", "one")]

    assert [response.status for response in responses] == [200, 200, 404]
    assert responses[0].json() == {"instancesDeleted": 1}
    assert [post(app, f"{i}/terminate")[0] for i in ("one", "two")] == [404, 404]


def test_purge_during_a_turn_deletes_the_instance(app: App) -> None:
    """The commit of a turn does not bring a purged instance back."""
    for n in range(10):
        app.start("chain", None, f"run-{n}")
        app.request("DELETE", f"{HOOK}/instances/run-{n}")
    app.wait_until_idle()

    assert app.request("GET", f"{HOOK}/instances?instanceIdPrefix=run-").json() == []
