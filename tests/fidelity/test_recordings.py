"""Responses of this host to the recorded calls, compared with those of the real host.

`python -m pytest tests/fidelity/test_recordings.py` prints the score.
"""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.fidelity.comparison import find_differences, normalize
from tests.fidelity.replayer import HERE, HOOK, Scenario, format_score, replay
from tests.local_host.process import running_host

#: Folders of recordings, and the version settings of host.json that they were made with.
FOLDERS = {
    "recordings": {},
    "recordings-versioned-reject": {"versionFailureStrategy": "Reject"},
    "recordings-versioned-fail": {"versionFailureStrategy": "Fail"},
}
VERSIONED = {"defaultVersion": "1.0", "versionMatchStrategy": "CurrentOrOlder"}


def app_with(folder: Path, settings: dict[str, str]) -> Path:
    """Copy the recorded app, with these settings for durable functions."""
    shutil.copytree(HERE / "app", folder, ignore=shutil.ignore_patterns("__pycache__"))
    host = json.loads((folder / "host.json").read_text("utf-8"))
    host["extensions"]["durableTask"].update(settings)
    (folder / "host.json").write_text(json.dumps(host), "utf-8")
    return folder


@pytest.mark.parametrize("recordings", FOLDERS)
def test_host_responds_as_recorded(
    recordings: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every scenario has the recorded responses, several scenarios at a time on one host.

    Under load, parallel activities may end in another order, as on the real host. So scenarios that
    differ are replayed a second time, with less load.
    """
    strategy = FOLDERS[recordings]
    app = app_with(tmp_path / "app", {**VERSIONED, **strategy} if strategy else {})
    with running_host(app, tmp_path / "data") as host:
        results = replay(host.base_url, HERE / recordings)
        differing = [result.scenario for result in results if result.differences]
        again = replay(host.base_url, HERE / recordings, differing) if differing else []
    with capsys.disabled():
        sys.stdout.write(f"\n{recordings}: {format_score(results)}\n")

    assert [result for result in again if result.differences] == []


def test_start_returns_management_urls_after_its_wait_times_out(tmp_path: Path) -> None:
    """If the timeout comes before the end, the response is that of a start without a wait."""
    call = {"method": "POST", "path": f"{HOOK}/orchestrators/two_events?"}
    with running_host(HERE / "app", tmp_path / "data") as host:
        scenario = Scenario(host.base_url)
        plain = scenario.send(call)
        timed_out = scenario.send({**call, "path": call["path"] + "timeout=0.05&pollingInterval=1"})

    assert (plain[0], timed_out[0]) == (202, 202)
    assert list(find_differences(normalize(plain[2]), normalize(timed_out[2]))) == []


def test_replayer_finds_differences() -> None:
    """Missing, additional and different values are found; times are ignored."""
    recorded = {"at": "2026-11-22T16:24:13Z", "a": 1, "b": [1, {"c": "x"}]}
    actual = {"at": "2027-01-01T00:00:00.5Z", "b": [1, {"c": "y"}], "d": None}

    assert list(find_differences(normalize(recorded), normalize(actual))) == [
        ".a missing, real host: 1",
        '.b[1].c is "y", real host: "x"',
        ".d not on the real host: null",
    ]
