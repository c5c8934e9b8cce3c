"""The app as it is deployed: its package, and a virtual environment with its requirements alone."""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shop import APP

#: Lists or copies what is uploaded.
SCRIPT = APP / "scripts" / "package"

#: What pip says if it reaches no registry; everything else that it says is a fault of ours.
_UNREACHABLE = re.compile(
    "NewConnectionError|NameResolutionError|Connection(Reset)?Error|ProxyError|ReadTimeout|SSLError"
)

#: Runs the host with the project's own Python, and its workers with that of the package.
_HOST = """
import sys
from local_host.cli import main
sys.executable = sys.argv.pop(1)
sys.exit(main(sys.argv[1:]))
"""


def uploaded(script: Path = SCRIPT) -> list[str]:
    """Return the files that are uploaded from the project of the script."""
    listed = subprocess.run([script], check=True, capture_output=True, text=True)
    return listed.stdout.splitlines()


def install(folder: Path) -> Path:
    """Create a virtual environment with requirements.txt alone; return its interpreter.

    The test is skipped if no package registry can be reached.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    options = ["--quiet", "--retries", "1", "--disable-pip-version-check"]
    result = subprocess.run(
        [python, "-m", "pip", "install", *options, "-r", APP / "requirements.txt"],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode and _UNREACHABLE.search(result.stderr):
        pytest.skip("the package registry cannot be reached, so requirements.txt is not installed")
    assert result.returncode == 0, result.stderr
    return python


def run_python(python: Path, app: Path, script: str) -> str:
    """Run a script in the app's folder, as the worker does; return its output."""
    result = subprocess.run(
        [python, "-c", script],
        cwd=app,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@contextlib.contextmanager
def running_package(python: Path, app: Path, folder: Path) -> Iterator[str]:
    """Run the package on the local host, its workers with `python`; return the base URL."""
    host = folder / "host"
    shutil.copytree(APP / "local_host", host / "local_host")
    _copy_package("uvloop", host)  # the worker's only need that is none of the app
    command = [sys.executable, "-c", _HOST, str(python), "--app", str(app)]
    command += ["--data", str(folder / "data"), "--port", "0"]
    with subprocess.Popen(
        command,
        cwd=host,
        env={**_environment(), "ORDERS_DATA_DIR": str(folder / "orders")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield _base_url(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _base_url(process: subprocess.Popen[str]) -> str:
    output = ""
    for line in process.stdout or ():
        output += line
        if "Listening on " in line:
            return line.split()[2]
    raise AssertionError(f"the host did not start:\n{output}")


def _copy_package(name: str, folder: Path) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    shutil.copytree(Path(spec.origin).parent, folder / name)


def _environment() -> dict[str, str]:
    """Return an environment of Azure's kind: nothing of the project's own, a secret of its own."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "ORDERS_", "WEBSITE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return {
        **kept,
        "ORDERS_ID_SECRET": "a secret of the deployed package",
        "ORDERS_REQUIRE_IDEMPOTENCY_KEY": "1",
        "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1",
    }
