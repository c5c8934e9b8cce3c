"""Timelines of `--inspect`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local_host.errors import DataFileError, InspectionError
from local_host.host.timeline import show_timeline
from local_host.testing import App
from tests.local_host.conftest import APP
from tests.local_host.process import REPOSITORY, call, running_host


def timeline_lines(data: Path, name: str) -> list[str]:
    """Return the lines of a timeline without times and durations."""
    times = re.compile(r"^\d{4}-\S+ \S+ .{11}", re.MULTILINE)
    text = times.sub("|", show_timeline(data, name))
    return re.sub(r"after [\d.:]+( ms| s)?", "after …", text).splitlines()


def test_timeline_of_a_chain(app: App, tmp_path: Path) -> None:
    """A timeline has each call, its result, and its duration."""
    app.run("chain", None, "one")

    assert timeline_lines(tmp_path / "data", "one") == [
        "chain  one  Completed",
        'custom status  {"at":"c"}',
        'output         ["a","b","c"]',
        "",
        "| started",
        "| activity note called",
        '|   activity note completed after …: "a"',
        "| activity note called",
        '|   activity note completed after …: "b"',
        "| activity note called",
        '|   activity note completed after …: "c"',
        '| ended: Completed: ["a","b","c"]',
    ]


def test_timeline_ends_with_open_calls(app: App, tmp_path: Path) -> None:
    """The last lines name what the instance waits for."""
    app.start("sleep", 5, "one")
    app.wait_until_idle()

    last = timeline_lines(tmp_path / "data", "one")[-1]
    assert re.fullmatch(r"open since 2026-01-01 12:\S+: timer set to 2026-01-06 12:\S+", last)


def test_timeline_of_entities_and_sub_orchestrations(app: App, tmp_path: Path) -> None:
    """A timeline has operations with their responses, and the ids of sub-orchestrations."""
    app.run("use_counter", "k", "one")
    app.run("parent", None, "two")

    counter = timeline_lines(tmp_path / "data", "one")
    assert "| entity @counter@k called: add 2 (signal)" in counter
    assert "|   entity @counter@k returned: 7" in counter
    assert "| sub-orchestration gives_up called as two-child" in timeline_lines(
        tmp_path / "data", "two"
    )
    assert timeline_lines(tmp_path / "data", "@counter@k")[:2] == ["@counter@k", "state    7"]


def test_unknown_id_is_an_error_with_the_nearest_id(app: App, tmp_path: Path) -> None:
    """The error suggests an id; a folder without data is an error, too."""
    app.run("chain", None, "order-1234")

    with pytest.raises(InspectionError, match="Did you mean 'order-1234'"):
        show_timeline(tmp_path / "data", "order-1243")
    with pytest.raises(InspectionError, match="Other ids in the data: 1"):
        show_timeline(tmp_path / "data", "x")
    with pytest.raises(InspectionError, match="has no data"):
        show_timeline(tmp_path / "nowhere", "x")


def test_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    """The error has the path of the file."""
    (tmp_path / "host.sqlite3").write_text("not a database")

    with pytest.raises(DataFileError, match=r"host.sqlite3 cannot be read"):
        show_timeline(tmp_path, "x")


def test_inspect_works_while_a_host_runs(tmp_path: Path) -> None:
    """The command line exits with 1 for an unknown id."""

    def inspect(name: str) -> subprocess.CompletedProcess[str]:
        options = ["--data", str(tmp_path), "--inspect", name]
        command = [sys.executable, "-m", "local_host", *options]
        return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    with running_host(APP, tmp_path) as host:
        call(host.base_url, "POST", "/api/start/approval/one")

        known, unknown = inspect("one"), inspect("two")

    assert known.stdout.startswith("approval  one  ")
    assert (known.returncode, unknown.returncode) == (0, 1)
    assert unknown.stderr.startswith("local_host: No instance or entity has the id 'two'")
