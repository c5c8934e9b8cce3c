"""Do timer triggers fire when their schedule says so, also when the host was down?"""

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
from local_host.testing import App, WaitsForEverError, start_app

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SOURCE = """
import azure.durable_functions as df
import azure.functions as func

app = df.DFApp()
seen = []

@app.timer_trigger(schedule="{schedule}", arg_name="timer", {options})
def tick(timer: func.TimerRequest) -> None:
    seen.append((timer.past_due, timer.schedule, timer.schedule_status))
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


class Folder:
    """An app with one timer trigger, and its data."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._versions = 0

    def run(
        self, schedule: str, *, options: str = "", fails: bool = False, at: datetime = START
    ) -> AbstractContextManager[App]:
        """Run the app from this moment on; its data stay from run to run."""
        self._versions += 1  # an app is loaded once in a process
        app = self._path / f"app{self._versions}"
        app.mkdir()
        (app / "host.json").write_text('{"version": "2.0"}')
        settings = {"Values": {"SCHEDULE": "0 0 * * * *"}}
        (app / "local.settings.json").write_text(json.dumps(settings))
        source = SOURCE.format(schedule=schedule, options=options, fails=fails)
        (app / "function_app.py").write_text(source)
        return start_app(app, self._path / "data", VirtualClock(at))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A folder for an app, forgotten afterwards."""
    yield Folder(tmp_path)
    sys.modules.pop("function_app", None)


def seen() -> list[tuple[bool, dict[str, bool], dict[str, str]]]:
    """What the timer function was told."""
    told: list[Any] = sys.modules["function_app"].seen
    return told


def test_a_trigger_fires_whenever_it_is_due(folder: Folder) -> None:
    """Also one that comes every two seconds; that often, missed runs are not monitored."""
    with folder.run("*/2 * * * * *") as app:
        app.let_pass(timedelta(seconds=11))

        assert seen() == [(False, {"AdjustForDST": True}, {})] * 5


def test_a_monitored_trigger_learns_of_its_last_run(folder: Folder) -> None:
    """Its status says when it ran and when it was to run."""
    with folder.run("%SCHEDULE%") as app:
        app.let_pass(timedelta(hours=2, minutes=1))

        first, second = (status for _, _, status in seen())
    assert first["Last"] == "0001-01-01T00:00:00"
    assert first["Next"] == "2026-01-01T13:00:00+00:00"
    assert second["Last"].startswith("2026-01-01T13:00:00.")
    assert second["Next"] == "2026-01-01T14:00:00+00:00"


def test_missed_runs_are_made_up_for_once(folder: Folder) -> None:
    """The host was down for a day; the hourly trigger runs at once, past due, and then in time."""
    with folder.run("0 0 * * * *"):
        assert seen() == []
    with folder.run("0 0 * * * *", at=START + timedelta(days=1, minutes=5)) as app:
        app.settle()
        assert [past_due for past_due, _, _ in seen()] == [True]

        app.let_pass(timedelta(hours=1))
        assert [past_due for past_due, _, _ in seen()] == [True, False]


def test_another_schedule_has_missed_nothing(folder: Folder) -> None:
    """A changed expression starts afresh."""
    with folder.run("0 0 * * * *"):
        pass
    with folder.run("0 30 * * * *", at=START + timedelta(days=1)) as app:
        app.settle()

        assert seen() == []


def test_a_trigger_without_monitor_makes_up_for_nothing(folder: Folder) -> None:
    """`use_monitor=False` keeps no status."""
    for days in (0, 1):
        at = START + timedelta(days=days)
        with folder.run("0 0 * * * *", options="use_monitor=False", at=at) as app:
            app.settle()
            assert seen() == []


def test_run_on_startup_runs_at_once(folder: Folder) -> None:
    """And then on its schedule."""
    with folder.run("0 0 * * * *", options="run_on_startup=True") as app:
        app.settle()
        assert [past_due for past_due, _, _ in seen()] == [False]

        app.let_pass(timedelta(hours=1))
        assert len(seen()) == 2


def test_a_failing_run_does_not_end_the_schedule(folder: Folder) -> None:
    """As on the real host; the failure is logged."""
    with folder.run("0 0 * * * *", fails=True) as app:
        app.let_pass(timedelta(hours=3, minutes=1))

        assert len(seen()) == 3


def test_a_time_span_counts_from_the_last_run(folder: Folder) -> None:
    """`00:10:00` instead of an expression."""
    with folder.run("00:10:00") as app:
        app.let_pass(timedelta(minutes=31))

        assert seen()[0][1] == {"AdjustForDST": False}
        assert len(seen()) == 3


def test_a_timer_function_is_run_by_hand(folder: Folder) -> None:
    """`POST /admin/functions/{name}` with JSON; its schedule stays."""
    with folder.run("0 0 * * * *") as app:
        answer = app.request("POST", "/admin/functions/TICK", json={"input": ""})
        app.settle()

        assert (answer.status, answer.text) == (202, "")
        assert len(seen()) == 1


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("nobody", b"{}", "application/json", 404),
        ("tick", b"{", "application/json", 400),
        ("tick", b"", "application/json", 400),
        ("tick", b"{}", "text/plain", 415),
        ("hello", b"{}", "application/json", 400),
    ],
)
def test_what_cannot_be_run_by_hand_is_refused(
    folder: Folder, path: str, body: bytes, kind: str, status: int
) -> None:
    """Unknown names, bad bodies, and functions that are no timer functions."""
    with folder.run("0 0 * * * *") as app:
        headers = {"Content-Type": kind}
        answer = app.request("POST", f"/admin/functions/{path}", content=body, headers=headers)

        assert answer.status == status


@pytest.mark.parametrize("schedule", ["not a schedule", "61 * * * * *", "%NOWHERE%", "@hourly"])
def test_a_bad_schedule_leaves_the_rest_running(folder: Folder, schedule: str) -> None:
    """That function is in error, as on the real host."""
    with folder.run(schedule) as app:
        status = app.request("GET", "/admin/functions/tick/status").json()
        run = app.request("POST", "/admin/functions/tick", json={})

        assert app.request("GET", "/api/hello").text == "hello"
        assert run.status == 404
        assert len(status["errors"]) == 1


def test_a_periodic_trigger_does_not_keep_a_hopeless_wait_alive(folder: Folder) -> None:
    """The clock has jumped ten of its times, and the instance still waits."""
    with folder.run("0 0 * * * *") as app:
        instance_id = app.start("waits", None)

        with pytest.raises(WaitsForEverError):
            app.wait(instance_id)
        assert len(seen()) == 10


def test_days_pass_beside_a_trigger_that_comes_each_second(folder: Folder) -> None:
    """It fires ten times, and once more when the clock has jumped to the durable timer."""
    with folder.run("* * * * * *") as app:
        assert app.run("long", None).status == "Completed"
        assert len(seen()) == 11


def test_a_bad_time_zone_is_told(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """WEBSITE_TIME_ZONE moves the schedules, and must be known."""
    monkeypatch.setenv("WEBSITE_TIME_ZONE", "Mars/Olympus")

    with pytest.raises(ConfigurationError, match="Mars/Olympus"), folder.run("0 0 * * * *"):
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
def test_ncrontab_is_read_as_the_real_host_reads_it(
    expression: str, first: str, second: str
) -> None:
    """Seconds first; where both days are given, both must fit; names in any case."""
    schedule = parse_schedule(expression, {}, UTC)

    found = schedule.next_after(START)
    assert found is not None
    after = schedule.next_after(found)
    assert (found.isoformat(), after and after.isoformat()) == (first, second)


def test_a_day_that_never_comes_is_no_error() -> None:
    """The trigger never fires."""
    schedule = parse_schedule("0 0 0 31 2 *", {}, UTC)

    assert schedule.next_after(START) is None
    assert not is_monitored(schedule, START)


def test_a_schedule_follows_the_time_zone() -> None:
    """Nine o'clock in Berlin, in winter and in summer."""
    schedule = parse_schedule("0 0 9 * * *", {}, ZoneInfo("Europe/Berlin"))

    hours = [schedule.next_after(START.replace(month=month)) for month in (1, 7)]
    assert [at and at.astimezone(UTC).hour for at in hours] == [8, 7]


@pytest.mark.parametrize("text", ["", "* * * *", "0 0 0 L * *", "0 0 0 * * 1#2", "00:00:00"])
def test_what_is_no_schedule_is_refused_in_the_real_hosts_words(text: str) -> None:
    """Neither NCRONTAB nor a time span."""
    with pytest.raises(ValueError, match="was not recognized as a valid cron expression"):
        parse_schedule(text, {}, UTC)
