"""Timer triggers: schedules, missed runs, startup runs and manual runs."""

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local_host.errors import ConfigurationError
from local_host.host.clock import VirtualClock
from local_host.host.triggers.schedule import is_monitored, parse_schedule
from local_host.testing import App, WaitsForeverError, start_app

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SOURCE = """
import azure.durable_functions as df
import azure.functions as func

app = df.DFApp()
runs = []

@app.timer_trigger(schedule="{schedule}", arg_name="timer", {options})
def tick(timer: func.TimerRequest) -> None:
    runs.append((timer.past_due, timer.schedule, timer.schedule_status))
    if {fails}:
        raise ValueError("no")

@app.orchestration_trigger(context_name="context")
def waits(context):
    yield context.wait_for_external_event("Never")

@app.orchestration_trigger(context_name="context")
def long(context):
    from datetime import timedelta
    yield context.create_timer(context.current_utc_datetime + timedelta(days=5))

@app.route(route="hello")
def hello(req: func.HttpRequest) -> str:
    return "hello"
"""


class TimerApp:
    """Starts an app with one timer trigger; its data folder stays the same."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._versions = 0

    def start(
        self, schedule: str, *, options: str = "", fails: bool = False, at: datetime = START
    ) -> AbstractContextManager[App]:
        """Start the app with this schedule at this time."""
        self._versions += 1  # Python imports the module of a folder only once
        app = self._path / f"app{self._versions}"
        app.mkdir()
        (app / "host.json").write_text('{"version": "2.0"}')
        settings = {"Values": {"SCHEDULE": "0 0 * * * *"}}
        (app / "local.settings.json").write_text(json.dumps(settings))
        source = SOURCE.format(schedule=schedule, options=options, fails=fails)
        (app / "function_app.py").write_text(source)
        return start_app(app, self._path / "data", VirtualClock(at))


@pytest.fixture
def timer_app(tmp_path: Path) -> Iterator[TimerApp]:
    """An app with a timer trigger; the imported module is removed afterwards."""
    yield TimerApp(tmp_path)
    sys.modules.pop("function_app", None)


def runs() -> list[tuple[bool, dict[str, bool], dict[str, str]]]:
    """Return the arguments of the runs so far: past due, schedule, schedule status."""
    recorded: list[Any] = sys.modules["function_app"].runs
    return recorded


def test_trigger_fires_at_each_due_time(timer_app: TimerApp) -> None:
    """An interval of two seconds works, too; it is not monitored and has no schedule status."""
    with timer_app.start("*/2 * * * * *") as app:
        app.advance(timedelta(seconds=11))

        assert runs() == [(False, {"AdjustForDST": True}, {})] * 5


def test_monitored_trigger_receives_its_schedule_status(timer_app: TimerApp) -> None:
    """The status has the times of the last and of the next run."""
    with timer_app.start("%SCHEDULE%") as app:
        app.advance(timedelta(hours=2, minutes=1))

        first, second = (status for _, _, status in runs())
    assert first["Last"] == "0001-01-01T00:00:00"
    assert first["Next"] == "2026-01-01T13:00:00+00:00"
    assert second["Last"].startswith("2026-01-01T13:00:00.")
    assert second["Next"] == "2026-01-01T14:00:00+00:00"


def test_missed_runs_are_made_up_for_once(timer_app: TimerApp) -> None:
    """After a day of downtime, an hourly trigger runs once past due, and then on schedule."""
    with timer_app.start("0 0 * * * *"):
        assert runs() == []
    with timer_app.start("0 0 * * * *", at=START + timedelta(days=1, minutes=5)) as app:
        app.wait_until_idle()
        assert [past_due for past_due, _, _ in runs()] == [True]

        app.advance(timedelta(hours=1))
        assert [past_due for past_due, _, _ in runs()] == [True, False]


def test_changed_schedule_has_no_missed_runs(timer_app: TimerApp) -> None:
    """The stored status belongs to the previous expression."""
    with timer_app.start("0 0 * * * *"):
        pass
    with timer_app.start("0 30 * * * *", at=START + timedelta(days=1)) as app:
        app.wait_until_idle()

        assert runs() == []


def test_trigger_without_monitor_has_no_missed_runs(timer_app: TimerApp) -> None:
    """With `use_monitor=False`, no status is stored."""
    for days in (0, 1):
        at = START + timedelta(days=days)
        with timer_app.start("0 0 * * * *", options="use_monitor=False", at=at) as app:
            app.wait_until_idle()
            assert runs() == []


def test_run_on_startup_runs_at_the_start(timer_app: TimerApp) -> None:
    """The trigger then runs on schedule."""
    with timer_app.start("0 0 * * * *", options="run_on_startup=True") as app:
        app.wait_until_idle()
        assert [past_due for past_due, _, _ in runs()] == [False]

        app.advance(timedelta(hours=1))
        assert len(runs()) == 2


def test_failing_run_does_not_end_the_schedule(timer_app: TimerApp) -> None:
    """The failure is logged, and the trigger fires again, as on the real host."""
    with timer_app.start("0 0 * * * *", fails=True) as app:
        app.advance(timedelta(hours=3, minutes=1))

        assert len(runs()) == 3


def test_timespan_is_the_interval_between_runs(timer_app: TimerApp) -> None:
    """A schedule can be `00:10:00` instead of an expression."""
    with timer_app.start("00:10:00") as app:
        app.advance(timedelta(minutes=31))

        assert runs()[0][1] == {"AdjustForDST": False}
        assert len(runs()) == 3


def test_admin_api_runs_a_timer_function(timer_app: TimerApp) -> None:
    """`POST /admin/functions/{name}` takes a JSON object and ignores the case of the name."""
    with timer_app.start("0 0 * * * *") as app:
        response = app.request("POST", "/admin/functions/TICK", json={"input": ""})
        app.wait_until_idle()

        assert (response.status, response.text) == (202, "")
        assert len(runs()) == 1


@pytest.mark.parametrize(
    ("name", "body", "content_type", "status"),
    [
        ("unknown", b"{}", "application/json", 404),
        ("tick", b"{", "application/json", 400),
        ("tick", b"", "application/json", 400),
        ("tick", b"{}", "text/plain", 415),
        ("hello", b"{}", "application/json", 400),
    ],
)
def test_admin_api_rejects_invalid_runs(
    timer_app: TimerApp, name: str, body: bytes, content_type: str, status: int
) -> None:
    """The name must be that of a timer function, the body a JSON object."""
    with timer_app.start("0 0 * * * *") as app:
        headers = {"Content-Type": content_type}
        response = app.request("POST", f"/admin/functions/{name}", content=body, headers=headers)

        assert response.status == status


@pytest.mark.parametrize("schedule", ["not a schedule", "61 * * * * *", "%NOWHERE%", "@hourly"])
def test_invalid_schedule_puts_its_function_in_error(timer_app: TimerApp, schedule: str) -> None:
    """All other functions are served, as on the real host."""
    with timer_app.start(schedule) as app:
        status = app.request("GET", "/admin/functions/tick/status").json()
        run = app.request("POST", "/admin/functions/tick", json={})

        assert app.request("GET", "/api/hello").text == "hello"
        assert run.status == 404
        assert len(status["errors"]) == 1


def test_wait_ends_after_ten_runs_of_a_trigger(timer_app: TimerApp) -> None:
    """A trigger alone does not keep a test waiting for an instance that makes no progress."""
    with timer_app.start("0 0 * * * *") as app:
        instance_id = app.start("waits", None)

        with pytest.raises(WaitsForeverError):
            app.wait(instance_id)
        assert len(runs()) == 10


def test_clock_skips_a_frequent_trigger_to_reach_a_durable_timer(timer_app: TimerApp) -> None:
    """The trigger fires ten times, and once more when the clock has reached the timer."""
    with timer_app.start("* * * * * *") as app:
        assert app.run("long", None).status == "Completed"
        assert len(runs()) == 11


def test_invalid_time_zone_is_rejected(
    timer_app: TimerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has the value of WEBSITE_TIME_ZONE."""
    monkeypatch.setenv("WEBSITE_TIME_ZONE", "Mars/Olympus")

    with pytest.raises(ConfigurationError, match="Mars/Olympus"), timer_app.start("0 0 * * * *"):
        pass


