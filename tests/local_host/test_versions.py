"""Orchestration versions that a host runs, and instances of other versions."""

import json
import shutil
from pathlib import Path

import pytest

from local_host.errors import ConfigurationError
from local_host.host.configuration import read_configuration
from local_host.host.durable.versions import MatchStrategy, Versions
from local_host.testing import start_app
from tests.local_host.conftest import APP
from tests.local_host.process import HOOK


@pytest.mark.parametrize(
    ("default", "version", "older_runs", "same_runs"),
    [
        (None, None, True, True),
        (None, "1.0", False, False),
        ("1.0", None, True, False),
        ("1.0", "1.0", True, True),
        ("1.10", "1.9", True, False),
        ("1.9", "1.10", False, False),
        ("2.0.0", "1.9", True, False),
        ("spring", "autumn", True, False),
        ("spring", "Spring", True, True),
        ("spring", "summer", False, False),
    ],
)
def test_versions_compare_by_number_or_as_text(
    default: str | None, version: str | None, *, older_runs: bool, same_runs: bool
) -> None:
    """No version is the oldest; dotted numbers compare as numbers, anything else as text."""
    assert Versions(default=default).accepts(version) is older_runs
    assert Versions(default=default, match=MatchStrategy.STRICT).accepts(version) is same_runs
    assert Versions(default=default, match=MatchStrategy.NONE).accepts(version)


def app_with(folder: Path, **durable: str) -> Path:
    """Copy the app, with these settings in its host.json."""
    shutil.copytree(APP, folder, ignore=shutil.ignore_patterns("__pycache__"))
    host = json.loads((folder / "host.json").read_text("utf-8"))
    host.setdefault("extensions", {}).setdefault("durableTask", {}).update(durable)
    (folder / "host.json").write_text(json.dumps(host), "utf-8")
    return folder


def test_unknown_strategy_is_refused(tmp_path: Path) -> None:
    """The error names the setting and its values, which match in any case."""
    invalid = app_with(tmp_path / "invalid", versionMatchStrategy="Newest")
    valid = app_with(tmp_path / "valid", versionMatchStrategy="strict")

    with pytest.raises(ConfigurationError, match="versionMatchStrategy must be one of None, St"):
        read_configuration(invalid)
    assert read_configuration(valid).versions.match == MatchStrategy.STRICT


def test_rejected_instance_waits_for_a_host_of_its_version(tmp_path: Path) -> None:
    """It stays Pending until the app has its version; it can be terminated before."""
    path = f"{HOOK}/orchestrators/chain"
    with start_app(app_with(tmp_path / "old", defaultVersion="1.0"), tmp_path / "data") as app:
        for instance_id in ("waits", "ends"):
            app.request("POST", f"{path}/{instance_id}?version=2.0")
        app.wait_until_idle()
        old_status = app.get_run("waits").status
        app.terminate("ends", "enough")
        app.wait_until_idle()
        terminated_status = app.get_run("ends").status
    with start_app(app_with(tmp_path / "new", defaultVersion="2.0"), tmp_path / "data") as app:
        output = app.wait("waits").output

    assert (old_status, terminated_status, output) == ("Pending", "Terminated", ["a", "b", "c"])
