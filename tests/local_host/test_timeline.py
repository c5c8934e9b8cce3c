"""Does `--inspect` tell a person what has happened to an instance?"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local_host.errors import BadDataFile, NothingToInspect
from local_host.host.timeline import show_timeline
from local_host.testing import App
from tests.local_host.conftest import APP
from tests.local_host.process import REPOSITORY, call, running_host


def told(data: Path, name: str) -> list[str]:
    """The timeline's lines without their times and lengths of time."""
    times = re.compile(r"^\d{4}-\S+ \S+ .{11}", re.MULTILINE)
    shown = times.sub("|", show_timeline(data, name))
    return re.sub(r"after [\d.:]+( ms| s)?", "after …", shown).splitlines()


def test_a_chain_is_told_from_its_start_to_its_end(app: App, tmp_path: Path) -> None:
    """Each call with its answer, and how long it took."""
    app.run("chain", None, "one")

    assert told(tmp_path / "data", "one") == [
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


def test_what_is_still_open_stands_at_the_end(app: App, tmp_path: Path) -> None:
    """What the instance waits for."""
    app.start("sleep", 5, "one")
    app.settle()

    last = told(tmp_path / "data", "one")[-1]
    assert re.fullmatch(r"open since 2026-01-01 12:\S+: timer set to 2026-01-06 12:\S+", last)


def test_entities_and_children_are_told(app: App, tmp_path: Path) -> None:
    """What was sent to whom, and what came back."""
    app.run("use_counter", "k", "one")
    app.run("parent", None, "two")

    counter = told(tmp_path / "data", "one")
    assert "| entity @counter@k called: add 2 (signal)" in counter
    assert "|   entity @counter@k returned: 7" in counter
    assert "| sub-orchestration gives_up called as two-child" in told(tmp_path / "data", "two")
    assert told(tmp_path / "data", "@counter@k")[:2] == ["@counter@k", "state    7"]


def test_an_unknown_id_is_told_with_the_nearest(app: App, tmp_path: Path) -> None:
    """And so is a folder without data."""
    app.run("chain", None, "order-1234")

    with pytest.raises(NothingToInspect, match="Did you mean 'order-1234'"):
        show_timeline(tmp_path / "data", "order-1243")
    with pytest.raises(NothingToInspect, match="Other ids in the data: 1"):
        show_timeline(tmp_path / "data", "x")
    with pytest.raises(NothingToInspect, match="has no data"):
        show_timeline(tmp_path / "nowhere", "x")


def test_a_file_that_is_no_data_is_told(tmp_path: Path) -> None:
    """With its path."""
    (tmp_path / "host.sqlite3").write_text("a letter to a friend")

    with pytest.raises(BadDataFile, match=r"host.sqlite3 cannot be read"):
        show_timeline(tmp_path, "x")


def test_it_can_be_asked_while_a_host_runs(tmp_path: Path) -> None:
    """From the command line; unknown ids have an exit status."""

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
