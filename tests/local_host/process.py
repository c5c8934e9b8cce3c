"""The host as a process tree of its own, to be killed at will."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class HostProcess:
    """A running `python -m local_host`."""

    def __init__(
        self,
        app: Path,
        data: Path,
        port: int = 0,
        environment: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        """Start it with more `options` and wait until it listens."""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "local_host"),
                *("--app", str(app), "--data", str(data), "--port", str(port)),
                *options,
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
        for line in self._process.stdout or ():
            self.output += line
            if line.startswith("Listening on "):
                self.base_url = line.split()[2]
                return
        self.status = self._process.wait()
        self._close()

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
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--no-headers", "-s", str(self._process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        return [int(line.split()[0]) for line in found.splitlines() if "local_host.worker" in line]

    def stop(self) -> int:
        """End it as Ctrl-C does; return the exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        status = self._process.wait(10)
        self._close()
        return status

    def _close(self) -> None:
        if self._process.stdout:
            self._process.stdout.close()


@contextlib.contextmanager
def running_host(app: Path, data: Path) -> Iterator[HostProcess]:
    """A host that is ended when the block is left, however it was ended inside."""
    host = HostProcess(app, data)
    try:
        yield host
    finally:
        with contextlib.suppress(ProcessLookupError):
            host.kill()