@pytest.mark.parametrize(
    ("expression", "first", "second"),
    [
        ("0 30 9 * * *", "2026-01-02T09:30:00+00:00", "2026-01-03T09:30:00+00:00"),
        ("30 9 * * *", "2026-01-02T09:30:00+00:00", "2026-01-03T09:30:00+00:00"),
        ("0 0 9 13 * Friday", "2026-02-13T09:00:00+00:00", "2026-03-13T09:00:00+00:00"),
        ("0 0 0 1 jan,JUL *", "2026-07-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"),
        ("0 5/20 * * * *", "2026-01-01T12:05:00+00:00", "2026-01-01T12:25:00+00:00"),
        ("0 0 8-10/2 * * 1-5", "2026-01-02T08:00:00+00:00", "2026-01-02T10:00:00+00:00"),
    ],
)
def test_ncrontab_expression_has_the_times_of_the_real_host(
    expression: str, first: str, second: str
) -> None:
    """Seconds come first; if both day fields are given, both must match; names have any case."""
    schedule = parse_schedule(expression, {}, UTC)

    next_time = schedule.next_after(START)
    assert next_time is not None
    time_after = schedule.next_after(next_time)
    assert (next_time.isoformat(), time_after and time_after.isoformat()) == (first, second)


def test_schedule_on_an_impossible_day_never_fires() -> None:
    """February 31 is not an error."""
    schedule = parse_schedule("0 0 0 31 2 *", {}, UTC)

    assert schedule.next_after(START) is None
    assert not is_monitored(schedule, START)


def test_schedule_follows_the_time_zone() -> None:
    """Nine o'clock in Berlin is 8:00 UTC in winter and 7:00 UTC in summer."""
    schedule = parse_schedule("0 0 9 * * *", {}, ZoneInfo("Europe/Berlin"))

    hours = [schedule.next_after(START.replace(month=month)) for month in (1, 7)]
    assert [at and at.astimezone(UTC).hour for at in hours] == [8, 7]


@pytest.mark.parametrize("text", ["", "* * * *", "0 0 0 L * *", "0 0 0 * * 1#2", "00:00:00"])
def test_invalid_schedule_is_rejected_with_the_real_hosts_message(text: str) -> None:
    """The text is neither an NCRONTAB expression nor a time span."""
    with pytest.raises(ValueError, match="was not recognized as a valid cron expression"):
        parse_schedule(text, {}, UTC)
