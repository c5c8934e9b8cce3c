"""Do orchestrations, activities, timers, events and entities work as on the real host?"""

from datetime import timedelta

import pytest

from local_host.host.clock import parse_time
from local_host.testing import App, WaitsForEverError


def test_activities_run_one_after_another(app: App) -> None:
    """A chain calls each activity once, in order, and returns what they returned."""
    run = app.run("chain", None)

    assert run.output == ["a", "b", "c"]
    assert run.activities == ["note", "note", "note"]
    assert run.custom_status == {"at": "c"}


def test_orchestrators_are_found_in_any_case(app: App) -> None:
    """Names match without regard to case, as on the real host."""
    assert app.run("CHAIN", None).status == "Completed"


def test_an_unknown_orchestrator_fails_with_the_names_that_exist(app: App) -> None:
    """Starting what does not exist gives a Failed instance that says so."""
    run = app.run("chian", None)

    assert run.status == "Failed"
    assert "'chian' doesn't exist" in run.output
    assert "'chain'" in run.output


def test_activities_run_side_by_side(app: App) -> None:
    """A fan-out gets its results in the order of the calls."""
    assert app.run("fan_out", 20).output == [str(n) for n in range(20)]


@pytest.mark.parametrize("days", [1, 5, 40])
def test_days_pass_in_milliseconds(app: App, days: int) -> None:
    """A timer fires at its virtual time; beyond six days it is a chain of timers."""
    before = app.clock.now()

    run = app.run("sleep", days)

    assert run.output == "awake"
    assert timedelta(0) <= app.clock.now() - before - timedelta(days=days) < timedelta(seconds=1)


def test_an_event_wins_the_race_against_its_deadline(app: App) -> None:
    """An event that comes in time is the result, and the canceled timer holds nothing up."""
    instance_id = app.start("approval", None)
    app.settle()

    app.raise_event(instance_id, "Approved", {"by": "Ada"})
    app.settle()

    assert app.look(instance_id).output == {"by": "Ada"}


def test_a_deadline_wins_where_no_event_comes(app: App) -> None:
    """Without the event, the timer decides."""
    assert app.run("approval", None).output == "too late"


def test_retries_back_off_and_are_capped(app: App, calls: list[str]) -> None:
    """Pauses double up to the cap: 1 s, 2 s, 3 s, 3 s."""
    run = app.run("retry", {"key": "k", "times": 4})

    fired = [parse_time(e["FireAt"]) for e in run.history if e["EventType"] == "TimerCreated"]
    failed = [parse_time(e["Timestamp"]) for e in run.history if e["EventType"] == "TaskFailed"]
    assert run.output == "worked after 4 failures"
    assert calls == ["k"] * 5
    assert [round((f - t).total_seconds()) for f, t in zip(fired, failed, strict=True)] == [
        1,
        2,
        3,
        3,
    ]


def test_retries_give_up_after_the_last_attempt(app: App, calls: list[str]) -> None:
    """When no attempt works, the failure of the last one is raised."""
    run = app.run("retry", {"key": "k", "times": 99})

    assert run.status == "Failed"
    assert calls == ["k"] * 5
    assert "Activity function 'fail' failed:  ConnectionError: failure 5" in run.output


def test_an_orchestrator_can_catch_a_failure(app: App) -> None:
    """A failed activity raises in the orchestrator, with the real host's words."""
    run = app.run("caught", None)

    assert run.output == "Activity function 'fail' failed:  ConnectionError: failure 1"


def test_sub_orchestrations_return_and_fail(app: App) -> None:
    """A parent gets its child's result, and its child's failure as an exception."""
    run = app.run("parent", None, "p")

    assert run.output == [
        ["a", "b", "c"],
        "Orchestrator function 'gives_up' failed: the orchestrator gave up",
    ]
    assert app.look("p-child").status == "Failed"


def test_continuing_as_new_starts_with_a_fresh_history(app: App, calls: list[str]) -> None:
    """Each execution begins from its new input; only the last one's history is kept."""
    run = app.run("count_down", 3)

    assert run.output == "liftoff"
    assert run.activities == ["note"]
    assert calls == ["3", "2", "1", "0"]


