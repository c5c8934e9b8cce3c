"""The script `scripts/run`: app and host use one data folder, however it is given."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_host.cli import main
from tests.shop import APP

#: Stands for the Python of the project: prints the call of the host instead of running it.
PYTHON = f"""#!{sys.executable}
import json, os, sys
if sys.argv[1:3] == ["-m", "local_host"]:
    call = {{"app": os.environ["ORDERS_DATA_DIR"], "host": sys.argv[3:], "cwd": os.getcwd()}}
    call["program"] = os.environ["LOCAL_HOST_PROGRAM"]
    print(json.dumps(call))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the script, and stand-ins for its environment."""
    root = tmp_path / "project"
    for folder in ("scripts", ".venv/bin"):
        (root / folder).mkdir(parents=True)
    shutil.copy(APP / "scripts" / "run", root / "scripts")
    environment = 'root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)\n'
    say = "say() { printf '%s\\n' \"$*\" >&2; }\n"
    (root / "scripts" / "_environment").write_text(environment + say)
    python = root / ".venv/bin/python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    (tmp_path / "elsewhere").mkdir()
    return root


def run(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script in another folder."""
    inherited = {name: value for name, value in os.environ.items() if name != "ORDERS_DATA_DIR"}
    return subprocess.run(
        [project / "scripts" / "run", *arguments],
        cwd=project.parent / "elsewhere",
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def data_folders(ran: subprocess.CompletedProcess[str]) -> tuple[str, str]:
    """Return the data folders of the app and of the host."""
    assert ran.returncode == 0, ran.stderr
    call = json.loads(ran.stdout)
    options = call["host"]
    assert sum(option.startswith("--data") for option in options) == 1
    host = Path(call["cwd"], options[options.index("--data") + 1])
    return call["app"], str(host)


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ([], "project/.data"),
        (["--data", "here"], "elsewhere/here"),
        (["--data=here"], "elsewhere/here"),
        (["--data", "../up", "--port", "0"], "up"),
        (["--port", "0", "--data=a folder"], "elsewhere/a folder"),
        (["--data", "first", "--data=second"], "elsewhere/second"),
    ],
)
def test_app_and_host_use_one_data_folder(project: Path, arguments: list[str], folder: str) -> None:
    """A relative folder is one of the caller's working directory."""
    expected = str(project.parent / folder)

    assert data_folders(run(project, *arguments)) == (expected, expected)


@pytest.mark.parametrize(
    ("arguments", "folder"), [([], "/var/orders"), (["--data", "/var/other"], "/var/other")]
)
def test_option_overrides_the_setting(project: Path, arguments: list[str], folder: str) -> None:
    """The host locks the folder in which the app stores its orders."""
    ran = run(project, *arguments, ORDERS_DATA_DIR="/var/orders")

    assert data_folders(ran) == (folder, folder)


def test_relative_setting_is_in_the_folder_of_the_app(project: Path) -> None:
    """As for the app on its own."""
    expected = str(project / "orders")

    assert data_folders(run(project, ORDERS_DATA_DIR="orders")) == (expected, expected)


@pytest.mark.parametrize("arguments", [["--data="], ["--data", ""], ["--data"]])
def test_empty_data_folder_is_refused(project: Path, arguments: list[str]) -> None:
    """Nothing is started."""
    ran = run(project, *arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "run: --data requires a folder.\n"


def test_host_shows_the_name_of_the_script(project: Path) -> None:
    """In its help and in its messages about options."""
    assert json.loads(run(project, "--help").stdout)["program"] == "./scripts/run"


def test_other_options_reach_the_host_unchanged(project: Path) -> None:
    """An abbreviation too, which the host refuses instead of using another folder."""
    options = json.loads(run(project, "--dat", "a b", "--inspect", "none").stdout)["host"]

    assert options[2:] == ["--dat", "a b", "--inspect", "none"]
    with pytest.raises(SystemExit):
        main(options)
