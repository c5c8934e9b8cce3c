"""The test harness: waiting for states, moving the clock, reading histories."""

from datetime import timedelta

import pytest

from local_host.host.history.events import RuntimeStatus
from local_host.testing import App, WaitsForeverError


def test_wait_for_status_moves_the_clock(app: App) -> None:
    """The clock moves until the instance has one of the statuses."""
    started_at = app.clock.now()
    instance_id = app.start("sleep", 3)

    running = app.wait_for_status(instance_id, RuntimeStatus.RUNNING)
    completed = app.wait_for_status(instance_id, "Completed", "Failed")

    assert (running.status, completed.output) == ("Running", "awake")
    assert app.clock.now() - started_at >= timedelta(days=3)


def test_wait_for_status_of_an_ended_instance_fails(app: App) -> None:
    """An instance that has ended with another status never reaches the awaited one."""
    app.run("chain", None, "one")

    with pytest.raises(WaitsForeverError, match="Instance one waits forever:\nchain  one  Comp"):
        app.wait_for_status("one", RuntimeStatus.FAILED)


def test_wait_until_moves_the_clock_until_the_condition_holds(app: App) -> None:
    """Without a timer left, an unmet condition is an error."""
    instance_id = app.start("retry", {"key": "harness", "times": 3})

    app.wait_until(lambda: len(app.get_run(instance_id).activities) > 2)

    assert app.get_run(instance_id).status == RuntimeStatus.RUNNING
    with pytest.raises(WaitsForeverError, match="no timer is left"):
        app.wait_until(lambda: False)


def test_advance_to_next_timer_fires_one_timer(app: App) -> None:
    """It returns whether a timer was set."""
    app.start("sleep", 5, "short")
    app.start("sleep", 6, "long")
    app.wait_until_idle()

    assert app.advance_to_next_timer()
    assert (app.get_run("short").status, app.get_run("long").status) == ("Completed", "Running")
    assert app.advance_to_next_timer()
    assert not app.advance_to_next_timer()


def test_fire_due_timers_after_the_test_moved_the_clock(app: App) -> None:
    """Timers do not fire when a test moves the clock itself."""
    app.start("sleep", 1, "one")
    app.wait_until_idle()

    app.clock.advance(app.clock.now() + timedelta(days=2))
    app.wait_until_idle()
    assert app.get_run("one").status == RuntimeStatus.RUNNING

    app.fire_due_timers()
    app.wait_until_idle()
    assert app.get_run("one").output == "awake"


def test_stored_history_has_the_events_of_the_wire(app: App) -> None:
    """The events of a turn are stored between its start and its end."""
    app.run("renamed_call", None, "one")

    types = [event["EventType"] for event in app.get_stored_history("one")]

    assert types == [12, 0, 4, 13, 12, 5, 1, 13]


def test_unknown_instance_is_a_lookup_error(app: App) -> None:
    """Reading and waiting fail at once."""
    with pytest.raises(LookupError, match="No instance has the id 'none'"):
        app.get_run("none")
    with pytest.raises(LookupError, match="No instance has the id 'none'"):
        app.wait("none")