# The SDK's word for an event that nobody waits for yet.
@pytest.mark.filterwarnings("ignore:Potential duplicate Task completion:UserWarning")
def test_events_survive_continuing_as_new(app: App) -> None:
    """An event that comes before anybody waits for it is kept, across executions too."""
    instance_id = app.start("collect", None)
    for n in (2, 1, 0):
        app.raise_event(instance_id, f"Item{n}", n)

    assert app.wait(instance_id).output == [0, 1, 2]


def test_entities_take_signals_calls_and_failures(app: App) -> None:
    """Operations apply in order; a failing one raises in the caller."""
    assert app.run("use_counter", "k").output == [7, "it exploded"]


def test_a_terminated_instance_ends_at_once(app: App) -> None:
    """Termination keeps the reason as the output."""
    instance_id = app.start("sleep", 5)
    app.settle()

    app.terminate(instance_id, "enough")

    assert (app.wait(instance_id).status, app.look(instance_id).output) == ("Terminated", "enough")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("noet", "Did you mean 'note'?"),
        ("python_name", "The function python_name is registered as 'renamed'."),
        ("no_such_activity", "and waits forever."),
    ],
)
def test_a_misspelled_activity_is_told_in_the_log(
    app: App, caplog: pytest.LogCaptureFixture, name: str, hint: str
) -> None:
    """The real host hangs in silence; this one hangs, and says why, and what was meant."""
    instance_id = app.start("misspelled", name)

    with pytest.raises(WaitsForEverError):
        app.wait(instance_id)
    assert f"Orchestrator misspelled calls the activity {name!r}" in caplog.text
    assert caplog.messages[-1].endswith(hint)


def test_a_replay_that_asks_for_something_else_fails(app: App) -> None:
    """Every episode is replayed from scratch, so non-determinism shows at once."""
    app.run("chain", None)
    run = app.run("fickle", None)

    assert run.status == "Failed"
    assert "Non-Deterministic workflow detected" in run.output


def test_a_renamed_activity_answers_to_its_new_name(app: App) -> None:
    """`activity="…"` gives the name that callers use."""
    assert app.run("renamed_call", None).output == "renamed activity"


def test_a_durable_http_call_brings_the_response(app: App) -> None:
    """The host sends the request itself; whatever is answered is the result."""
    run = app.run("calls_http", f"{app.base_url}/api/echo/there")
    served = app.run("calls_http", f"{app.base_url}/api/start/chain/by-http")

    assert run.output == [404, ""]
    assert served.output[0] == 202
    assert run.activities == ["BuiltIn::HttpActivity"]


def test_a_durable_http_call_fails_where_nobody_answers(app: App) -> None:
    """A refused connection is a failed activity, in the words of the real host."""
    run = app.run("calls_http", "http://127.0.0.1:9/refused")

    assert "'calls_http' failed: Connection refused (127.0.0.1:9) \n {" in run.output


def test_a_managed_identity_is_only_on_azure(app: App) -> None:
    """A token source cannot work here, and the failure says so."""
    run = app.run("calls_as_itself", app.base_url)

    assert "needs a managed identity, which exists on Azure only" in run.output


def test_a_custom_status_has_a_limit(app: App) -> None:
    """16 KB of UTF-16 are taken, with the quotes; more fails the orchestration."""
    fits, exceeds = app.run("tells", 8190), app.run("tells", 8191)

    assert (fits.status, len(fits.custom_status)) == ("Completed", 8190)
    assert (exceeds.status, exceeds.custom_status) == ("Failed", None)
    assert "must not exceed 16 KB" in exceeds.output


def test_a_child_takes_the_place_of_one_that_has_ended(app: App) -> None:
    """A second child under the same id begins with a history of its own."""
    runs = [app.run("borrows_an_id", "child").output for _ in range(2)]

    assert runs == [["a", "b", "c"]] * 2
    assert len(app.look("child").activities) == 3


def test_a_child_does_not_disturb_a_running_instance(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    """A child whose id is taken never starts; its parent waits, and the log says so."""
    app.start("sleep", 1, "taken")
    parent = app.start("borrows_an_id", "taken")

    assert app.wait("taken").output == "awake"
    assert app.look(parent).status == "Running"
    assert "under the id of a running instance" in caplog.text


def test_an_ended_instance_can_be_started_again(app: App) -> None:
    """An id whose instance has ended is free; what is left of the first run does not disturb."""
    app.run("sleep", 1, "again")

    assert app.run("chain", None, "again").output == ["a", "b", "c"]
