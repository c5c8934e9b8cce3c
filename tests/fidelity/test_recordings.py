"""Does this host answer as the real one did, call for call?

The score is printed: `python -m pytest tests/fidelity/test_recordings.py`.
"""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.fidelity.alike import differences, made_alike
from tests.fidelity.replayer import HERE, HOOK, Scenario, replay, score
from tests.local_host.process import running_host

#: The recordings, and host.json's settings for versions that they were made with.
FOLDERS = {
    "recordings": {},
    "recordings-versioned-reject": {"versionFailureStrategy": "Reject"},
    "recordings-versioned-fail": {"versionFailureStrategy": "Fail"},
}
VERSIONED = {"defaultVersion": "1.0", "versionMatchStrategy": "CurrentOrOlder"}


def app_with(folder: Path, settings: dict[str, str]) -> Path:
    """The recorded app with these settings for durable functions."""
    shutil.copytree(HERE / "app", folder, ignore=shutil.ignore_patterns("__pycache__"))
    host = json.loads((folder / "host.json").read_text("utf-8"))
    host["extensions"]["durableTask"].update(settings)
    (folder / "host.json").write_text(json.dumps(host), "utf-8")
    return folder


@pytest.mark.parametrize("recordings", FOLDERS)
def test_the_host_answers_as_recorded(
    recordings: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every scenario comes out the same, many of them at a time on one host.

    Activities that run side by side may end in another order where much is going on, as on the real
    host: what differs is played once more, with less around it.
    """
    strategy = FOLDERS[recordings]
    app = app_with(tmp_path / "app", {**VERSIONED, **strategy} if strategy else {})
    with running_host(app, tmp_path / "data") as host:
        results = replay(host.base_url, HERE / recordings)
        differing = [result.scenario for result in results if result.differences]
        again = replay(host.base_url, HERE / recordings, differing) if differing else []
    with capsys.disabled():
        sys.stdout.write(f"\n{recordings}: {score(results)}\n")

    assert [result for result in again if result.differences] == []


def test_a_start_that_waits_in_vain_answers_with_the_links(tmp_path: Path) -> None:
    """When the time is over before the instance is, the caller gets what a plain start gets."""
    call = {"method": "POST", "path": f"{HOOK}/orchestrators/two_events?"}
    with running_host(HERE / "app", tmp_path / "data") as host:
        scenario = Scenario(host.base_url)
        plain = scenario._send(call)
        waited = scenario._send({**call, "path": call["path"] + "timeout=0.05&pollingInterval=1"})

    assert (plain[0], waited[0]) == (202, 202)
    assert list(differences(made_alike(plain[2]), made_alike(waited[2]))) == []


def test_a_difference_is_found() -> None:
    """The replayer tells what is missing, added or other, and overlooks what runs may differ in."""
    wanted = {"at": "2026-11-22T16:24:13Z", "a": 1, "b": [1, {"c": "x"}]}
    got = {"at": "2027-01-01T00:00:00.5Z", "b": [1, {"c": "y"}], "d": None}

    assert list(differences(made_alike(wanted), made_alike(got))) == [
        ".a missing, real host: 1",
        '.b[1].c is "y", real host: "x"',
        ".d not on the real host: null",
    ]
