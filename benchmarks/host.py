"""The local host as a process to be measured: started, asked, filled, killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOOK = "/runtime/webhooks/durabletask"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class RunningHost:
    """A host and its worker."""

    base_url: str
    pid: int
    #: From the start of the process to the line that says it listens.
    seconds_to_listen: float

    def tree(self) -> list[int]:
        """The host's process and its children."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii")
        return [self.pid, *(int(child) for child in children.split())]

    def megabytes(self) -> float:
        """Resident memory of the whole tree; pages that processes share are split among them."""
        return sum(_proportional_kilobytes(pid) for pid in self.tree()) / 1024

    def cpu_seconds(self) -> float:
        """Processor time that the whole tree has used so far."""
        return sum(_cpu_ticks(pid) for pid in self.tree()) / _TICKS


@contextlib.contextmanager
def running_host(data: Path) -> Iterator[RunningHost]:
    """A host on a data folder, killed at the end."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 (our own interpreter)
        [
            *(sys.executable, "-m", "local_host", "--app", str(HERE / "app")),
            *("--data", str(data), "--port", "0"),
        ],
        cwd=HERE.parent,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        base_url = _address(process)
        yield RunningHost(base_url, process.pid, time.perf_counter() - started)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def _address(process: "subprocess.Popen[str]") -> str:
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
