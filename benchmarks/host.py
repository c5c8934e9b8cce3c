"""The local host as a process under measurement."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: The path of the management API.
HOOK = "/runtime/webhooks/durabletask"
_BENCHMARKS = Path(__file__).resolve().parent
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHost:
    """A host process and its worker."""

    base_url: str
    pid: int
    #: From the start of the process to the line with its address.
    seconds_to_listen: float

    def start(self, orchestration: str, instance_id: str, body: bytes = b"") -> None:
        """Start an orchestration over the management API."""
        request = urllib.request.Request(  # noqa: S310 - the address of the host
            f"{self.base_url}{HOOK}/orchestrators/{orchestration}/{instance_id}",
            body,
            {"Content-Type": "application/json"},
            method="POST",
        )
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 - the address of the host

    def get(self, path: str) -> None:
        """Send a GET request and ignore the response."""
        urllib.request.urlopen(self.base_url + path, timeout=5).close()  # noqa: S310 - as above

    def megabytes(self) -> float:
        """Return the resident memory of all processes; shared pages count once."""
        return sum(_proportional_kilobytes(pid) for pid in self._process_tree()) / 1024

    def cpu_seconds(self) -> float:
        """Return the processor time that all processes have used so far."""
        return sum(_cpu_ticks(pid) for pid in self._process_tree()) / _CLOCK_TICKS

    def _process_tree(self) -> list[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii")
        return [self.pid, *(int(child) for child in children.split())]


@contextlib.contextmanager
def running_host(data: Path) -> Iterator[RunningHost]:
    """Run a host on a data folder for the length of the block, then kill it."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - this interpreter
        [
            *(sys.executable, "-m", "local_host", "--app", str(_BENCHMARKS / "app")),
            *("--data", str(data), "--port", "0"),
        ],
        cwd=_BENCHMARKS.parent,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        base_url = _read_address(process)
        seconds = time.perf_counter() - started
        yield RunningHost(base_url=base_url, pid=process.pid, seconds_to_listen=seconds)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def _read_address(process: "subprocess.Popen[str]") -> str:
    for line in process.stdout or ():
        if line.startswith("Listening on "):
            return line.split()[2]
    raise RuntimeError("the host did not start")


def _proportional_kilobytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
