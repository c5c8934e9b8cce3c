"""Lifetime of the host: Ctrl-C, reload, unusable data folders, log output."""

import json
import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_host.conftest import FRAGILE
from tests.local_host.process import (
    HostProcess,
    call,
    fetch,
    running_host,
    start_failing,
    status,
    until,
)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The fragile app without a function timeout."""
    copy = shutil.copytree(FRAGILE, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "host.json").write_text('{"version": "2.0", "functionTimeout": "-1"}')
    return copy


@pytest.fixture
def host(app: Path, tmp_path: Path, marks: Path) -> Iterator[HostProcess]:
    """A host that runs the app."""
    with running_host(app, tmp_path, environment={"MARKS": str(marks)}) as running:
        yield running


def resume(app: Path, data: Path, marks: Path, instance_id: str) -> object:
    """Start the host again and return the output of an instance that it resumes."""
    with running_host(app, data, environment={"MARKS": str(marks)}) as host:
        until(lambda: status(host, instance_id)["runtimeStatus"] == "Completed")
        return status(host, instance_id)["output"]


def test_ctrl_c_waits_for_running_activities(
    host: HostProcess, app: Path, tmp_path: Path, marks: Path
) -> None:
    """The result is recorded; the next start runs the next activity, not the same one."""
    call(host.base_url, "POST", "/api/start/call_pause/n", 0.5)
    until(marks.exists)
    host.signal(signal.SIGINT)

    assert host.wait() == 0
    assert marks.read_text() == "pause began\npause ended\n"
    assert resume(app, tmp_path, marks, "n") == "paused"
    assert marks.read_text() == "pause began\npause ended\nafter the pause\n"


def test_ctrl_c_waits_for_running_requests(host: HostProcess, marks: Path) -> None:
    """A running request gets its response, later ones get 503."""
    responses: list[tuple[int, bytes]] = []
    request = threading.Thread(
        target=lambda: responses.append(fetch(host.base_url, "GET", "/api/pause/0.5"))
    )
    request.start()
    until(marks.exists)
    host.signal(signal.SIGINT)
    until(lambda: fetch(host.base_url, "GET", "/api/pause/0")[0] == 503)
    request.join()

    assert host.wait() == 0
    assert responses[0][0] == 200


def test_second_ctrl_c_stops_at_once(
    host: HostProcess, app: Path, tmp_path: Path, marks: Path
) -> None:
    """The next start runs the interrupted activity again."""
    call(host.base_url, "POST", "/api/start/call_pause/n", 3)
    until(marks.exists)
    host.signal(signal.SIGINT)
    until(lambda: fetch(host.base_url, "GET", "/api/pause/0")[0] == 503)
    host.signal(signal.SIGINT)

    assert host.wait() == 130
    assert resume(app, tmp_path, marks, "n") == "paused"
    assert marks.read_text().count("pause began") == 2


def test_reload_restarts_the_host_when_a_file_changes(
    app: Path, tmp_path: Path, marks: Path
) -> None:
    """Port and state stay the same; an app that does not load is reported."""
    data = tmp_path / "data"
    with running_host(app, data, "--reload", environment={"MARKS": str(marks)}) as host:
        call(host.base_url, "POST", "/api/start/call_pause/before", 0)
        until(lambda: status(host, "before")["output"] == "paused")
        source = app / "function_app.py"
        original = source.read_text()

        source.write_text("import nosuchmodule")
        host.read_until("No module named 'nosuchmodule'")
        source.write_text(original.replace("paused", "paused again"))
        host.read_until("Listening on")

        call(host.base_url, "POST", "/api/start/call_pause/after", 0)
        until(lambda: status(host, "after")["output"] == "paused again")
        assert status(host, "before")["output"] == "paused"
        assert "function_app.py has changed" in host.output


def test_full_disk_stops_the_host(app: Path, tmp_path: Path, marks: Path) -> None:
    """The message is one line; every acknowledged start survives."""
    environment = {"MARKS": str(marks)}
    acknowledged = 0
    with running_host(app, tmp_path, limits="ulimit -f 600", environment=environment) as host:
        try:
            while (
                fetch(host.base_url, "POST", f"/api/start/call_pause/n{acknowledged}", b"0")[0]
                == 202
            ):
                acknowledged += 1
        except OSError:
            pass  # the host has ended
        assert host.wait() == 1
        lines = host.output.partition("(press Ctrl-C to stop)\n")[2].splitlines()
        assert [line for line in lines if line.startswith("local_host:")] == lines[-1:]
        assert "host.sqlite3 cannot be written" in lines[-1]

    assert acknowledged > 0
    assert resume(app, tmp_path, marks, f"n{acknowledged - 1}") == "paused"


def test_file_that_is_not_a_database_is_not_changed(app: Path, tmp_path: Path) -> None:
    """The host does not start, and the message names the file."""
    (tmp_path / "host.sqlite3").write_text("not a database")

    assert "host.sqlite3 cannot be used" in start_failing(app, tmp_path)
    assert (tmp_path / "host.sqlite3").read_text() == "not a database"


def test_data_file_of_a_newer_version_is_rejected(app: Path, tmp_path: Path) -> None:
    """The message says so."""
    with sqlite3.connect(tmp_path / "host.sqlite3") as file:
        file.execute("PRAGMA user_version = 99")
    file.close()

    assert "was written by a newer version" in start_failing(app, tmp_path)


@pytest.mark.parametrize("path", ["/proc/nowhere", "/dev/null/data"])
def test_data_folder_that_cannot_be_written_is_reported(app: Path, path: str) -> None:
    """The message has its path."""
    assert f"the data folder {path} cannot be used" in start_failing(app, Path(path))


def test_verbose_logs_each_function(app: Path, tmp_path: Path, marks: Path) -> None:
    """Start and end have the format of `func start`; lines of the app are printed as well."""
    environment = {"MARKS": str(marks)}
    with running_host(app, tmp_path, "--verbose", environment=environment) as host:
        call(host.base_url, "POST", "/api/start/call_pause/n-1", 0)
        until(lambda: status(host, "n-1")["runtimeStatus"] == "Completed")
        host.stop()

    lines = [line.partition("] ")[2] for line in host.output.splitlines() if line.startswith("[2")]
    starts = [line.partition(", Id=")[0] for line in lines if "Execut" in line or "logged" in line]
    assert starts[0].startswith("Executing 'Functions.start' (Reason='This function was")
    assert "[n-1] Executing 'Functions.pause_activity' (Reason='(null)'" in starts
    assert "[n-1] Executed 'Functions.pause_activity' (Succeeded" in starts
    assert "[n-1] logged after the pause" in starts


def test_json_log_has_only_lines_of_the_app_by_default(
    app: Path, tmp_path: Path, marks: Path
) -> None:
    """Each is a JSON object; what the app prints stays as it is."""
    environment = {"MARKS": str(marks)}
    with running_host(app, tmp_path, "--log-format", "json", environment=environment) as host:
        call(host.base_url, "POST", "/api/start/call_pause/n", 0)
        until(lambda: status(host, "n")["runtimeStatus"] == "Completed")
        host.stop()

    lines = [json.loads(line) for line in host.output.splitlines() if line.startswith("{")]
    assert [{**line, "time": ""} for line in lines] == [
        {
            "time": "",
            "level": "info",
            "logger": "function_app",
            "instanceId": "n",
            "message": "logged after the pause",
        }
    ]
    assert "printed after the pause\n" in host.output


def test_worker_that_cannot_reload_the_app_stops_the_host(host: HostProcess, app: Path) -> None:
    """The last line of the output has the reason."""
    (app / "function_app.py").write_text("import nosuchmodule")
    os.kill(host.workers()[0], signal.SIGKILL)

    assert host.wait() == 1
    assert "No module named 'nosuchmodule'" in host.output.splitlines()[-1]
