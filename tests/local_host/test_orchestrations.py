"""Orchestrations with activities, timers, events and entities, as on the real host."""

from datetime import timedelta

import pytest

from local_host.host.clock import parse_time
from local_host.testing import App, WaitsForeverError


def test_chain_calls_activities_in_order(app: App) -> None:
    """A chain calls each activity once, in order, and returns their results."""
    run = app.run("chain", None)

    assert run.output == ["a", "b", "c"]
    assert run.activities == ["note", "note", "note"]
    assert run.custom_status == {"at": "c"}


def test_orchestrator_names_ignore_case(app: App) -> None:
    """Function names match in any case, as on the real host."""
    assert app.run("CHAIN", None).status == "Completed"


def test_unknown_orchestrator_fails_with_the_registered_names(app: App) -> None:
    """Starting an unknown orchestrator creates a Failed instance that names the registered ones."""
    run = app.run("chian", None)

    assert run.status == "Failed"
    assert "'chian' doesn't exist" in run.output
    assert "'chain'" in run.output


def test_fan_out_returns_results_in_call_order(app: App) -> None:
    """Results of parallel activities arrive in the order of the calls."""
    assert app.run("fan_out", 20).output == [str(n) for n in range(20)]


@pytest.mark.parametrize("days", [1, 5, 40])
def test_timer_fires_at_its_virtual_time(app: App, days: int) -> None:
    """A timer fires when its virtual time comes; beyond six days it is a chain of timers."""
    started_at = app.clock.now()

    run = app.run("sleep", days)

    assert run.output == "awake"
    assert (
        timedelta(0) <= app.clock.now() - started_at - timedelta(days=days) < timedelta(seconds=1)
    )


def test_event_before_the_deadline_wins_the_race(app: App) -> None:
    """An event in time is the result, and the instance does not wait for the canceled timer."""
    instance_id = app.start("approval", None)
    app.wait_until_idle()

    app.raise_event(instance_id, "Approved", {"by": "Ada"})
    app.wait_until_idle()

    assert app.get_run(instance_id).output == {"by": "Ada"}


def test_deadline_wins_the_race_without_an_event(app: App) -> None:
    """Without an event, the timer completes the race."""
    assert app.run("approval", None).output == "too late"


def test_retry_intervals_back_off_up_to_the_maximum(app: App, calls: list[str]) -> None:
    """Intervals double up to the maximum: 1 s, 2 s, 3 s, 3 s."""
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


def test_retries_end_after_the_last_attempt(app: App, calls: list[str]) -> None:
    """If every attempt fails, the failure of the last one is raised."""
    run = app.run("retry", {"key": "k", "times": 99})

    assert run.status == "Failed"
    assert calls == ["k"] * 5
    assert "Activity function 'fail' failed:  ConnectionError: failure 5" in run.output


def test_orchestrator_catches_the_failure_of_an_activity(app: App) -> None:
    """A failed activity raises in the orchestrator, with the message of the real host."""
    run = app.run("caught", None)

    assert run.output == "Activity function 'fail' failed:  ConnectionError: failure 1"


def test_sub_orchestrations_return_results_and_failures(app: App) -> None:
    """A parent gets the result of a child, and the failure of a child as an exception."""
    run = app.run("parent", None, "p")

    assert run.output == [
        ["a", "b", "c"],
        "Orchestrator function 'gives_up' failed: the orchestrator gave up",
    ]
    assert app.get_run("p-child").status == "Failed"


def test_continue_as_new_starts_an_empty_history(app: App, calls: list[str]) -> None:
    """Each execution starts with its new input; only the history of the last one is kept."""
    run = app.run("count_down", 3)

    assert run.output == "liftoff"
    assert run.activities == ["note"]
    assert calls == ["3", "2", "1", "0"]


# The SDK warns about an event that the orchestrator has not awaited yet.
@pytest.mark.filterwarnings("ignore:Potential duplicate Task completion:UserWarning")
def test_unread_events_survive_continue_as_new(app: App) -> None:
    """An event that arrives before it is awaited is kept, also across executions."""
    instance_id = app.start("collect", None)
    for n in (2, 1, 0):
        app.raise_event(instance_id, f"Item{n}", n)

    assert app.wait(instance_id).output == [0, 1, 2]


