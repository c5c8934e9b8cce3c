"""The host as a process tree of its own, for tests of signals, crashes and the command line."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
#: The path of the management API.
HOOK = "/runtime/webhooks/durabletask"


def _processes() -> Iterator[tuple[int, int, bytes]]:
    """Yield ID, session and command line of each process; `ps` is not installed everywhere."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):  # the process has ended meanwhile
                fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes()
                yield int(folder.name), int(fields[3]), command


class HostProcess:
    """A process that runs `python -m local_host`."""

    def __init__(  # noqa: PLR0913 - one argument for each option of a test
        self,
        app: Path,
        data: Path,
        *,
        port: int = 0,
        environment: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        limits: str = "true",
    ) -> None:
        """Start the host and wait until it listens or ends; `limits` is a shell command before it.

        If it does not start, `base_url` is empty and `status` holds its exit status.
        """
        self._process = subprocess.Popen(
            [
                *("/bin/sh", "-c", f'{limits}; exec "$@"', "sh"),
                *(sys.executable, "-m", "local_host"),
                *("--app", str(app), "--data", str(data), "--port", str(port), *options),
            ],
            cwd=REPOSITORY,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""
        self.base_url = ""
        line = self.read_until("Listening on ")
        if line:
            self.base_url = line.split()[2]
            return
        self.status = self._process.wait()
        self._close()

    def read_until(self, text: str) -> str | None:
        """Return the next line of output with this text, or None if the process ends before."""
        for line in self._process.stdout or ():
            self.output += line
            if text in line:
                return line
        return None

    def wait(self) -> int:
        """Wait until the process ends, collect its output, and return its exit status."""
        self.output += self._process.communicate(timeout=20)[0]
        return self._process.returncode

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole process group, as a terminal does."""
        os.killpg(self._process.pid, number)

    @property
    def pid(self) -> int:
        """The process ID of the host."""
        return self._process.pid

    def kill(self) -> None:
        """Kill host and workers."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._close()

    def kill_host_alone(self) -> None:
        """Kill the host but not its workers."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def workers(self) -> list[int]:
        """Return the process IDs of the running workers."""
        return [
            pid
            for pid, session, command in _processes()
            if session == self._process.pid and b"local_host.worker" in command
        ]

    def stop(self) -> int:
        """Stop the host with SIGINT and return its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        status = self.wait()
        self._close()
        return status

    def _close(self) -> None:
        if self._process.stdout:
            self._process.stdout.close()


@contextlib.contextmanager
def running_host(
    app: Path,
    data: Path,
    *options: str,
    environment: Mapping[str, str] | None = None,
    limits: str = "true",
) -> Iterator[HostProcess]:
    """Run a host for the length of the block."""
    host = HostProcess(app, data, environment=environment, options=options, limits=limits)
    try:
        yield host
    finally:
        with contextlib.suppress(ProcessLookupError):
            host.kill()


def start_failing(app: Path, data: Path, port: int = 0) -> str:
    """Start a host that fails with one line of output; return the line."""
    host = HostProcess(app, data, port=port)
    assert host.base_url == ""
    assert host.status == 1
    assert host.output.count("\n") == 1
    return host.output


def fetch(base_url: str, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Send a request; return status and body of the response."""
    request = urllib.request.Request(  # noqa: S310 - the address of the host under test
        base_url + path, data=body, headers={"Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - as above
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def call(base_url: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    """Send a request that must succeed; return the JSON of the response."""
    content = json.dumps(body).encode() if method == "POST" else None
    status_code, text = fetch(base_url, method, path, content)
    assert status_code < 300, (status_code, text)
    return json.loads(text) if text else None


def status(host: HostProcess, instance_id: str) -> dict[str, Any]:
    """Return the status of an instance in the form of the management API."""
    record: dict[str, Any] = call(host.base_url, "GET", f"{HOOK}/instances/{instance_id}")
    return record


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, for at most ten seconds."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "the condition did not hold within ten seconds"
        time.sleep(0.01)
