"""Does the host end well: drained, at once, for want of disk, or to begin again?"""

import json
import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_host.process import HostProcess, call, fetch, running_host, status, until
from tests.local_host.test_workers import FRAGILE


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """The file in which the fragile app notes what it does."""
    return tmp_path / "marks"


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    """The fragile app, where a function may run for as long as it wants."""
    app = shutil.copytree(FRAGILE, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (app / "host.json").write_text('{"version": "2.0", "functionTimeout": "-1"}')
    return app


@pytest.fixture
def host(patient: Path, tmp_path: Path, marks: Path) -> Iterator[HostProcess]:
    """A host that runs the patient app."""
    with running_host(patient, tmp_path, environment={"MARKS": str(marks)}) as running:
        yield running


def goes_on(app: Path, data: Path, marks: Path, instance_id: str) -> object:
    """The output of an instance after the next start."""
    with running_host(app, data, environment={"MARKS": str(marks)}) as host:
        until(lambda: status(host, instance_id)["runtimeStatus"] == "Completed")
        return status(host, instance_id)["output"]


def test_ctrl_c_lets_an_activity_finish(
    host: HostProcess, patient: Path, tmp_path: Path, marks: Path
) -> None:
    """It is written down, not run again; what comes next waits for the next start."""
    call(host.base_url, "POST", "/api/start/naps/n", 0.5)
    until(marks.exists)
    host.signal(signal.SIGINT)

    assert host.wait() == 0
    assert marks.read_text() == "nap began\nnap ended\n"
    assert goes_on(patient, tmp_path, marks, "n") == "rested"
    assert marks.read_text() == "nap began\nnap ended\nafter the nap\n"


def test_ctrl_c_lets_a_request_finish(host: HostProcess, marks: Path) -> None:
    """Who has been let in gets an answer; who comes later is turned away."""
    answers: list[tuple[int, bytes]] = []
    request = threading.Thread(
        target=lambda: answers.append(fetch(host.base_url, "GET", "/api/nap/0.5"))
    )
    request.start()
    until(marks.exists)
    host.signal(signal.SIGINT)
    until(lambda: fetch(host.base_url, "GET", "/api/nap/0")[0] == 503)
    request.join()

    assert host.wait() == 0
    assert answers[0][0] == 200


def test_a_second_ctrl_c_stops_at_once(
    host: HostProcess, patient: Path, tmp_path: Path, marks: Path
) -> None:
    """What ran is run again at the next start."""
    call(host.base_url, "POST", "/api/start/naps/n", 3)
    until(marks.exists)
    host.signal(signal.SIGINT)
    until(lambda: fetch(host.base_url, "GET", "/api/nap/0")[0] == 503)
    host.signal(signal.SIGINT)

    assert host.wait() == 130
    assert goes_on(patient, tmp_path, marks, "n") == "rested"
    assert marks.read_text().count("nap began") == 2


def test_a_changed_file_starts_the_app_again(patient: Path, tmp_path: Path, marks: Path) -> None:
    """On the same port, with the state kept; a broken file is told."""
    data = tmp_path / "data"
    with running_host(patient, data, "--reload", environment={"MARKS": str(marks)}) as host:
        call(host.base_url, "POST", "/api/start/naps/before", 0)
        until(lambda: status(host, "before")["output"] == "rested")
        source = patient / "function_app.py"
        whole = source.read_text()

        source.write_text("import nosuchmodule")
        host.read_until("No module named 'nosuchmodule'")
        source.write_text(whole.replace("rested", "well rested"))
        host.read_until("Listening on")

        call(host.base_url, "POST", "/api/start/naps/after", 0)
        until(lambda: status(host, "after")["output"] == "well rested")
        assert status(host, "before")["output"] == "rested"
        assert "function_app.py has changed" in host.output


def test_a_full_disk_is_told_in_one_line(patient: Path, tmp_path: Path, marks: Path) -> None:
    """What was acknowledged is there when there is room again."""
    environment = {"MARKS": str(marks)}
    acknowledged = 0
    with running_host(patient, tmp_path, limits="ulimit -f 600", environment=environment) as host:
        try:
            while fetch(host.base_url, "POST", f"/api/start/naps/n{acknowledged}", b"0")[0] == 202:
                acknowledged += 1
        except OSError:
            pass  # the host is gone already
        assert host.wait() == 1
        said = host.output.partition("(press Ctrl-C to stop)\n")[2].splitlines()
        assert [line for line in said if line.startswith("local_host:")] == said[-1:]
        assert "host.sqlite3 cannot be written" in said[-1]

    assert acknowledged > 0
    assert goes_on(patient, tmp_path, marks, f"n{acknowledged - 1}") == "rested"


def refusal(app: Path, data: Path) -> str:
    """What a host says that does not start."""
    host = HostProcess(app, data)
    assert host.status == 1
    assert host.output.count("\n") == 1
    return host.output


def test_a_data_file_that_is_none_is_left_alone(patient: Path, tmp_path: Path) -> None:
    """Whatever it is, it is not ours to write to."""
    (tmp_path / "host.sqlite3").write_text("a letter to a friend")

    assert "host.sqlite3 cannot be used" in refusal(patient, tmp_path)
    assert (tmp_path / "host.sqlite3").read_text() == "a letter to a friend"


def test_a_newer_file_is_left_alone(patient: Path, tmp_path: Path) -> None:
    """With the mend."""
    with sqlite3.connect(tmp_path / "host.sqlite3") as file:
        file.execute("PRAGMA user_version = 99")
    file.close()

    assert "was written by a newer version" in refusal(patient, tmp_path)


@pytest.mark.parametrize("path", ["/proc/nowhere", "/dev/null/data"])
def test_a_folder_that_cannot_be_written_is_told(patient: Path, path: str) -> None:
    """With its path."""
    assert f"the data folder {path} cannot be used" in refusal(patient, Path(path))


def test_verbose_logs_each_function_as_func_start_does(
    patient: Path, tmp_path: Path, marks: Path
) -> None:
    """Start and end, with the instance they belong to; and what the app logs itself."""
    environment = {"MARKS": str(marks)}
    with running_host(patient, tmp_path, "--verbose", environment=environment) as host:
        call(host.base_url, "POST", "/api/start/naps/n-1", 0)
        until(lambda: status(host, "n-1")["runtimeStatus"] == "Completed")
        host.stop()

    lines = [line.partition("] ")[2] for line in host.output.splitlines() if line.startswith("[2")]
    starts = [line.partition(", Id=")[0] for line in lines if "Execut" in line or "said" in line]
    assert starts[0].startswith("Executing 'Functions.start' (Reason='This function was")
    assert "[n-1] Executing 'Functions.take_a_nap' (Reason='(null)'" in starts
    assert "[n-1] Executed 'Functions.take_a_nap' (Succeeded" in starts
    assert "[n-1] said after the nap" in starts


def test_lines_are_json_on_request_and_few_by_default(
    patient: Path, tmp_path: Path, marks: Path
) -> None:
    """The app's own lines are shown, and no others."""
    environment = {"MARKS": str(marks)}
    with running_host(patient, tmp_path, "--log-format", "json", environment=environment) as host:
        call(host.base_url, "POST", "/api/start/naps/n", 0)
        until(lambda: status(host, "n")["runtimeStatus"] == "Completed")
        host.stop()

    lines = [json.loads(line) for line in host.output.splitlines() if line.startswith("{")]
    assert [{**line, "time": ""} for line in lines] == [
        {
            "time": "",
            "level": "info",
            "logger": "function_app",
            "instanceId": "n",
            "message": "said after the nap",
        }
    ]
    assert "printed after the nap\n" in host.output


def test_a_worker_that_cannot_load_the_app_any_more_ends_the_host(
    host: HostProcess, patient: Path
) -> None:
    """Its reason is the host's last line."""
    (patient / "function_app.py").write_text("import nosuchmodule")
    os.kill(host.workers()[0], signal.SIGKILL)

    assert host.wait() == 1
    assert "No module named 'nosuchmodule'" in host.output.splitlines()[-1]