def test_entity_signals_calls_and_failures(app: App) -> None:
    """Operations apply in order; a failed one raises in the caller."""
    assert app.run("use_counter", "k").output == [7, "it exploded"]


def test_terminated_instance_ends_at_once(app: App) -> None:
    """The reason of the termination is the output."""
    instance_id = app.start("sleep", 5)
    app.wait_until_idle()

    app.terminate(instance_id, "enough")

    assert (app.wait(instance_id).status, app.get_run(instance_id).output) == (
        "Terminated",
        "enough",
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("noet", "Did you mean 'note'?"),
        ("python_name", "The function python_name is registered as 'renamed'."),
        ("no_such_activity", "and waits forever."),
    ],
)
def test_misspelled_activity_is_logged_with_a_hint(
    app: App, caplog: pytest.LogCaptureFixture, name: str, hint: str
) -> None:
    """The instance waits as on the real host, and the log names the nearest activity."""
    instance_id = app.start("misspelled", name)

    with pytest.raises(WaitsForeverError):
        app.wait(instance_id)
    assert f"Orchestrator misspelled calls the activity {name!r}" in caplog.text
    assert caplog.messages[-1].endswith(hint)


def test_non_deterministic_replay_fails(app: App) -> None:
    """Every turn replays the whole history, so non-determinism shows at once."""
    app.run("chain", None)
    run = app.run("fickle", None)

    assert run.status == "Failed"
    assert "Non-Deterministic workflow detected" in run.output


def test_activity_is_called_by_its_registered_name(app: App) -> None:
    """`activity="…"` sets the name that callers use."""
    assert app.run("renamed_call", None).output == "renamed activity"


def test_durable_http_call_returns_the_response(app: App) -> None:
    """The host sends the request itself; a response of any status is the result."""
    not_found = app.run("calls_http", f"{app.base_url}/api/echo/there")
    accepted = app.run("calls_http", f"{app.base_url}/api/start/chain/by-http")

    assert not_found.output == [404, ""]
    assert accepted.output[0] == 202
    assert not_found.activities == ["BuiltIn::HttpActivity"]


def test_durable_http_call_fails_on_a_refused_connection(app: App) -> None:
    """A refused connection is a failed activity, with the message of the real host."""
    run = app.run("calls_http", "http://127.0.0.1:9/refused")

    assert "'calls_http' failed: Connection refused (127.0.0.1:9) \n {" in run.output


def test_durable_http_call_with_a_token_source_fails(app: App) -> None:
    """A token source needs a managed identity, which exists on Azure only."""
    run = app.run("calls_as_itself", app.base_url)

    assert "needs a managed identity, which exists on Azure only" in run.output


def test_custom_status_is_limited_to_16_kb(app: App) -> None:
    """16 KB of UTF-16, quotes included, are accepted; more fails the orchestration."""
    fits, exceeds = app.run("tells", 8190), app.run("tells", 8191)

    assert (fits.status, len(fits.custom_status)) == ("Completed", 8190)
    assert (exceeds.status, exceeds.custom_status) == ("Failed", None)
    assert "must not exceed 16 KB" in exceeds.output


def test_child_replaces_an_ended_instance_with_its_id(app: App) -> None:
    """A second child under the same id starts with an empty history."""
    runs = [app.run("borrows_an_id", "child").output for _ in range(2)]

    assert runs == [["a", "b", "c"]] * 2
    assert len(app.get_run("child").activities) == 3


def test_child_under_the_id_of_a_running_instance_never_starts(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    """The running instance goes on, the parent waits, and the log says so."""
    app.start("sleep", 1, "taken")
    parent = app.start("borrows_an_id", "taken")

    assert app.wait("taken").output == "awake"
    assert app.get_run(parent).status == "Running"
    assert "under the id of a running instance" in caplog.text


def test_id_of_an_ended_instance_can_be_reused(app: App) -> None:
    """A new instance replaces an ended one; timers of the old one do not reach it."""
    app.run("sleep", 1, "again")

    assert app.run("chain", None, "again").output == ["a", "b", "c"]
