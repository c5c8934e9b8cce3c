"""Can instances be suspended, resumed, rewound, restarted and purged as on the real host?"""

from typing import Any

import pytest

from local_host.testing import App

HOOK = "/runtime/webhooks/durabletask"


def post(app: App, path: str) -> tuple[int, Any]:
    """POST to an instance; the status code and the body, if there is one."""
    answer = app.request("POST", f"{HOOK}/instances/{path}")
    app.settle()
    return answer.status, answer.json() if answer.body else None


def events(app: App, instance_id: str) -> list[str]:
    """The kinds of an instance's history events."""
    return [event["EventType"] for event in app.look(instance_id).history]


def test_a_suspended_instance_keeps_what_reaches_it(app: App) -> None:
    """An event that comes meanwhile is in the history at once, and acted on when it goes on."""
    app.start("approval", None, "one")
    app.settle()
    assert post(app, "one/suspend?reason=hold") == (202, None)
    app.raise_event("one", "Approved", "Ada")
    app.settle()
    held = app.look("one")
    assert post(app, "one/resume?reason=go") == (202, None)

    assert (held.status, held.output) == ("Suspended", "hold")
    assert app.look("one").output == "Ada"
    assert events(app, "one")[2:6] == [
        "ExecutionSuspended",
        "EventRaised",
        "ExecutionResumed",
        "ExecutionCompleted",
    ]


def test_a_timer_fires_into_a_suspended_instance(app: App) -> None:
    """A timer that comes due meanwhile is not lost."""
    app.start("sleep", 1, "one")
    app.settle()
    post(app, "one/suspend")
    with pytest.raises(AssertionError, match="waits forever"):
        app.wait("one")

    post(app, "one/resume")

    assert app.look("one").output == "awake"


def test_an_instance_cannot_be_suspended_or_resumed_twice(app: App) -> None:
    """The extension's own exception shows through as a 500."""
    app.start("approval", None, "one")
    app.settle()
    early = post(app, "one/resume")
    post(app, "one/suspend")
    late = post(app, "one/suspend")

    assert early[0] == late[0] == 500
    assert early[1]["ExceptionMessage"].endswith("because instance is in the Running state.")
    assert late[1]["ExceptionMessage"].endswith("because instance is in the Suspended state.")


@pytest.mark.parametrize("operation", ["suspend", "resume", "terminate"])
def test_what_is_not_there_or_ended_cannot_be_held(app: App, operation: str) -> None:
    """An unknown instance is 404, an ended one 410."""
    app.run("chain", None, "ended")

    assert post(app, f"unknown/{operation}") == (404, None)
    assert post(app, f"ended/{operation}") == (410, None)


def test_a_rewound_instance_goes_on_from_its_failure(app: App, calls: list[str]) -> None:
    """The failed step is run again, what was done before is not."""
    app.run("stumbles", None, "one")
    post(app, "one/rewind?reason=mended")

    assert app.wait("one").output == "worked after 1 failures"
    assert calls == ["once", "one", "one"]
    assert events(app, "one") == [
        "ExecutionStarted",
        "TaskCompleted",
        *["GenericEvent"] * 4,
        "TaskCompleted",
        "ExecutionCompleted",
    ]


def test_a_rewind_reaches_the_child_that_failed(app: App, calls: list[str]) -> None:
    """The failed child goes on, and its answer wakes the parent."""
    app.run("stumbles_below", None, "one")
    post(app, "one/rewind?reason=mended")

    assert app.wait("one").output == "worked after 1 failures"
    assert calls.count("once") == 1


def test_a_rewind_does_not_mend_what_failed_on_the_way(app: App) -> None:
    """A failure that the orchestrator caught is blanked too: the replay takes another path."""
    app.run("catches_and_fails", None, "one")
    post(app, "one/rewind?reason=hopeless")

    assert app.look("one").status == "Failed"
    assert "Non-Deterministic workflow detected" in app.look("one").output


@pytest.mark.usefixtures("calls")
def test_a_rewound_instance_has_its_timers_back(app: App) -> None:
    """A timer that was open when the instance failed still comes."""
    app.start("fickle_once", None, "one")
    app.settle()
    assert app.look("one").status == "Failed"
    post(app, "one/rewind?reason=mended")

    assert app.wait("one").output == "the deadline"


def test_only_failed_instances_can_be_rewound(app: App) -> None:
    """The real host's own words tell why."""
    app.run("chain", None, "one")

    words = (
        "This orchestration has status Completed, but only orchestrations in the "
        '"Failed" state can be rewound.'
    )
    assert post(app, "one/rewind") == (412, words)
    assert post(app, "none/rewind") == (404, 'No orchestration with instance ID "$none" found.')


def test_a_restart_runs_the_same_input_once_more(app: App) -> None:
    """Under a new id, or under its own once it has ended."""
    app.run("fan_out", 3, "one")

    status, links = post(app, "one/restart")
    same, _ = post(app, "one/restart?restartWithNewInstanceId=false")

    assert (status, same) == (202, 202)
    assert links["id"] != "one"
    assert app.wait(links["id"]).output == app.wait("one").output == ["0", "1", "2"]


def test_what_runs_or_is_unknown_cannot_be_restarted(app: App) -> None:
    """A running id is a conflict, an unknown one is 404."""
    app.start("approval", None, "one")

    assert post(app, "one/restart?restartWithNewInstanceId=false")[0] == 409
    assert post(app, "none/restart")[0] == 404


def test_a_purged_instance_is_gone(app: App) -> None:
    """Once purged, it is unknown; a running one may be purged as well."""
    app.run("chain", None, "one")
    app.start("approval", None, "two")
    app.settle()

    answers = [app.request("DELETE", f"{HOOK}/instances/{i}") for i in ("one", "two", "one")]

    assert [answer.status for answer in answers] == [200, 200, 404]
    assert answers[0].json() == {"instancesDeleted": 1}
    assert [post(app, f"{i}/terminate")[0] for i in ("one", "two")] == [404, 404]


def test_a_purge_in_mid_episode_leaves_nothing_behind(app: App) -> None:
    """An instance that is purged while it runs does not come back with its next commit."""
    for n in range(10):
        app.start("chain", None, f"run-{n}")
        app.request("DELETE", f"{HOOK}/instances/run-{n}")
    app.settle()

    assert app.request("GET", f"{HOOK}/instances?instanceIdPrefix=run-").json() == []
