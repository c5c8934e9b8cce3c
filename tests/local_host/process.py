"""The host as a process tree of its own, to be killed at will."""

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
HOOK = "/runtime/webhooks/durabletask"


def _processes() -> Iterator[tuple[int, int, bytes]]:
    """Id, session and command line of each process: what `ps` would say, where there is none."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):  # it has just ended
                fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes()
                yield int(folder.name), int(fields[3]), command


class HostProcess:
    """A running `python -m local_host`."""

    def __init__(  # noqa: PLR0913 (one for each thing that a test may choose)
        self,
        app: Path,
        data: Path,
        *,
        port: int = 0,
        environment: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        limits: str = "true",
    ) -> None:
        """Start it with more `options` and wait until it listens; `limits` is shell before it."""
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
        """The next line that has this text, or None if it ends without."""
        for line in self._process.stdout or ():
            self.output += line
            if text in line:
                return line
        return None

    def wait(self) -> int:
        """Wait until it ends by itself; return the exit status, and keep what it said."""
        self.output += self._process.communicate(timeout=20)[0]
        return self._process.returncode

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole process group, as a terminal does."""
        os.killpg(self._process.pid, number)

    @property
    def pid(self) -> int:
        """The host's own process."""
        return self._process.pid

    def kill(self) -> None:
        """End host and worker at once, as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._close()

    def kill_host_alone(self) -> None:
        """End the host at once, and leave its worker to itself."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def workers(self) -> list[int]:
        """The worker processes of this tree that are alive."""
        return [
            pid
            for pid, session, command in _processes()
            if session == self._process.pid and b"local_host.worker" in command
        ]

    def stop(self) -> int:
        """End it as Ctrl-C does; return the exit status."""
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
    """A host that is ended when the block is left, however it was ended inside."""
    host = HostProcess(app, data, environment=environment, options=options, limits=limits)
    try:
        yield host
    finally:
        with contextlib.suppress(ProcessLookupError):
            host.kill()


def fetch(base_url: str, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Send a request; return the status and the body that come back."""
    request = urllib.request.Request(  # noqa: S310 (our own host)
        base_url + path, data=body, headers={"Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 (our own host)
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def call(base_url: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 (JSON)
    """Send a request that must be welcome, and read the JSON that comes back."""
    sent = json.dumps(body).encode() if method == "POST" else None
    code, text = fetch(base_url, method, path, sent)
    assert code < 300, (code, text)
    return json.loads(text) if text else None


def status(host: HostProcess, instance_id: str) -> dict[str, Any]:
    """An instance as the management API shows it."""
    shown: dict[str, Any] = call(host.base_url, "GET", f"{HOOK}/instances/{instance_id}")
    return shown


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds, for ten seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
